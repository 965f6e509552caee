import {type Digraph, digraph, forEachEdge, reversed} from '../graph/digraph.ts';
import {longestRemaining} from '../graph/longest-path.ts';
import {Schedule} from '../graph/schedule.ts';
import type {NodeId} from '../plan/plan.ts';
import type {Stage, Task, TaskPlan} from '../plan/task.ts';
import type {CommandEnd, RunStatus, TaskStatus} from '../record/events.ts';
import type {EngineOptions} from './engine-options.ts';
import {type TaskResult, TaskRun} from './task-run.ts';
import {timer} from './timer.ts';

type StopReason = {readonly reason: 'failure' | 'signal' | 'timeout'; readonly signal?: string};

/** Carries out a plan and says what happens, as events. One engine, one run. */
export class Engine {
  readonly #options: EngineOptions;
  readonly #running = new Map<number, TaskRun>();
  readonly #persistent = new Set<TaskRun>();
  readonly #bad = new Set<NodeId>();
  #stop: StopReason | undefined;
  #forced = false;
  #failed = false;
  #interrupted: RunStatus | undefined;
  #pressed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /** Resolves when nothing of the run is left running. */
  async run(): Promise<RunStatus> {
    const {planned, timeoutMs} = this.#options;
    const limit = timer(timeoutMs, () => this.#halt({reason: 'timeout'}));
    await this.#runStage(
      planned.plan.nodes.map((_, index) => index).filter((index) => this.#stageOf(index) === 'main'),
      {},
    );
    await this.#endPersistent();
    clearTimeout(limit);
    const outcome: RunStatus = this.#interrupted ?? (this.#failed ? 'failed' : 'passed');
    const before = this.#failed;
    for (const stage of [outcome === 'passed' ? 'on_success' : 'on_error', 'after_all'] as const) {
      if (this.#forced) break;
      this.#stop = undefined;
      // the last word has as long as everything before it
      const limit = timer(timeoutMs, () => this.#halt({reason: 'timeout'}));
      const nodes = planned.plan.nodes.map((_, index) => index).filter((index) => this.#stageOf(index) === stage);
      await this.#runStage(nodes, {PACELINE_STATUS: outcome});
      clearTimeout(limit);
    }
    return outcome === 'passed' && this.#failed && !before ? 'failed' : (this.#interrupted ?? outcome);
  }

  /** First call: every process group is asked to stop, and killed after the grace time. Second: killed now. */
  interrupt(signal: string): void {
    if (this.#pressed) {
      this.#forced = true;
      this.#options.emit({kind: 'run-stopping', time: this.#options.now(), reason: 'signal', signal, forced: true});
      for (const task of [...this.#running.values(), ...this.#persistent]) task.stop({kind: 'signal', signal}, true);
      return;
    }
    this.#pressed = true;
    this.#halt({reason: 'signal', signal});
  }

  #halt(stop: StopReason): void {
    const {emit, now, timeoutMs} = this.#options;
    this.#interrupted ??= stop.reason === 'signal' ? 'interrupted' : stop.reason === 'timeout' ? 'timeout' : undefined;
    if (this.#stop !== undefined && stop.reason === 'failure') return;
    this.#stop = stop;
    emit({
      kind: 'run-stopping',
      time: now(),
      reason: stop.reason,
      ...(stop.signal === undefined ? {} : {signal: stop.signal}),
      forced: false,
    });
    const end: CommandEnd =
      stop.reason === 'timeout'
        ? {kind: 'timeout', limitMs: timeoutMs ?? 0, of: 'run'}
        : {kind: 'signal', signal: stop.signal ?? 'SIGTERM'};
    for (const task of [...this.#running.values(), ...this.#persistent]) task.stop(end, false);
  }

  #stageOf(index: number): Exclude<Stage, 'prefetch'> {
    const {plan, finals} = this.#options.planned;
    const id = plan.nodes[index]?.id;
    return (id === undefined ? undefined : finals.get(id)) ?? 'main';
  }

  /** Runs some of the plan's nodes along the edges between them. */
  #runStage(members: readonly number[], extraEnv: Readonly<Record<string, string>>): Promise<void> {
    if (members.length === 0) return Promise.resolve();
    const stage = new StageGraph(this.#options, members);
    return new Promise((resolve) => {
      const pump = (): void => {
        for (let local = stage.schedule.next(); local !== undefined; local = stage.schedule.next()) {
          this.#startNode(stage, local, extraEnv, pump);
        }
        if (stage.schedule.running === 0 && stage.schedule.left === 0) resolve();
      };
      pump();
    });
  }

  #startNode(stage: StageGraph, local: number, extraEnv: Readonly<Record<string, string>>, pump: () => void): void {
    const {planned, emit, now, continueOn} = this.#options;
    const node = planned.plan.nodes[stage.members[local] ?? -1];
    if (node === undefined) return;
    const task = planned.tasks.get(node.id);
    const cause = continueOn === 'always' ? undefined : stage.failedNeed(local, this.#bad);
    const done = (status: TaskStatus, reason?: string): void => {
      if (task !== undefined)
        emit({
          kind: 'task-finished',
          time: now(),
          task: node.id,
          status,
          attempts: 0,
          flaky: false,
          ...(reason === undefined ? {} : {reason}),
          times: {free: stage.freeAt(local)},
        });
      stage.schedule.finish(local);
    };
    if (cause !== undefined) {
      this.#bad.add(node.id);
      done('blocked', `${cause} did not succeed`);
    } else if (this.#stop !== undefined) {
      this.#bad.add(node.id);
      done('cancelled', STOP_REASONS[this.#stop.reason]);
    } else if (task === undefined) stage.schedule.finish(local);
    else {
      const skipped = this.#options.skip(task);
      if (skipped === undefined) this.#startTask(task, stage, local, extraEnv, pump);
      else done('skipped', skipped);
    }
  }

  #startTask(
    task: Task,
    stage: StageGraph,
    local: number,
    extraEnv: Readonly<Record<string, string>>,
    pump: () => void,
  ): void {
    const key = stage.members[local] ?? -1;
    const run = new TaskRun(task, {...this.#options, extraEnv, freeAt: stage.freeAt(local)});
    let settled = false;
    // a persistent task counts as done as soon as it is ready
    const settle = (): void => {
      if (settled) return;
      settled = true;
      stage.schedule.finish(local);
      pump();
    };
    this.#running.set(key, run);
    if (task.phase.persistent) {
      this.#persistent.add(run);
      void run.ready.then(settle);
    }
    void run.finished.then((result) => {
      this.#running.delete(key);
      this.#persistent.delete(run);
      this.#judge(task, result);
      settle();
    });
    run.start();
  }

  #judge(task: Task, result: TaskResult): void {
    if (result.status === 'failed' || result.status === 'cancelled') this.#bad.add(task.id);
    if (result.status !== 'failed') return;
    this.#failed = true;
    const policy =
      this.#options.planned.inOrder && this.#options.continueOn === 'independent' ? 'never' : this.#options.continueOn;
    if (policy === 'never' && this.#stop === undefined && (task.stage === 'main' || task.stage === 'prefetch'))
      this.#halt({reason: 'failure'});
  }

  /** Persistent tasks that were asked for run until they end or are ended; the others only served. */
  async #endPersistent(): Promise<void> {
    const runs = [...this.#persistent];
    const asked = runs.filter((run) => run.task.requested);
    if (this.#stop === undefined && asked.length > 0)
      await Promise.race([Promise.all(asked.map((run) => run.finished)), this.#untilStopped(asked)]);
    for (const run of this.#persistent) run.stop(undefined, false);
    await Promise.all(runs.map((run) => run.finished));
  }

  #untilStopped(runs: readonly TaskRun[]): Promise<unknown> {
    // a failing one ends the wait: the halt that follows stops the others
    return Promise.any(
      runs.map(async (run) => ((await run.finished).status === 'failed' ? undefined : new Promise(() => {}))),
    );
  }
}

const STOP_REASONS: Record<StopReason['reason'], string> = {
  failure: 'another task failed',
  signal: 'interrupted',
  timeout: 'the time limit of the run was reached',
};

/** Some nodes of a plan, numbered from 0, with the edges between them. */
class StageGraph {
  readonly members: readonly number[];
  readonly schedule: Schedule;
  readonly #planned: TaskPlan;
  readonly #backwards: Digraph;
  readonly #weak: readonly boolean[];
  readonly #freeAt: Float64Array;

  constructor({planned, durations, now}: EngineOptions, members: readonly number[]) {
    const {nodes, edges, pools} = planned.plan;
    this.#planned = planned;
    this.members = members;
    const locals = new Map<NodeId, number>();
    for (const [local, member] of members.entries()) {
      const node = nodes[member];
      if (node !== undefined) locals.set(node.id, local);
    }
    const from: number[] = [];
    const to: number[] = [];
    const weak: boolean[] = [];
    for (const edge of edges) {
      const source = locals.get(edge.from);
      const target = locals.get(edge.to);
      if (source === undefined || target === undefined) continue;
      from.push(source);
      to.push(target);
      weak.push(edge.kind === 'order');
    }
    const graph = digraph(members.length, from, to);
    this.#backwards = reversed(graph);
    this.#weak = weak;
    const weights = members.map((member) => expectedMs(planned, nodes[member]?.id, durations));
    const names = pools.map((pool) => pool.name);
    this.#freeAt = new Float64Array(members.length);
    this.schedule = new Schedule({
      graph,
      priorities: longestRemaining(graph, weights),
      capacities: pools.map((pool) => (pool.capacity === 'unbounded' ? Number.POSITIVE_INFINITY : pool.capacity)),
      takes: (local) =>
        Object.entries(nodes[members[local] ?? -1]?.takes ?? {}).map(
          ([name, amount]) => [names.indexOf(name), amount] as const,
        ),
      onFree: (local) => {
        this.#freeAt[local] = now();
      },
    });
  }

  /** When everything that a node waits for had ended, ms since the start of the run. */
  freeAt(local: number): number {
    return this.#freeAt[local] ?? 0;
  }

  /** A predecessor over a needs or after edge that did not succeed. */
  failedNeed(local: number, bad: ReadonlySet<NodeId>): NodeId | undefined {
    if (bad.size === 0) return undefined;
    let cause: NodeId | undefined;
    forEachEdge(this.#backwards, local, (source, edge) => {
      const id = this.#planned.plan.nodes[this.members[source] ?? -1]?.id;
      if (id !== undefined && bad.has(id) && this.#weak[edge] !== true) cause ??= id;
    });
    return cause;
  }
}

/** A task that never ran is taken to be as long as a short one; groups take no time. */
function expectedMs(planned: TaskPlan, id: NodeId | undefined, durations: ReadonlyMap<string, number>): number {
  if (id === undefined || !planned.tasks.has(id)) return 0;
  return durations.get(id) ?? 1000;
}
