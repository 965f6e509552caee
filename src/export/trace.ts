import type {NodeId} from '../plan/plan.ts';
import type {Run, Span, TaskRecord} from '../record/run.ts';
import {lanesOf} from './lanes.ts';

interface TraceEvent {
  readonly name: string;
  readonly ph: 'X' | 'M' | 's' | 'f';
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts?: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly id?: number;
  readonly bp?: 'e';
  readonly args?: Readonly<Record<string, unknown>>;
}

/** Of paceline's own work. */
const OWN = 0;

/**
 * The Trace Event Format of chrome://tracing and Perfetto: a row a lane, complete events for spans, flow arrows for the dependencies
 * between tasks. Events of a row nest or follow each other; commands side by side get rows of their own below that of their task.
 */
export function traceReport(run: Run): string {
  const rows = new Rows(run);
  const records = new Map(run.tasks.map((task) => [task.task, task]));
  const spans = run.spans
    // a task that waits has no lane yet
    .filter(({kind}) => kind !== 'wait')
    .map((span) => complete(span, rows.of(span), span.task === undefined ? undefined : records.get(span.task)));
  const flows = run.plan.edges.flatMap(({from, to}, id) => flow(id, records.get(from), records.get(to), rows));
  const events = [
    meta('process_name', OWN, {name: `paceline ${run.command.join(' ')}`}),
    ...rows.names.flatMap((name, row) => [
      meta('thread_name', row, {name}),
      meta('thread_sort_index', row, {sort_index: rows.place(row)}),
    ]),
    ...spans,
    ...flows,
  ];
  return `${JSON.stringify({traceEvents: events, displayTimeUnit: 'ms'})}\n`;
}

/** Which row each span is drawn in. */
class Rows {
  readonly #lanes: ReadonlyMap<NodeId, number>;
  /** By number, as `tid`. */
  readonly names: string[];
  readonly #places: number[];
  /** Rows below that of a lane, in order. */
  readonly #below = new Map<number, number[]>();
  /** Of commands, by row: the last end of each attempt. */
  readonly #ends = new Map<string, number>();

  constructor(run: Run) {
    this.#lanes = lanesOf(run);
    const count = Math.max(-1, ...this.#lanes.values()) + 1;
    this.names = ['paceline', ...Array.from({length: count}, (_, lane) => `lane ${lane + 1}`)];
    this.#places = this.names.map((_, row) => row * BELOW);
  }

  /** To sort by. */
  place(row: number): number {
    return this.#places[row] ?? 0;
  }

  ofTask(task: NodeId | undefined): number {
    return task === undefined ? OWN : (this.#lanes.get(task) ?? -1) + 1;
  }

  of({kind, task, parent = -1, start, end}: Span): number {
    const row = this.ofTask(task);
    if (kind !== 'command' && kind !== 'hook') return row;
    for (const one of [row, ...(this.#below.get(row) ?? [])])
      if ((this.#ends.get(`${parent} ${one}`) ?? 0) <= start) return this.#taken(one, parent, end);
    return this.#taken(this.#addBelow(row), parent, end);
  }

  #taken(row: number, parent: number, end: number): number {
    this.#ends.set(`${parent} ${row}`, end);
    return row;
  }

  #addBelow(row: number): number {
    const others = this.#below.get(row) ?? [];
    const added = this.names.push(`${this.names[row]}, beside`) - 1;
    this.#places.push(row * BELOW + others.length + 1);
    this.#below.set(row, [...others, added]);
    return added;
  }
}

/** Rows that fit between those of two lanes. */
const BELOW = 1000;

function complete(span: Span, tid: number, task: TaskRecord | undefined): TraceEvent {
  const {kind, label, start, end, usage, ok} = span;
  return {
    name: kind === 'task' ? (span.task ?? '') : (label ?? kind),
    cat: kind,
    ph: 'X',
    pid: OWN,
    tid,
    ts: microseconds(start),
    // of rounded times: what ends with its parent still does
    dur: Math.max(0, microseconds(end) - microseconds(start)),
    args: {
      ...(kind === 'task' && task !== undefined && {status: task.status, reason: task.reason, missed: task.missed}),
      ...usage,
      ok,
    },
  };
}

/** An arrow from the end of one task to the start of another. */
function flow(id: number, from: TaskRecord | undefined, to: TaskRecord | undefined, rows: Rows): TraceEvent[] {
  if (from?.start === undefined || to?.start === undefined) return [];
  const common = {name: 'needs', cat: 'needs', pid: OWN, id};
  // an arrow hangs on the event that is under way at its time
  const end = Math.max(microseconds(from.start), microseconds(from.ready ?? from.finish) - 1);
  const start = microseconds(to.start);
  if (end > start) return [];
  return [
    {...common, ph: 's', tid: rows.ofTask(from.task), ts: end},
    {...common, ph: 'f', bp: 'e', tid: rows.ofTask(to.task), ts: start},
  ];
}

function meta(name: string, tid: number, args: Readonly<Record<string, unknown>>): TraceEvent {
  return {name, ph: 'M', pid: OWN, tid, args};
}

function microseconds(ms: number): number {
  return Math.round(ms * 1000);
}
