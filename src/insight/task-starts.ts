import type {NodeId} from '../plan/plan.ts';
import type {Run} from '../record/run.ts';
import {median} from './statistics.ts';

/** What the start of a task cost: one thread of the engine starts all of them, one after the other. */
export interface TaskStart {
  /** It had its slot and what it needs, and the thread was starting others, ms. */
  readonly waitMs: number;
  /** The thread was busy with it, ms. */
  readonly ms: number;
}

/** So many times the usual one, and something else was going on: a condition that was looked at, say. */
const MOST = 4;

/** Of all tasks that started a command, as far as the run tells. */
export function taskStartsOf(run: Run): ReadonlyMap<NodeId, TaskStart> {
  const started = new Map<NodeId, number>();
  for (const {kind, task, start} of run.spans)
    if ((kind === 'command' || kind === 'hook') && task !== undefined)
      started.set(task, Math.min(start, started.get(task) ?? start));
  const queue = run.tasks
    .flatMap(({task, start, times}) => {
      const end = started.get(task);
      const from = times?.lease?.end ?? times?.lookup?.end ?? start;
      return end === undefined || from === undefined ? [] : [{task, from: Math.min(from, end), end}];
    })
    .sort((one, other) => one.end - other.end);
  let free = 0;
  const starts = queue.map(({task, from, end}) => {
    const begin = Math.min(end, Math.max(from, free));
    free = end;
    return [task, {waitMs: begin - from, ms: end - begin}] as const;
  });
  const most = MOST * (median(starts.map(([, {ms}]) => ms)) ?? 0);
  return new Map(starts.map(([task, {waitMs, ms}]) => [task, {waitMs, ms: Math.min(ms, most)}]));
}
