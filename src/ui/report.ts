import {duration, percentChange, plural, sparkline} from '../base/figures.ts';
import type {Bottleneck} from '../insight/bottlenecks.ts';
import type {RunReport} from '../insight/report.ts';
import {type Colour, painted, type Screen} from './style.ts';
import {clipped, columnWidth, oneLine} from './text.ts';
import {cell, wrapped} from './wrapped.ts';

const SHOWN_FINDINGS = 6;
const SHOWN_EVIDENCE = 3;
const SHOWN_BOTTLENECKS = 8;
/** Of the critical path, the longest. */
const SHOWN_PATH = 20;
const LONGEST_BAR = 30;

/** What there is to say of a run, on about one screen, as wide as that is. */
export function printReport(screen: Screen, report: RunReport): void {
  const {run, gaps} = report;
  const head = `${run.status} in ${duration(run.wallMs)}`;
  const what = clipped(oneLine(`${run.id}  paceline ${run.command.join(' ')}`), widthOf(screen) - head.length - 2);
  screen.write(
    `${painted(screen, run.status === 'passed' ? 'green' : 'red', head)}  ${painted(screen, 'dim', what)}\n`,
  );
  printSpeed(screen, report);
  printTrend(screen, report);
  printAccount(screen, report);
  printPath(screen, report);
  printBottlenecks(screen, report);
  printBudget(screen, report);
  printFindings(screen, report);
  printSteps(screen, report);
  printKpis(screen, report);
  printReliability(screen, report);
  for (const {message} of gaps) printText(screen, `note: ${oneLine(message)}`, {colour: 'dim'});
}

/** Columns that there are to fill; narrower terminals break lines. */
function widthOf(screen: Screen): number {
  return Math.max(60, screen.columns());
}

/** Text that may be longer than a line, all of it behind `indent`. */
function printText(
  screen: Screen,
  text: string,
  {indent = '', colour}: {readonly indent?: string; readonly colour?: Colour},
): void {
  for (const line of wrapped(text, widthOf(screen) - indent.length))
    screen.write(`${indent}${colour === undefined ? line : painted(screen, colour, line)}\n`);
}

function title(screen: Screen, text: string, more = ''): void {
  screen.write(`\n${painted(screen, 'bold', text)}${more === '' ? '' : ` ${more}`}\n`);
}

const KINDS = {
  execute: 'tasks on the way',
  retry: 'attempts that failed',
  lookup: 'looking for stored results',
  restore: 'bringing outputs back',
  lease: 'waiting for services',
  store: 'storing results',
  slot: 'waiting for a slot',
  self: 'paceline before, between and after',
} as const;

/** Two points are no trend. */
const LEAST_POINTS = 3;

function printTrend(screen: Screen, {trend}: RunReport): void {
  if (trend.length < LEAST_POINTS) return;
  const walls = trend.map(({wallMs}) => wallMs);
  const range = `${duration(Math.min(...walls))} to ${duration(Math.max(...walls))}`;
  printText(screen, `the last ${trend.length} runs of this command: ${sparkline(walls)} (${range})`, {});
}

function printSpeed(screen: Screen, {run, speedOfLight, efficiency, parallelism}: RunReport): void {
  const why = speedOfLight.by === 'chain' ? 'its longest chain' : 'all cores busy';
  printText(
    screen,
    `no schedule is faster than ${duration(speedOfLight.ms)} (${why}): ${Math.round(efficiency * 100)} % reached; ` +
      `${parallelism.average.toFixed(1)} tasks at once on average, ${plural(run.jobs, 'job')}`,
    {},
  );
}

function printAccount(screen: Screen, {run, account}: RunReport): void {
  title(screen, 'where the time went');
  for (const [kind, ms] of Object.entries(account.totals).sort(([, one], [, other]) => other - one))
    if (ms >= 1) screen.write(bars(screen, KINDS[kind as keyof typeof KINDS], 34, ms, run.wallMs));
}

