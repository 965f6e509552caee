import {median} from '../../../src/insight/statistics.ts';
import type {Family} from './pipeline.ts';

/** A run of the changed plan, and the runs of the unchanged one just before and behind it, ms. */
export interface Round {
  readonly before: number;
  readonly changed: number;
  readonly after: number;
}

/** A prediction and what then happened. All times are wall times of runs, ms. */
export interface Case {
  readonly family: Family;
  readonly pipeline: string;
  /** As on the command line; '' when nothing was changed. */
  readonly change: string;
  /** Of the unchanged plan; all that was predicted from. */
  readonly earlierMs: readonly number[];
  readonly predictedMs: number;
  /** What those say who do not simulate. */
  readonly naive: Naive;
  readonly rounds: readonly Round[];
}

export interface Naive {
  /** It stays as it was. */
  readonly same: number;
  /** It is shorter by what the changed tasks took less. */
  readonly subtracted: number;
}

/** Relative: 0.1 is a tenth too much. */
export interface Errors {
  readonly raw: number;
  /** With the times of the changed runs as they would have been on the machine of the earlier runs. */
  readonly corrected: number;
  readonly same: number;
  readonly subtracted: number;
}

export function errorsOf({predictedMs, naive, rounds, earlierMs}: Case): Errors {
  const earlier = middle(earlierMs);
  const raw = middle(rounds.map(({changed}) => changed));
  // a machine that has become slower has done so for the unchanged plan too
  const corrected = middle(rounds.map(({before, changed, after}) => (changed * earlier * 2) / (before + after)));
  return {
    raw: predictedMs / raw - 1,
    corrected: predictedMs / corrected - 1,
    same: naive.same / corrected - 1,
    subtracted: naive.subtracted / corrected - 1,
  };
}

/** Sizes of errors of some cases. */
export interface Score {
  readonly cases: number;
  readonly raw: number;
  readonly corrected: number;
  readonly worst: number;
  readonly same: number;
  readonly subtracted: number;
}

/** Medians, and the worst. Throws a RangeError without cases. */
export function scoreOf(cases: readonly Case[]): Score {
  const errors = cases.map(errorsOf);
  const sizes = (kind: keyof Errors): readonly number[] => errors.map((one) => Math.abs(one[kind]));
  return {
    cases: cases.length,
    raw: middle(sizes('raw')),
    corrected: middle(sizes('corrected')),
    worst: Math.max(...sizes('corrected')),
    same: middle(sizes('same')),
    subtracted: middle(sizes('subtracted')),
  };
}

export function middle(values: readonly number[]): number {
  const found = median(values);
  if (found === undefined) throw new RangeError('no values');
  return found;
}

export interface Bar {
  readonly title: string;
  /** Relative errors, seconds, or ratios. */
  readonly measured: number;
  readonly limit: number;
  readonly unit: 'share' | 'ms' | 'ratio';
  readonly met: boolean;
}

export const barOf = (title: string, measured: number, limit: number, unit: Bar['unit'] = 'share'): Bar => ({
  title,
  measured,
  limit,
  unit,
  met: measured <= limit,
});

/** @param cases all; those of unchanged plans are judged apart */
export function barsOf(cases: readonly Case[]): readonly Bar[] {
  const unchanged = cases.filter(({change}) => change === '');
  const changed = cases.filter(({change}) => change !== '');
  const all = scoreOf(changed);
  const perFamily = [...Map.groupBy(changed, ({family}) => family)].map(([family, own]) => {
    const {corrected, same, subtracted} = scoreOf(own);
    return barOf(`${family}: the better of the naive predictors`, corrected, Math.min(same, subtracted));
  });
  return [
    barOf('Unchanged plans, median', scoreOf(unchanged).corrected, 0.05),
    barOf('Changed plans, median', all.corrected, 0.1),
    barOf(`Changed plans, worst of ${all.cases}`, all.worst, 0.25),
    ...perFamily,
  ];
}
