import {duration, percentChange, plural} from '../base/figures.ts';
import type {Comparison} from '../insight/compare.ts';
import type {RunReport} from '../insight/report.ts';
import {painted, type Screen} from './style.ts';
import {clipped, columnWidth, oneLine} from './text.ts';

const SHOWN_FINDINGS = 6;
const SHOWN_BOTTLENECKS = 8;

/** What there is to say of a run, on about one screen. */
export function printReport(screen: Screen, report: RunReport): void {
  const {run, gaps} = report;
  const line = (text = ''): void => screen.write(`${text}\n`);
  const title = (text: string): void => line(`\n${painted(screen, 'bold', text)}`);
  const colour = run.status === 'passed' ? 'green' : 'red';
  line(
    `${painted(screen, colour, run.status)} in ${duration(run.wallMs)}  ${painted(screen, 'dim', `${run.id}  paceline ${run.command.join(' ')}`)}`,
  );
  printSpeed(screen, report);
  title('where the time went');
  for (const [kind, ms] of Object.entries(report.account.totals).sort(([, one], [, other]) => other - one))
    if (ms >= 1)
      line(`  ${KINDS[kind as keyof typeof KINDS].padEnd(34)} ${duration(ms).padStart(9)} ${bar(ms / run.wallMs)}`);
  printPath(screen, report);
  printBottlenecks(screen, report);
  printBudget(screen, report);
  printFindings(screen, report);
  printSteps(screen, report);
  title('paceline itself');
  for (const {name, value, unit, target, isMet} of report.kpis) {
    const sign = isMet === undefined ? ' ' : isMet ? painted(screen, 'green', '✓') : painted(screen, 'yellow', '!');
    line(`${sign} ${name.padEnd(42)} ${figure(value, unit).padStart(10)}  ${painted(screen, 'dim', target)}`);
  }
  printReliability(screen, report);
  for (const {message} of gaps) line(painted(screen, 'dim', `note: ${message}`));
}

const KINDS = {
  execute: 'tasks on the way',
  retry: 'attempts that failed',
  lookup: 'looking for stored results',
  restore: 'bringing outputs back',
  store: 'storing results',
  slot: 'waiting for a slot',
  self: 'paceline before, between and after',
} as const;

function printSpeed(screen: Screen, {run, speedOfLight, efficiency, parallelism}: RunReport): void {
  const why = speedOfLight.by === 'chain' ? 'its longest chain' : 'all cores busy';
  screen.write(
    `no schedule is faster than ${duration(speedOfLight.ms)} (${why}): ${Math.round(efficiency * 100)} % reached; ` +
      `${parallelism.average.toFixed(1)} tasks at once on average, ${plural(run.jobs, 'job')}\n`,
  );
}

function printPath(screen: Screen, {criticalPath, run}: RunReport): void {
  if (criticalPath.tasks.length === 0) return;
  screen.write(`\n${painted(screen, 'bold', 'critical path')} ${duration(criticalPath.ms)}\n`);
  const records = new Map(run.tasks.map((task) => [task.task, task]));
  const width = columnWidth(criticalPath.tasks, 8, 48);
  for (const task of criticalPath.tasks) {
    const record = records.get(task);
    const ms = record?.start === undefined ? 0 : (record.ready ?? record.finish) - record.start;
    screen.write(`  ${oneLine(task).padEnd(width)} ${duration(ms).padStart(9)} ${bar(ms / Math.max(1, run.wallMs))}\n`);
  }
}

function printBottlenecks(screen: Screen, {bottlenecks}: RunReport): void {
  if (bottlenecks.length === 0) return;
  screen.write(`\n${painted(screen, 'bold', 'what the run would gain')} ${painted(screen, 'dim', '(simulated)')}\n`);
  const shown = bottlenecks.slice(0, SHOWN_BOTTLENECKS);
  const width = columnWidth(
    shown.map(({task}) => task),
    8,
    40,
  );
  const head = ['takes', '10 % faster', '2 x faster', 'gone', 'a hit', 'in 2', 'in 4'];
  screen.write(painted(screen, 'dim', `  ${''.padEnd(width)} ${head.map((text) => text.padStart(13)).join('')}\n`));
  for (const {task, ms, faster10, faster50, gone, hit, split2, split4} of shown) {
    const figures = [ms, faster10, faster50, gone, hit, split2, split4].map((one, at) =>
      (one < 1 && at > 0 ? '-' : duration(one)).padStart(13),
    );
    screen.write(`  ${clipped(oneLine(task), width).padEnd(width)} ${figures.join('')}\n`);
  }
}

function printBudget(screen: Screen, {budget}: RunReport): void {
  if (budget.length === 0) return;
  screen.write(`\n${painted(screen, 'bold', 'budget')}\n`);
  for (const {name, targetMs, actualMs, gapMs, priority} of budget) {
    const gap =
      gapMs > 0
        ? painted(screen, 'red', `${duration(gapMs)} over`)
        : painted(screen, 'green', `${duration(-gapMs)} left`);
    screen.write(
      `  ${name.padEnd(20)} ${duration(actualMs).padStart(9)} of ${duration(targetMs).padEnd(9)} ${gap}${priority === undefined ? '' : `  priority ${priority}`}\n`,
    );
  }
}

