import type {NodeId} from '../plan/plan.ts';
import type {Run} from '../record/run.ts';
import {criticalPathOf} from './critical-path.ts';
import {modelOf} from './model.ts';
import {bootstrapInterval, type IntervalOf, median} from './statistics.ts';

/**
 * outside: the interval of the change does not hold 0. within: it does. unknown: there are too few runs to say.
 */
export type Verdict = 'outside' | 'within' | 'unknown';

export interface Change {
  /** Medians, ms; undefined where there was nothing. */
  readonly before: number | undefined;
  readonly after: number | undefined;
  /** (after - before) / before; undefined when one of them is missing or 0. */
  readonly ratio: number | undefined;
  /** Of the change, as `ratio`; where the noise is known. */
  readonly interval?: IntervalOf;
  readonly verdict: Verdict;
}

export interface TaskChange extends Change {
  readonly task: NodeId;
}

export interface Comparison {
  readonly before: readonly Run[];
  readonly after: readonly Run[];
  readonly total: Change;
  /** What changed most first. */
  readonly tasks: readonly TaskChange[];
  /** What explains the total. */
  readonly oldPath: readonly NodeId[];
  readonly newPath: readonly NodeId[];
  readonly hits: {readonly before: number; readonly after: number};
  /** Differences of the machines, a sentence each. */
  readonly machine: readonly string[];
}

/** Fewer runs on a side say nothing of noise. */
const FEWEST_RUNS = 4;

/**
 * Compares runs with runs. Whether a change is more than noise is judged from both sides' own runs, or from `usual`, earlier runs of the
 * project that show how far one run lies from the next.
 * @param before and `after`: one run or more
 */
export function compare(before: readonly Run[], after: readonly Run[], usual: readonly Run[] = []): Comparison {
  const walls = (runs: readonly Run[]): readonly number[] => runs.map(({wallMs}) => wallMs);
  const ids = new Set([...before, ...after].flatMap(({tasks}) => tasks.map(({task}) => task)));
  const tasks = [...ids].map((task): TaskChange => {
    const of = (runs: readonly Run[]): readonly number[] => timesOf(runs, task);
    return {task, ...changeOf(of(before), of(after), of(usual))};
  });
  const [first, last] = [before.at(-1), after.at(0)];
  return {
    before,
    after,
    total: changeOf(walls(before), walls(after), walls(usual)),
    tasks: tasks.sort((one, other) => weightOf(other) - weightOf(one)),
    oldPath: first === undefined ? [] : criticalPathOf(modelOf(first)).tasks,
    newPath: last === undefined ? [] : criticalPathOf(modelOf(last)).tasks,
    hits: {before: hitsOf(before), after: hitsOf(after)},
    machine: machineDifferences(before, after),
  };
}

function changeOf(before: readonly number[], after: readonly number[], usual: readonly number[]): Change {
  const [from, to] = [median(before), median(after)];
  const ratio = from === undefined || to === undefined || from === 0 ? undefined : (to - from) / from;
  if (ratio === undefined) return {before: from, after: to, ratio, verdict: 'unknown'};
  const interval = intervalOf(before, after, usual);
  if (interval === undefined) return {before: from, after: to, ratio, verdict: 'unknown'};
  const verdict = interval.low > 0 || interval.high < 0 ? 'outside' : 'within';
  return {before: from, after: to, ratio, interval, verdict};
}

function intervalOf(
  before: readonly number[],
  after: readonly number[],
  usual: readonly number[],
): IntervalOf | undefined {
  const change = (one: readonly number[], other: readonly number[]): number => {
    const [from, to] = [median(one) ?? Number.NaN, median(other) ?? Number.NaN];
    return (to - from) / from;
  };
  if (before.length >= FEWEST_RUNS && after.length >= FEWEST_RUNS) return bootstrapInterval(before, after, change);
  if (usual.length < 2 * FEWEST_RUNS) return undefined;
  // how far apart groups of this size lie when nothing changed, around what was seen
  const seen = change(before, after);
  const noise = bootstrapInterval(usual, usual, (one, other) =>
    change(one.slice(0, before.length), other.slice(0, after.length)),
  );
  return {low: seen + noise.low, high: seen + noise.high};
}

/** Executed only: a hit is no measurement of the task. */
function timesOf(runs: readonly Run[], id: NodeId): readonly number[] {
  return runs.flatMap(({tasks}) =>
    tasks.flatMap(({task, status, start, finish, ready}) =>
      task === id && start !== undefined && (status === 'passed' || status === 'tolerated')
        ? [(ready ?? finish) - start]
        : [],
    ),
  );
}

function weightOf({before = 0, after = 0}: Change): number {
  return Math.abs(after - before);
}

/** Of all tasks of all runs, the share that were hits. */
function hitsOf(runs: readonly Run[]): number {
  const tasks = runs.flatMap((run) => run.tasks);
  return tasks.length === 0 ? 0 : tasks.filter(({status}) => status === 'cached').length / tasks.length;
}

function machineDifferences(before: readonly Run[], after: readonly Run[]): readonly string[] {
  const [one, other] = [before[0]?.machine, after[0]?.machine];
  if (one === undefined || other === undefined) return [];
  const differences: string[] = [];
  if (one.cores !== other.cores) differences.push(`${one.cores} cores before, ${other.cores} after`);
  if (one.platform !== other.platform) differences.push(`${one.platform} before, ${other.platform} after`);
  const load = (runs: readonly Run[]): number | undefined =>
    median(runs.flatMap(({machine}) => (machine?.load === undefined ? [] : [machine.load])));
  const [quiet, busy] = [load(before), load(after)];
  if (quiet !== undefined && busy !== undefined && Math.abs(busy - quiet) > 0.5 * Math.max(1, one.cores / 2))
    differences.push(`a load of ${quiet.toFixed(1)} before, of ${busy.toFixed(1)} after`);
  const jobs = [before[0]?.jobs, after[0]?.jobs];
  if (jobs[0] !== jobs[1]) differences.push(`${jobs[0]} jobs before, ${jobs[1]} after`);
  return differences;
}
