import type {NodeId} from '../plan/plan.ts';
import type {Run, TaskRecord} from '../record/run.ts';
import {stageOf} from './plan-graph.ts';

/**
 * execute: a task's own commands. retry: attempts that failed, and the pauses behind them. lookup, restore, store: the cache. lease:
 * waiting for services. slot: all
 * that the task needs was there, and no slot. self: paceline's own work before, between and after tasks.
 */
export const TIME_KINDS = ['execute', 'retry', 'lookup', 'restore', 'lease', 'store', 'slot', 'self'] as const;
export type TimeKind = (typeof TIME_KINDS)[number];

export interface TimeSlice {
  readonly kind: TimeKind;
  readonly task?: NodeId;
  /** ms since the start of the run. */
  readonly start: number;
  readonly end: number;
}

/**
 * Where the wall time of a run went: one chain from its start to its end without a gap. It goes back from the task that ended last, to
 * the one that this waited for longest, and so on; a task that waited for a slot did so from the moment when it was free.
 */
export function timeAccountOf(run: Run): readonly TimeSlice[] {
  const records = new Map(run.tasks.filter(({start}) => start !== undefined).map((task) => [task.task, task]));
  const needed = neededBy(run, (id) => !records.has(id));
  const slices: TimeSlice[] = [];
  const add = (slice: TimeSlice): void => {
    if (slice.end > slice.start) slices.push(slice);
  };
  let task = lastOf([...records.values()]);
  let end = Math.max(0, run.wallMs);
  const seen = new Set<NodeId>();
  while (task !== undefined) {
    seen.add(task.task);
    const until = between(0, endOf(task), end);
    add({kind: 'self', start: until, end});
    const start = between(0, task.start ?? 0, until);
    for (const slice of partsOf(run, task, start, until).toReversed()) add(slice);
    const free = between(0, task.times?.free ?? start, start);
    add({kind: 'slot', task: task.task, start: free, end: start});
    end = free;
    const limit = free + ROUNDING_MS;
    const before: TaskRecord[] = [];
    for (const id of needed(task.task)) {
      const record = records.get(id);
      if (record !== undefined && !seen.has(id) && endOf(record) <= limit) before.push(record);
    }
    task = lastOf(before);
  }
  add({kind: 'self', start: 0, end});
  return slices.reverse();
}

function between(least: number, value: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

/** Clocks are read one after the other. */
const ROUNDING_MS = 1;

/** Sums of the slices, ms; they add up to the wall time. */
export function totalsOf(slices: readonly TimeSlice[]): Readonly<Record<TimeKind, number>> {
  const totals = Object.fromEntries(TIME_KINDS.map((kind) => [kind, 0])) as Record<TimeKind, number>;
  for (const {kind, start, end} of slices) totals[kind] += end - start;
  return totals;
}

function partsOf(run: Run, {task, times, attempts}: TaskRecord, start: number, end: number): readonly TimeSlice[] {
  const marks: TimeSlice[] = [];
  for (const kind of ['lookup', 'restore', 'lease', 'store'] as const) {
    const part = times?.[kind];
    if (part !== undefined) marks.push({kind, task, start: part.start, end: part.end});
  }
  if (attempts > 1) {
    const tries = run.spans.filter((span) => span.task === task && span.kind === 'attempt');
    const last = tries.at(-1);
    const first = tries[0];
    if (first !== undefined && last !== undefined)
      marks.push({kind: 'retry', task, start: first.start, end: last.start});
  }
  const parts: TimeSlice[] = [];
  let at = start;
  for (const mark of marks.sort((one, other) => one.start - other.start)) {
    const from = Math.min(end, Math.max(at, mark.start));
    const to = Math.min(end, Math.max(from, mark.end));
    parts.push({kind: 'execute', task, start: at, end: from}, {...mark, start: from, end: to});
    at = to;
  }
  return [...parts, {kind: 'execute', task, start: at, end}];
}

/** Tasks before a task, through nodes that executed nothing: groups, and tasks that did not start. */
function neededBy(run: Run, isPassed: (id: NodeId) => boolean): (task: NodeId) => Iterable<NodeId> {
  const before = new Map<NodeId, NodeId[]>();
  for (const {from, to} of run.plan.edges) {
    const known = before.get(to);
    if (known === undefined) before.set(to, [from]);
    else known.push(from);
  }
  const stages = new Map(run.plan.nodes.map(({id, final}) => [id, stageOf(final)]));
  return (task) => {
    const found = new Set<NodeId>();
    // tasks of the end wait for everything else
    const stage = stages.get(task) ?? 0;
    const earlier = stage === 0 ? [] : [...stages].filter(([, one]) => one < stage).map(([id]) => id);
    const open = [...(before.get(task) ?? []), ...earlier];
    const visited = new Set<NodeId>();
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (visited.has(id)) continue;
      visited.add(id);
      found.add(id);
      if (isPassed(id)) open.push(...(before.get(id) ?? []));
    }
    return found;
  };
}

/** A persistent task counts until others can use it. */
function endOf({ready, finish}: TaskRecord): number {
  return ready ?? finish;
}

function lastOf(tasks: readonly TaskRecord[]): TaskRecord | undefined {
  let last: TaskRecord | undefined;
  for (const task of tasks) if (last === undefined || endOf(task) > endOf(last)) last = task;
  return last;
}
