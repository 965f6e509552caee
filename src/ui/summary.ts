import {duration, plural} from '../base/figures.ts';
import {digraph} from '../graph/digraph.ts';
import {longestPath} from '../graph/longest-path.ts';
import type {Run, TaskRecord} from '../record/run.ts';
import type {DisplayContext} from './display.ts';
import {signOf, whyOf} from './outcome.ts';
import {painted} from './style.ts';
import {logTail} from './task-log.ts';
import {clipped, columnWidth, oneLine} from './text.ts';

/** More tasks than this: those that simply passed are not listed one by one, the slowest apart. */
const LISTED = 60;
const SLOWEST = 10;
const TAIL_LINES = 30;
/** Less than this is not worth telling. */
const SHORT_MS = 1000;

/** A line a task, then the failures with the end of their logs, then the total and the critical path. */
export function printSummary(context: DisplayContext, run: Run): void {
  const {screen} = context;
  const names = run.tasks.map((task) => oneLine(task.task));
  const width = columnWidth(names, 8, 48);
  const shown = listed(run.tasks);
  if (run.tasks.length > 0) screen.write('\n');
  for (const task of shown) {
    // what was not executed took next to nothing
    const spent = task.start === undefined || task.status === 'cached' ? '' : duration(task.finish - task.start);
    const why = reasonOf(task);
    screen.write(
      `${signOf(screen, task)} ${oneLine(task.task).padEnd(width)}  ${spent.padStart(9)}${why === '' ? '' : `  ${clipped(why, screen.live ? 100 : 300)}`}\n`,
    );
  }
  const others = run.tasks.length - shown.length;
  if (others > 0) {
    const what = run.tasks.some(({status}) => status === 'cached') ? 'passed or did not have to run' : 'passed';
    screen.write(painted(screen, 'dim', `  and ${others} more that ${what}\n`));
  }
  const failures = run.tasks.filter((task) => task.status === 'failed');
  for (const task of failures.slice(0, 10)) printFailure(context, task);
  if (failures.length > 10)
    screen.write(`and ${failures.length - 10} more failures: paceline history show ${run.id}\n`);
  screen.write(`\n${totals(context, run)}\n`);
  const path = criticalPath(run);
  if (path.tasks.length > 1) {
    // where no terminal wraps the line, whole names are worth more
    const most = screen.live ? Math.max(40, screen.columns() - 30) : 500;
    screen.write(
      `${painted(screen, 'dim', 'critical path')} ${clipped(path.tasks.map(oneLine).join(' → '), most)} (${duration(path.ms)})\n`,
    );
  }
}

/** What is to be said behind a task; of one that ran although it is cached, what had changed. */
function reasonOf(task: TaskRecord): string {
  const why = whyOf(task);
  return why === '' && task.missed !== undefined ? task.missed : why;
}

function listed(tasks: readonly TaskRecord[]): readonly TaskRecord[] {
  if (tasks.length <= LISTED) return tasks;
  const spent = (task: TaskRecord): number => (task.start === undefined ? 0 : task.finish - task.start);
  const slowest = new Set([...tasks].sort((one, other) => spent(other) - spent(one)).slice(0, SLOWEST));
  const special = tasks.filter((task) => task.flaky || task.status === 'failed' || task.status === 'tolerated');
  const unrun = tasks.filter(
    (task) => task.status === 'blocked' || task.status === 'cancelled' || task.status === 'skipped',
  );
  const kept = new Set([...special, ...slowest, ...unrun.slice(0, LISTED)]);
  return tasks.filter((task) => kept.has(task));
}

function printFailure(context: DisplayContext, task: TaskRecord): void {
  const {screen} = context;
  screen.write(`\n${painted(screen, 'red', '✗')} ${painted(screen, 'bold', oneLine(task.task))} ${whyOf(task)}\n`);
  if (task.line !== undefined && task.line !== '')
    screen.write(`  ${painted(screen, 'dim', '$')} ${clipped(task.line, 200)}\n`);
  // in a grouped display the whole log stands above already
  if (task.log !== undefined && task.log.end > task.log.start && (screen.live || context.shown === 'none')) {
    const tail = logTail(context, task.log, TAIL_LINES);
    screen.write(`${tail.replaceAll(/^/gm, '  ')}\n`);
  }
  const alone = context.alone(task.task);
  if (alone !== undefined) screen.write(`  run it alone: ${painted(screen, 'bold', alone)}\n`);
}

function totals({screen}: DisplayContext, run: Run): string {
  const counts = new Map<string, number>();
  for (const task of run.tasks) {
    const key = task.flaky ? 'flaky' : task.status;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const parts = [...counts].map(([status, count]) => `${count} ${status}`);
  const verdict =
    run.status === 'passed'
      ? painted(screen, 'green', 'passed')
      : painted(screen, 'red', run.status === 'timeout' ? 'over its time limit' : run.status);
  // what hits would have taken, one behind the other
  const saved = run.tasks.reduce((sum, {savedMs = 0}) => sum + savedMs, 0);
  const spared = saved < SHORT_MS ? '' : painted(screen, 'dim', `, ${duration(saved)} of work not done again`);
  return `${verdict}  ${plural(run.tasks.length, 'task')}${parts.length === 0 ? '' : ` (${parts.join(', ')})`} in ${duration(run.wallMs)}${spared}`;
}

/** The chain of tasks that took longest, with their measured times. */
export function criticalPath(run: Run): {readonly tasks: readonly string[]; readonly ms: number} {
  const numbers = new Map(run.plan.nodes.map((node, index) => [node.id, index]));
  const weights = new Float64Array(run.plan.nodes.length);
  for (const task of run.tasks) {
    const number = numbers.get(task.task);
    // what needs a persistent task waits until it is ready, not until it is stopped
    const isExecuted = task.start !== undefined && task.status !== 'cached';
    if (number !== undefined && isExecuted) weights[number] = (task.ready ?? task.finish) - (task.start ?? 0);
  }
  const from = run.plan.edges.map((edge) => numbers.get(edge.from) ?? 0);
  const to = run.plan.edges.map((edge) => numbers.get(edge.to) ?? 0);
  const path = longestPath(digraph(run.plan.nodes.length, from, to), weights).filter(
    (number) => (weights[number] ?? 0) > 0,
  );
  return {
    tasks: path.map((number) => run.plan.nodes[number]?.id ?? ''),
    ms: path.reduce((sum, number) => sum + (weights[number] ?? 0), 0),
  };
}
