import type {NodeId} from '../plan/plan.ts';
import type {LogRange, RunEvent, RunStarted, TaskFinished} from './events.ts';
import {RUN_FORMAT, type Run, type Span, type TaskRecord} from './run.ts';

type Draft = {-readonly [Key in keyof Span]: Span[Key]};

/** A task under way. */
interface RunningTask {
  readonly span: Draft;
  attempt: Draft;
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
  readonly #missed = new Map<NodeId, string>();
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
        const {task, line: label, time: start} = event;
        running.commands.set(
          event.command,
          this.#begin({kind: 'command', task, label, start, parent: running.attempt.id}),
        );
        break;
      }
      case 'command-finished': {
        const running = this.#running.get(event.task);
        finish(running?.commands.get(event.command), event.time, event.end.kind === 'exit' && event.end.code === 0);
        running?.commands.delete(event.command);
        break;
      }
      case 'cache-missed':
        this.#missed.set(event.task, event.reason);
        break;
      case 'task-retrying':
        this.#finishAttempt(event.task, event.time, false);
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
      case 'run-started':
      case 'run-stopping':
        break;
      default:
        event satisfies never;
    }
  }

  /** The run up to the last event. */
  run(): Run {
    const {run, at, version, root, command, profile, jobs, plan} = this.#started;
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

  #finishTask({kind: _kind, time, ...rest}: TaskFinished): void {
    const running = this.#running.get(rest.task);
    const ok = rest.status === 'passed' || rest.status === 'cached' || rest.status === 'stopped';
    this.#finishAttempt(rest.task, time, ok);
    finish(running?.span, time, ok);
    this.#running.delete(rest.task);
    const started = running === undefined ? {} : {start: running.span.start};
    const ready = running?.ready === undefined ? {} : {ready: running.ready};
    const missed = this.#missed.get(rest.task);
    this.#tasks.push({...rest, ...(missed !== undefined && {missed}), ...started, ...ready, finish: time});
  }

  /** Tasks that were running when the events stop. */
  #unfinished(): readonly TaskRecord[] {
    return [...this.#running].map(([task, {span, attempts, log}]) => ({
      task,
      status: 'cancelled',
      attempts,
      flaky: false,
      reason: 'paceline was killed',
      log,
      start: span.start,
      finish: this.#last,
    }));
  }

  #finishedSpans(): readonly Span[] {
    const open = new Set<Draft>([this.#whole]);
    for (const {span, attempt, commands} of this.#running.values())
      for (const draft of [span, attempt, ...commands.values()]) open.add(draft);
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
