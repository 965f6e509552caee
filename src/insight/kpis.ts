import type {Run} from '../record/run.ts';
import {median} from './statistics.ts';

/** A figure of a run against its target. */
export interface Kpi {
  readonly name: string;
  /** Undefined: this run does not tell. */
  readonly value: number | undefined;
  readonly unit: 'share' | 'count' | 'ms';
  /** For a person: `> 80 %`. */
  readonly target: string;
  /** Undefined: nobody can say. */
  readonly isMet: boolean | undefined;
}

/** How well paceline itself did in a run. */
export function kpisOf(run: Run): readonly Kpi[] {
  const {counters} = run;
  const asked = run.tasks.filter(({status, missed}) => status === 'cached' || missed !== undefined);
  const hits = asked.filter(({status}) => status === 'cached').length;
  const rate = asked.length === 0 ? undefined : hits / asked.length;
  const overhead = median(overheadsOf(run));
  const kpi = (
    name: string,
    unit: Kpi['unit'],
    value: number | undefined,
    target: string,
    isMet?: (value: number) => boolean,
  ): Kpi => ({
    name,
    value,
    unit,
    target,
    isMet: value === undefined ? undefined : isMet?.(value),
  });
  const nothingRan = asked.length > 0 && hits === run.tasks.length;
  return [
    kpi('cache hit rate', 'share', rate, '> 80 %', (value) => value > 0.8),
    kpi('files hashed twice', 'count', counters?.filesHashedTwice, '0', (value) => value === 0),
    kpi('own overhead of an executed task, median', 'ms', overhead, '< 5 ms', (value) => value < 5),
    kpi(
      'states of tasks written',
      'count',
      nothingRan ? counters?.stateWrites : undefined,
      '0 when nothing changed',
      (value) => value === 0,
    ),
    kpi('looks at files', 'count', counters?.filesStatted, 'one a file'),
    kpi('processor time of paceline', 'ms', counters?.cpuMs, 'told'),
  ];
}

/** Of each task that was executed: its time without its commands, ms. */
function overheadsOf({tasks, spans}: Run): readonly number[] {
  const inCommands = new Map<string, number>();
  for (const {kind, task, start, end} of spans)
    if ((kind === 'command' || kind === 'hook') && task !== undefined)
      inCommands.set(task, (inCommands.get(task) ?? 0) + end - start);
  return tasks.flatMap(({task, status, start, finish, attempts}) => {
    const commands = inCommands.get(task);
    if (status !== 'passed' || attempts !== 1 || start === undefined || commands === undefined) return [];
    return [Math.max(0, finish - start - commands)];
  });
}