function printFindings(screen: Screen, {findings}: RunReport): void {
  if (findings.length === 0) return;
  screen.write(`\n${painted(screen, 'bold', 'findings')}\n`);
  for (const {code, title, evidence, advice, impact, effort, risk} of findings.slice(0, SHOWN_FINDINGS)) {
    const gain = impact.ms >= 1 ? `${duration(impact.ms)} less` : 'no gain by itself';
    screen.write(
      `  ${painted(screen, 'yellow', gain)}  ${oneLine(title)}  ${painted(screen, 'dim', `${code}, effort ${effort}, risk ${risk}, ${impact.source}`)}\n`,
    );
    for (const text of evidence.slice(0, 3))
      screen.write(`      ${painted(screen, 'dim', clipped(oneLine(text), 110))}\n`);
    screen.write(`      ${clipped(oneLine(advice), 160)}\n`);
  }
  if (findings.length > SHOWN_FINDINGS)
    screen.write(`  and ${findings.length - SHOWN_FINDINGS} more: paceline report --format json\n`);
}

function printSteps(screen: Screen, {run, steps}: RunReport): void {
  if (steps.length === 0) return;
  screen.write(
    `\n${painted(screen, 'bold', 'a plan in steps')} ${[run.wallMs, ...steps.map(({totalMs}) => totalMs)].map(duration).join(' → ')}\n`,
  );
  for (const [place, {finding, totalMs}] of steps.entries())
    screen.write(`  ${place + 1}. ${oneLine(finding.title)} → ${duration(totalMs)}\n`);
}

function printReliability(screen: Screen, {run, simulatedMs, pastErrors}: RunReport): void {
  const own = percentChange((simulatedMs - run.wallMs) / Math.max(1, run.wallMs));
  const errors = pastErrors.map(({error}) => Math.abs(error) * 100).sort((one, other) => one - other);
  const past =
    errors.length === 0
      ? 'no earlier run to learn from'
      : `${plural(errors.length, 'earlier run')} foretold within ${(errors[Math.floor(errors.length / 2)] ?? 0).toFixed(1)} % in the middle, ${(errors.at(-1) ?? 0).toFixed(1)} % at worst`;
  screen.write(painted(screen, 'dim', `\nsimulation: ${own} for this run; ${past}\n`));
}

/** Before and after, in total and of each task that changed. */
export function printComparison(screen: Screen, comparison: Comparison): void {
  const {total, tasks, oldPath, newPath, hits, machine, before, after} = comparison;
  screen.write(
    `${plural(before.length, 'run')} before, ${plural(after.length, 'run')} after\n\n${row(screen, 'total', total, 40)}`,
  );
  const shown = tasks.filter(({before: from, after: to}) => from !== undefined || to !== undefined).slice(0, 20);
  const width = columnWidth(
    shown.map(({task}) => task),
    8,
    40,
  );
  for (const task of shown) screen.write(row(screen, clipped(oneLine(task.task), width), task, 40));
  if (tasks.length > shown.length) screen.write(painted(screen, 'dim', `  and ${tasks.length - shown.length} more\n`));
  screen.write('\n');
  if (oldPath.join() === newPath.join())
    screen.write(`critical path, as before: ${newPath.map(oneLine).join(' → ')}\n`);
  else {
    screen.write(`critical path before: ${oldPath.map(oneLine).join(' → ')}\n`);
    screen.write(`critical path after:  ${newPath.map(oneLine).join(' → ')}\n`);
  }
  screen.write(`cache hits: ${Math.round(hits.before * 100)} % before, ${Math.round(hits.after * 100)} % after\n`);
  for (const difference of machine) screen.write(`the machines differ: ${difference}\n`);
  if (total.verdict === 'unknown')
    screen.write('too few runs to tell a change from noise: name at least 4 on each side, or run more\n');
}

function row(
  screen: Screen,
  name: string,
  {before, after, ratio, interval, verdict}: Comparison['total'],
  width: number,
): string {
  const ms = (value: number | undefined): string => (value === undefined ? '-' : duration(value)).padStart(9);
  const arrow = ratio === undefined ? '' : `${ratio < 0 ? '↓' : '↑'} ${percentChange(ratio)}`;
  const range = interval === undefined ? '' : ` (${percentChange(interval.low)} to ${percentChange(interval.high)})`;
  const colour = verdict !== 'outside' ? 'dim' : (ratio ?? 0) < 0 ? 'green' : 'red';
  const said = verdict === 'outside' ? '' : verdict === 'within' ? '  within the noise' : '';
  return `  ${name.padEnd(width)} ${ms(before)} ${ms(after)}  ${painted(screen, colour, `${arrow.padStart(9)}${range}${said}`)}\n`;
}

function bar(share: number): string {
  return '█'.repeat(Math.round(Math.min(1, Math.max(0, share)) * 30));
}

function figure(value: number | undefined, unit: string): string {
  if (value === undefined) return 'unknown';
  if (unit === 'share') return `${Math.round(value * 100)} %`;
  return unit === 'ms' ? duration(value) : String(Math.round(value));
}
