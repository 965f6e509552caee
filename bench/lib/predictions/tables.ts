import {linesOf} from '../table.ts';
import {type Bar, type Case, errorsOf, middle, type Score, scoreOf} from './score.ts';
import type {Timing} from './simulation-speed.ts';

/** Every prediction of some cases. */
export function caseTable(cases: readonly Case[]): string {
  const head = ['pipeline, change', 'before', 'predicted', 'was', 'raw', 'corrected', 'same', 'subtracted'];
  const rows = cases.map((one) => {
    const {raw, corrected, same, subtracted} = errorsOf(one);
    const times = [middle(one.earlierMs), one.predictedMs, middle(one.rounds.map(({changed}) => changed))];
    return [
      `${one.pipeline} ${one.change === '' ? 'unchanged' : `\`${one.change}\``}`,
      ...times.map((ms) => `${Math.round(ms)} ms`),
      ...[raw, corrected, same, subtracted].map(signed),
    ];
  });
  return linesOf([head, ...rows]);
}

/** Sizes of errors by family, then by kind of change. */
export function scoreTables(cases: readonly Case[]): string {
  const changed = cases.filter(({change}) => change !== '');
  const table = (title: string, groups: ReadonlyMap<string, readonly Case[]>): string =>
    linesOf([
      [title, 'plans', 'simulated, raw', 'simulated', 'worst', 'nothing changes', 'time subtracted'],
      ...[...groups].map(([name, own]) => [name, ...scoreCells(scoreOf(own))]),
    ]);
  const families = Map.groupBy(changed, ({family}) => family);
  const kinds = Map.groupBy(cases, ({change}) => (change === '' ? 'unchanged' : `\`${change.split(' ')[0]}\``));
  return [table('changed plans', new Map([...families, ['all', changed]])), table('change', kinds)].join('\n\n');
}

function scoreCells({cases, raw, corrected, worst, same, subtracted}: Score): readonly string[] {
  return [String(cases), ...[raw, corrected, worst, same, subtracted].map(percent)];
}

export function speedTable(timings: readonly Timing[]): string {
  const rows = timings.map(({nodes, edges, ms}) => [String(edges), String(nodes), `${Math.round(ms)} ms`]);
  return linesOf([['edges', 'tasks', 'one simulation'], ...rows]);
}

export function barLines(bars: readonly Bar[]): string {
  return bars
    .map(({title, measured, limit, unit, met}) => {
      const text = (value: number): string =>
        unit === 'share' ? percent(value) : unit === 'ms' ? `${Math.round(value)} ms` : value.toFixed(2);
      return `- ${title}: ${text(measured)}, bar ${text(limit)}: ${met ? 'met' : '**not met**'}`;
    })
    .join('\n');
}

export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

const signed = (share: number): string => `${share > 0 ? '+' : ''}${percent(share)}`;
