import type {NodeId} from '../plan/plan.ts';
import {
  type LogRange,
  type RunEvent,
  type RunStarted,
  TASK_PARTS,
  type TaskFinished,
  type TaskStatus,
  type Usage,
} from './events.ts';
import {RUN_FORMAT, type Run, type Span, type TaskRecord} from './run.ts';

type Draft = {-readonly [Key in keyof Span]: Span[Key]};

/** Of the differences of a miss. */
const KEPT_DIFFERENCES = 5;

/** Of the span of a task: nothing went wrong. */
const ENDED_WELL: ReadonlySet<TaskStatus> = new Set(['passed', 'cached', 'skipped', 'stopped']);

/** A task under way. */
interface RunningTask {
  readonly span: Draft;
  attempt: Draft;
  /** The pause behind that attempt, while it lasts. */
  retry?: Draft;
  usage?: Usage;
  attempts: number;
  log: LogRange;
  ready?: number;
  readonly commands: Map<number, Draft>;
}

/**
 * Makes the Run of its events. Events that stop in the middle (the program was killed) make an interrupted run whose open spans
 * end with the last event. Undefined when there is no `run-started`.
 */
export function foldEvents(events: Iterable<RunEvent>): Run | undefined {
  let fold: RunFold | undefined;
  for (const event of events) {
    if (event.kind === 'run-started') fold = new RunFold(event);
    else fold?.add(event);
  }
  return fold?.run();
}

/** Makes a Run while its events arrive. */
export class RunFold {
  readonly #started: RunStarted;
  readonly #whole: Draft;
  readonly #spans: Draft[] = [];
  readonly #running = new Map<NodeId, RunningTask>();
  readonly #tasks: TaskRecord[] = [];
  readonly #missed = new Map<NodeId, Pick<TaskRecord, 'missed' | 'missedBy'>>();
  readonly #notices: Run['notices'][number][] = [];
  #last: number;
  #end: Extract<RunEvent, {kind: 'run-finished'}> | undefined;

  constructor(started: RunStarted) {
    this.#started = started;
    this.#last = started.time;
    this.#whole = this.#begin({kind: 'run', start: 0});
    for (const {name, start, end} of started.phases) {
      finish(this.#begin({kind: name, start, parent: this.#whole.id}), end, true);
      this.#last = Math.max(this.#last, end);
    }
  }

  add(event: RunEvent): void {
    this.#last = Math.max(this.#last, event.time);
    switch (event.kind) {
      case 'task-started':
        this.#startAttempt(event);
        break;
      case 'command-started': {
        const running = this.#running.get(event.task);
        if (running === undefined) break;
        const {task, line: label, time: start, role = 'main'} = event;
        const kind = role === 'main' ? 'command' : 'hook';
        running.commands.set(event.command, this.#begin({kind, task, label, start, parent: running.attempt.id}));
        break;
      }
      case 'command-finished': {
        const running = this.#running.get(event.task);
        const command = running?.commands.get(event.command);
        if (running === undefined || command === undefined) break;
        finish(command, event.time, event.end.kind === 'exit' && event.end.code === 0);
        if (event.usage !== undefined) {
          command.usage = event.usage;
          running.usage = sumOf(running.usage, event.usage);
        }
        running.commands.delete(event.command);
        break;
      }
      case 'cache-missed':
        this.#missed.set(event.task, {
          missed: event.reason,
          ...(event.differences.length > 0 && {missedBy: event.differences.slice(0, KEPT_DIFFERENCES)}),
        });
        break;
      case 'task-retrying':
        this.#finishAttempt(event.task, event.time, false);
        this.#retry(event.task, event.time);
        break;
      case 'task-finished':
        this.#finishTask(event);
        break;
      case 'notice': {
        const {kind: _kind, time: _time, ...rest} = event;
        this.#notices.push(rest);
        break;
      }
      case 'run-finished':
        this.#end = event;
        break;
      case 'task-ready': {
        const running = this.#running.get(event.task);
        if (running !== undefined) running.ready = event.time;
        break;
      }
      case 'step-finished':
        finish(this.#begin({kind: event.step, start: event.start, parent: this.#whole.id}), event.time, true);
        break;
      case 'run-started':
      case 'run-stopping':
        break;
      default:
        event satisfies never;
    }
  }

  /** The run up to the last event. */
  run(): Run {
    const {run, at, version, root, command, profile, jobs, machine, plan} = this.#started;
    const counters = this.#end?.counters;
    return {
      format: RUN_FORMAT,
      id: run,
      at,
      version,
      root,
      command,
      ...(profile === undefined ? {} : {profile}),
      jobs,
      status: this.#end?.status ?? 'interrupted',
      exitCode: this.#end?.exitCode ?? 137,
      wallMs: this.#last,
      ...(machine !== undefined && {machine}),
      ...(counters !== undefined && {counters}),
      plan,
      tasks: [...this.#tasks, ...this.#unfinished()],
      spans: this.#finishedSpans(),
      notices: this.#notices,
    };
  }

  #startAttempt({task, attempt, time: start, log}: Extract<RunEvent, {kind: 'task-started'}>): void {
    const known = this.#running.get(task);
    const span = known?.span ?? this.#begin({kind: 'task', task, start, parent: this.#whole.id});
    const draft = this.#begin({kind: 'attempt', task, start, parent: span.id});
    finish(known?.retry, start, true);
    delete known?.retry;
    if (known === undefined)
      this.#running.set(task, {span, attempt: draft, attempts: attempt, log, commands: new Map()});
    else Object.assign(known, {attempt: draft, attempts: attempt, log});
  }

  #finishAttempt(task: NodeId, time: number, ok: boolean): void {
    const running = this.#running.get(task);
    if (running === undefined) return;
    for (const command of running.commands.values()) finish(command, time, false);
    running.commands.clear();
    finish(running.attempt, time, ok);
  }

