import type {NodeId} from '../plan/plan.ts';
import type {RunEvent, RunStarted} from './events.ts';
import {RUN_FORMAT, type Run, type Span, type TaskRecord} from './run.ts';

type Draft = {-readonly [Key in keyof Span]: Span[Key]};

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
  readonly #spans: Draft[] = [];
  readonly #open = new Map<string, Draft>();
  readonly #tasks: TaskRecord[] = [];
  readonly #notices: Run['notices'][number][] = [];
  #last = 0;
  #end: Extract<RunEvent, {kind: 'run-finished'}> | undefined;

  constructor(started: RunStarted) {
    this.#started = started;
    this.#last = started.time;
    this.#begin('run', {kind: 'run', start: 0});
    for (const phase of started.phases) {
      const span = this.#begin(phase.name, {kind: phase.name, start: phase.start, parent: 0});
      this.#finish(phase.name, phase.end, true);
      this.#last = Math.max(this.#last, span.end);
    }
  }

  add(event: RunEvent): void {
    this.#last = Math.max(this.#last, event.time);
    switch (event.kind) {
      case 'task-started': {
        if (event.attempt === 1) this.#begin(event.task, {kind: 'task', task: event.task, start: event.time, parent: 0});
        const parent = this.#open.get(event.task)?.id;
        this.#begin(`${event.task} ${event.attempt}`, {kind: 'attempt', task: event.task, start: event.time, ...(parent === undefined ? {} : {parent})});
        break;
      }
      case 'command-started': {
        const parent = this.#open.get(`${event.task} ${event.attempt}`)?.id;
        const span = {kind: 'command', task: event.task, label: event.line, start: event.time} as const;
        this.#begin(`${event.task} ${event.attempt} ${event.command}`, parent === undefined ? span : {...span, parent});
        break;
      }
      case 'command-finished':
        this.#finish(`${event.task} ${event.attempt} ${event.command}`, event.time, event.end.kind === 'exit' && event.end.code === 0);
        break;
      case 'task-retrying':
        this.#finish(`${event.task} ${event.attempt}`, event.time, false);
        break;
      case 'task-finished': {
        const ok = event.status === 'passed' || event.status === 'stopped';
        const span = this.#open.get(event.task);
        this.#finish(`${event.task} ${event.attempts}`, event.time, ok);
        this.#finish(event.task, event.time, ok);
        const {kind: _kind, time, ...rest} = event;
        this.#tasks.push({...rest, ...(span === undefined ? {} : {start: span.start}), finish: time});
        break;
      }
      case 'notice': {
        const {kind: _kind, time: _time, ...rest} = event;
        this.#notices.push(rest);
        break;
      }
      case 'run-finished':
        this.#end = event;
        break;
      case 'run-started':
      case 'task-ready':
      case 'run-stopping':
        break;
      default:
        event satisfies never;
    }
  }

  run(): Run {
    for (const key of [...this.#open.keys()].reverse()) this.#finish(key, this.#last, key === 'run' && this.#end?.status === 'passed');
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
      spans: this.#spans,
      notices: this.#notices,
    };
  }

  /** Tasks that were running when the events stop. */
  #unfinished(): readonly TaskRecord[] {
    const done = new Set<NodeId>(this.#tasks.map((task) => task.task));
    return this.#spans.flatMap((span) =>
      span.kind !== 'task' || span.task === undefined || done.has(span.task)
        ? []
        : [{task: span.task, status: 'cancelled' as const, attempts: 1, flaky: false, reason: 'paceline was killed', start: span.start, finish: this.#last}],
    );
  }

  #begin(key: string, span: Omit<Draft, 'id' | 'end' | 'ok'>): Draft {
    const draft: Draft = {id: this.#spans.length, end: span.start, ok: true, ...span};
    this.#spans.push(draft);
    this.#open.set(key, draft);
    return draft;
  }

  #finish(key: string, end: number, ok: boolean): void {
    const span = this.#open.get(key);
    if (span === undefined) return;
    span.end = end;
    span.ok = ok;
    this.#open.delete(key);
  }
}
