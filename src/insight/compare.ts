import type {NodeId} from '../plan/plan.ts';
import type {Run} from '../record/run.ts';
import {criticalPathOf} from './critical-path.ts';
import {wasExecuted} from './experience.ts';
import {modelOf} from './model.ts';
import {bootstrapInterval, deviation, type IntervalOf, median, studentQuantile} from './statistics.ts';

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
  /** What changed most first; of many, only those in front are judged. */
  readonly tasks: readonly TaskChange[];
  /** What explains the total. */
  readonly oldPath: readonly NodeId[];
  readonly newPath: readonly NodeId[];
  readonly hits: {readonly before: number; readonly after: number};
  /** Differences of the machines, a sentence each. */
  readonly machine: readonly string[];
}

/** Each costs thousands of draws. */
const MOST_JUDGED = 200;

/** Fewer runs on a side say nothing of noise. */
const FEWEST_RUNS = 4;

/**
 * Compares runs with runs. Whether a change is more than noise is judged from both sides' own runs, or from `usual`, earlier runs of the
 * project that show how far one run lies from the next.
 * @param before and `after`: one run or more
 */
export function compare(before: readonly Run[], after: readonly Run[], usual: readonly Run[] = []): Comparison {
  const walls = (runs: readonly Run[]): readonly number[] => runs.map(({wallMs}) => wallMs);
  const times = [before, after, usual].map(timesByTask);
  const [timesBefore, timesAfter] = times;
  const timesOf = (task: NodeId): readonly (readonly number[])[] => times.map((one) => one.get(task) ?? []);
  const ids = new Set([...before, ...after].flatMap((run) => run.tasks.map(({task}) => task)));
  const moved = new Map(
    [...ids].map((id) => [
      id,
      Math.abs((median(timesAfter?.get(id) ?? []) ?? 0) - (median(timesBefore?.get(id) ?? []) ?? 0)),
    ]),
  );
  const tasks = [...ids]
    .sort((one, other) => (moved.get(other) ?? 0) - (moved.get(one) ?? 0))
    .map((task, place): TaskChange => {
      const [from = [], to = [], noise = []] = timesOf(task);
      return {task, ...changeOf(from, to, noise, place < MOST_JUDGED)};
    });
  const [first, last] = [before.at(-1), after.at(0)];
  return {
    before,
    after,
    total: changeOf(walls(before), walls(after), walls(usual)),
    tasks,
    oldPath: first === undefined ? [] : criticalPathOf(modelOf(first)).tasks,
    newPath: last === undefined ? [] : criticalPathOf(modelOf(last)).tasks,
    hits: {before: hitsOf(before), after: hitsOf(after)},
    machine: machineDifferences(before, after),
  };
}

function changeOf(
  before: readonly number[],
  after: readonly number[],
  usual: readonly number[],
  isJudged = true,
): Change {
  const [from, to] = [median(before), median(after)];
  const ratio = from === undefined || to === undefined || from === 0 ? undefined : (to - from) / from;
  if (ratio === undefined) return {before: from, after: to, ratio, verdict: 'unknown'};
  const interval = isJudged ? intervalOf(before, after, usual) : undefined;
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
  const fewest = Math.min(before.length, after.length);
  if (fewest >= FEWEST_RUNS) {
    const seen = change(before, after);
    const {low, high} = bootstrapInterval(before, after, change);
    // drawing again from few values shows less than their spread
    const wider = Math.sqrt(fewest / (fewest - 1));
    return {low: seen + (low - seen) * wider, high: seen + (high - seen) * wider};
  }
  return usual.length < 2 * FEWEST_RUNS ? undefined : predictionInterval(before, after, usual);
}

/**
 * How far apart groups of this size lie when nothing changed, around what was seen: the prediction interval of normal noise (Hahn and
 * Meeker, "Statistical intervals", 1991, chapter 4), on logarithms, since times vary in proportion.
 */
function predictionInterval(
  before: readonly number[],
  after: readonly number[],
  usual: readonly number[],
): IntervalOf | undefined {
  const [from, to] = [median(before) ?? 0, median(after) ?? 0];
  if (Math.min(from, to, ...usual) <= 0) return undefined;
  const noise = deviation(usual.map(Math.log));
  const reach = noise * studentQuantile(usual.length - 1) * Math.sqrt(medianVariance(before) + medianVariance(after));
  const seen = Math.log(to / from);
  return {low: Math.exp(seen - reach) - 1, high: Math.exp(seen + reach) - 1};
}

/** Of the median of so many values, as a part of the variance of one. */
function medianVariance({length}: readonly number[]): number {
  return length < 3 ? 1 / length : Math.PI / 2 / length;
}

/** Executed only: a hit is no measurement of the task. */
function timesByTask(runs: readonly Run[]): ReadonlyMap<NodeId, readonly number[]> {
  const times = new Map<NodeId, number[]>();
  for (const {tasks} of runs)
    for (const {task, status, start, finish, ready} of tasks) {
      if (start === undefined || !wasExecuted(status, ready)) continue;
      const known = times.get(task);
      if (known === undefined) times.set(task, [(ready ?? finish) - start]);
      else known.push((ready ?? finish) - start);
    }
  return times;
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