  /** The pause before the next attempt. */
  #retry(task: NodeId, start: number): void {
    const running = this.#running.get(task);
    if (running !== undefined) running.retry = this.#begin({kind: 'retry', task, start, parent: running.span.id});
  }

  #finishTask({kind: _kind, time, ...rest}: TaskFinished): void {
    const running = this.#running.get(rest.task);
    const {task, times} = rest;
    const ok = ENDED_WELL.has(rest.status);
    const executed = times?.store?.start ?? time;
    // in the pause before the next attempt the last one has ended
    if (running?.retry === undefined) this.#finishAttempt(task, executed, ok);
    finish(running?.retry, time, false);
    const slot = times?.slot;
    const span = running?.span ?? (slot === undefined ? undefined : this.#begin({kind: 'task', task, start: slot}));
    if (span !== undefined) {
      span.parent = this.#whole.id;
      span.start = slot ?? span.start;
      finish(span, time, ok);
      this.#addTimes(task, span, times);
    }
    this.#running.delete(task);
    const started = span === undefined ? {} : {start: span.start};
    const usage = running?.usage === undefined ? {} : {usage: running.usage};
    const ready = running?.ready === undefined ? {} : {ready: running.ready};
    this.#tasks.push({...rest, ...this.#missed.get(task), ...started, ...ready, ...usage, finish: time});
  }

  /** What is known of a task only when it has ended. */
  #addTimes(task: NodeId, {id: parent}: Draft, times: TaskFinished['times']): void {
    if (times === undefined) return;
    const {free, slot = free, ...parts} = times;
    if (slot > free) finish(this.#begin({kind: 'wait', task, start: free, parent: this.#whole.id}), slot, true);
    for (const kind of TASK_PARTS) {
      const part = parts[kind];
      if (part !== undefined) finish(this.#begin({kind, task, start: part.start, parent}), part.end, true);
    }
  }

  /** Tasks that were running when the events stop. */
  #unfinished(): readonly TaskRecord[] {
    return [...this.#running].map(([task, {span, attempts, log, ready, usage}]) => ({
      task,
      status: 'cancelled',
      attempts,
      flaky: false,
      reason: 'paceline was killed',
      log,
      ...this.#missed.get(task),
      start: span.start,
      ...(ready !== undefined && {ready}),
      ...(usage !== undefined && {usage}),
      finish: this.#last,
    }));
  }

  #finishedSpans(): readonly Span[] {
    const open = new Set<Draft>([this.#whole]);
    for (const {span, attempt, retry, commands} of this.#running.values())
      for (const draft of [span, retry ?? attempt, ...commands.values()]) open.add(draft);
    const passed = this.#end?.status === 'passed';
    return this.#spans.map((span) =>
      open.has(span) ? {...span, end: this.#last, ok: span === this.#whole && passed} : {...span},
    );
  }

  #begin(span: Omit<Draft, 'id' | 'end' | 'ok'>): Draft {
    const draft: Draft = {id: this.#spans.length, end: span.start, ok: true, ...span};
    this.#spans.push(draft);
    return draft;
  }
}

function finish(span: Draft | undefined, end: number, ok: boolean): void {
  if (span !== undefined) Object.assign(span, {end, ok});
}

/** Of two commands, one behind the other or side by side. What is not known of one is not known of both. */
function sumOf(one: Usage | undefined, other: Usage): Usage {
  if (one === undefined) return other;
  const sum: {-readonly [Key in keyof Usage]: Usage[Key]} = {};
  for (const key of ['cpuMs', 'readBytes', 'writtenBytes'] as const) {
    const [first, second] = [one[key], other[key]];
    if (first !== undefined && second !== undefined) sum[key] = first + second;
  }
  const peaks = [one.peakMemoryBytes, other.peakMemoryBytes].filter((bytes) => bytes !== undefined);
  if (peaks.length > 0) sum.peakMemoryBytes = Math.max(...peaks);
  if (one.shared === true || other.shared === true) sum.shared = true;
  return sum;
}