/** A name, a time and a bar of it. */
function bars(screen: Screen, name: string, width: number, ms: number, wholeMs: number): string {
  const room = Math.min(LONGEST_BAR, widthOf(screen) - width - 13);
  const bar = '█'.repeat(Math.round(Math.min(1, Math.max(0, ms / Math.max(1, wholeMs))) * room));
  return `${`  ${cell(name, width)} ${duration(ms).padStart(9)} ${bar}`.trimEnd()}\n`;
}

function printPath(screen: Screen, {criticalPath, run}: RunReport): void {
  if (criticalPath.tasks.length === 0) return;
  title(screen, 'critical path', duration(criticalPath.ms));
  const records = new Map(run.tasks.map((task) => [task.task, task]));
  const path = criticalPath.tasks.map((task) => {
    const record = records.get(task);
    return {task: oneLine(task), ms: record?.start === undefined ? 0 : (record.ready ?? record.finish) - record.start};
  });
  const least = path.map(({ms}) => ms).sort((one, other) => other - one)[SHOWN_PATH - 1] ?? 0;
  const shown = path.filter(({ms}) => ms >= least).slice(0, SHOWN_PATH);
  const width = columnWidth(
    shown.map(({task}) => task),
    8,
    Math.min(48, widthOf(screen) - 28),
  );
  for (const {task, ms} of shown) screen.write(bars(screen, task, width, ms, run.wallMs));
  if (shown.length < path.length)
    screen.write(painted(screen, 'dim', `  and ${path.length - shown.length} shorter ones between them\n`));
}

/** What is said of a bottleneck; where there is little room, only what is brief. */
const GAINS: readonly {
  readonly head: string;
  readonly short?: string;
  readonly of: (bottleneck: Bottleneck) => number;
  readonly isBrief: boolean;
}[] = [
  {head: 'takes', of: ({ms}) => ms, isBrief: true},
  {head: '10 % faster', of: ({faster10}) => faster10, isBrief: false},
  {head: '2 x faster', short: '2 x', of: ({faster50}) => faster50, isBrief: true},
  {head: 'gone', of: ({gone}) => gone, isBrief: true},
  {head: 'a hit', of: ({hit}) => hit, isBrief: true},
  {head: 'in 2', of: ({split2}) => split2, isBrief: false},
  {head: 'in 4', of: ({split4}) => split4, isBrief: true},
];

function printBottlenecks(screen: Screen, {bottlenecks}: RunReport): void {
  if (bottlenecks.length === 0) return;
  title(screen, 'what the run would gain', painted(screen, 'dim', '(simulated)'));
  const shown = bottlenecks.slice(0, SHOWN_BOTTLENECKS);
  const names = shown.map(({task}) => oneLine(task));
  const isWide = widthOf(screen) >= columnWidth(names, 8, 40) + 3 + 13 * GAINS.length;
  const gains = GAINS.filter(({isBrief}) => isWide || isBrief);
  const space = isWide ? 13 : 10;
  const width = columnWidth(names, 8, Math.min(40, widthOf(screen) - 3 - space * gains.length));
  const head = gains.map(({head: full, short = full}) => (isWide ? full : short).padStart(space)).join('');
  screen.write(`${painted(screen, 'dim', `  ${''.padEnd(width)} ${head}`)}\n`);
  for (const [place, bottleneck] of shown.entries()) {
    const figures = gains.map(({of}, column) => {
      const ms = of(bottleneck);
      return (ms < 1 && column > 0 ? '-' : duration(ms)).padStart(space);
    });
    screen.write(`  ${cell(names[place] ?? '', width)} ${figures.join('')}\n`);
  }
}

