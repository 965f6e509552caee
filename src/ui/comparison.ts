import {duration, percentChange, plural} from '../base/figures.ts';
import type {Comparison} from '../insight/compare.ts';
import {painted, type Screen} from './style.ts';
import {columnWidth, oneLine} from './text.ts';
import {cell, wrapped} from './wrapped.ts';

const SHOWN_TASKS = 20;

/** Before and after, in total and of each task that changed, as wide as the screen. */
export function printComparison(screen: Screen, comparison: Comparison): void {
  const {total, tasks, hits, machine, before, after} = comparison;
  const columns = Math.max(60, screen.columns());
  const text = (line: string): void => {
    for (const part of wrapped(line, columns, '  ')) screen.write(`${part}\n`);
  };
  const measured = tasks.filter(({before: from, after: to}) => from !== undefined || to !== undefined);
  const rows = [{name: 'total', ...rowOf(total)}].concat(
    measured.slice(0, SHOWN_TASKS).map(({task, ...change}) => ({name: oneLine(task), ...rowOf(change)})),
  );
  const right = Math.max(...rows.map(({figures, change}) => figures.length + 2 + change.length));
  const width = columnWidth(
    rows.map(({name}) => name),
    8,
    Math.max(12, Math.min(48, columns - 3 - right)),
  );
  text(`${plural(before.length, 'run')} before, ${plural(after.length, 'run')} after`);
  screen.write('\n');
  for (const {name, figures, change, colour} of rows)
    screen.write(`${`  ${cell(name, width)} ${figures}  ${painted(screen, colour, change)}`.trimEnd()}\n`);
  if (measured.length > SHOWN_TASKS)
    screen.write(painted(screen, 'dim', `  and ${measured.length - SHOWN_TASKS} more\n`));
  screen.write('\n');
  printPaths(comparison, text);
  text(`cache hits: ${Math.round(hits.before * 100)} % before, ${Math.round(hits.after * 100)} % after`);
  for (const difference of machine) text(`the machines differ: ${difference}`);
  if (total.verdict === 'unknown')
    text('too few runs to tell a change from noise: name at least 4 on each side, or run more');
}

function printPaths({oldPath, newPath}: Comparison, text: (line: string) => void): void {
  const [old, now] = [oldPath, newPath].map((path) => path.map(oneLine).join(' → '));
  if (old === now) text(`critical path, as before: ${now}`);
  else {
    text(`critical path before: ${old}`);
    text(`critical path after:  ${now}`);
  }
}

interface Row {
  readonly figures: string;
  readonly change: string;
  readonly colour: 'dim' | 'green' | 'red';
}

function rowOf({before, after, ratio, interval, verdict}: Comparison['total']): Row {
  const ms = (value: number | undefined): string => (value === undefined ? '-' : duration(value)).padStart(8);
  const arrow = ratio === undefined ? '' : `${ratio < 0 ? '↓' : '↑'} ${percentChange(ratio)}`;
  const range =
    interval === undefined
      ? ''
      : ` (${percentChange(interval.low).replace(' %', '')} to ${percentChange(interval.high)})`;
  return {
    figures: `${ms(before)} ${ms(after)}`,
    change: `${arrow.padStart(8)}${range}${verdict === 'within' ? '  within the noise' : ''}`,
    colour: verdict !== 'outside' ? 'dim' : (ratio ?? 0) < 0 ? 'green' : 'red',
  };
}