function printBudget(screen: Screen, {budget}: RunReport): void {
  if (budget.length === 0) return;
  title(screen, 'budget');
  const width = columnWidth(
    budget.map(({name}) => oneLine(name)),
    8,
    Math.min(40, widthOf(screen) - 48),
  );
  for (const {name, targetMs, actualMs, gapMs, priority} of budget) {
    const gap =
      gapMs > 0
        ? painted(screen, 'red', `${duration(gapMs)} over`)
        : painted(screen, 'green', `${duration(-gapMs)} left`);
    screen.write(
      `  ${cell(oneLine(name), width)} ${duration(actualMs).padStart(9)} of ${duration(targetMs).padEnd(9)} ${gap}${priority === undefined ? '' : `  priority ${priority}`}\n`,
    );
  }
}

function printFindings(screen: Screen, {findings}: RunReport): void {
  if (findings.length === 0) return;
  title(screen, 'findings');
  const indent = ' '.repeat(6);
  for (const {code, title: what, evidence, advice, impact, effort, risk} of findings.slice(0, SHOWN_FINDINGS)) {
    const {ms, low = ms, high = ms} = impact;
    const range = high - low < 1 ? '' : ` (${duration(low)} to ${duration(high)} in other runs)`;
    const gain = ms >= 1 ? `${duration(ms)} less${range}` : 'no gain by itself';
    const [first = '', ...others] = wrapped(oneLine(what), widthOf(screen) - gain.length - 4);
    screen.write(`  ${painted(screen, 'yellow', gain)}  ${first}\n`);
    for (const line of others) screen.write(`${' '.repeat(gain.length + 4)}${line}\n`);
    printText(screen, `${code}, effort ${effort}, risk ${risk}, ${impact.source}`, {indent, colour: 'dim'});
    for (const text of evidence.slice(0, SHOWN_EVIDENCE)) printText(screen, oneLine(text), {indent, colour: 'dim'});
    printText(screen, oneLine(advice), {indent});
  }
  if (findings.length > SHOWN_FINDINGS)
    screen.write(`  and ${findings.length - SHOWN_FINDINGS} more: paceline report --format json\n`);
}

function printSteps(screen: Screen, {run, steps}: RunReport): void {
  if (steps.length === 0) return;
  title(screen, 'a plan in steps', [run.wallMs, ...steps.map(({totalMs}) => totalMs)].map(duration).join(' → '));
  for (const [place, {finding, totalMs}] of steps.entries()) {
    const number = `  ${place + 1}. `;
    for (const [at, line] of wrapped(`${oneLine(finding.title)} → ${duration(totalMs)}`, widthOf(screen) - 5).entries())
      screen.write(`${at === 0 ? number : ' '.repeat(number.length)}${line}\n`);
  }
}

function printKpis(screen: Screen, {kpis}: RunReport): void {
  title(screen, 'paceline itself');
  for (const {name, value, unit, target, isMet} of kpis) {
    const sign = isMet === undefined ? ' ' : isMet ? painted(screen, 'green', '✓') : painted(screen, 'yellow', '!');
    const room = widthOf(screen) - 57;
    screen.write(
      `${sign} ${cell(name, 42)} ${figure(value, unit).padStart(10)}  ${painted(screen, 'dim', clipped(target, room))}\n`,
    );
  }
}

function printReliability(screen: Screen, {run, simulatedMs, pastErrors}: RunReport): void {
  const own = percentChange((simulatedMs - run.wallMs) / Math.max(1, run.wallMs));
  const errors = pastErrors.map(({error}) => Math.abs(error) * 100).sort((one, other) => one - other);
  const past =
    errors.length === 0
      ? 'no earlier run to learn from'
      : `${plural(errors.length, 'earlier run')} foretold within ${(errors[Math.floor(errors.length / 2)] ?? 0).toFixed(1)} % in the middle, ${(errors.at(-1) ?? 0).toFixed(1)} % at worst`;
  screen.write('\n');
  printText(screen, `simulation: ${own} for this run; ${past}`, {colour: 'dim'});
}

function figure(value: number | undefined, unit: string): string {
  if (value === undefined) return 'unknown';
  if (unit === 'share') return `${Math.round(value * 100)} %`;
  return unit === 'ms' ? duration(value) : String(Math.round(value));
}
