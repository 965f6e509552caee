import {duration, plural} from '../base/figures.ts';
import type {Run} from '../record/run.ts';
import {signOf, whyOf} from '../ui/outcome.ts';
import {painted, type Screen, screenOf} from '../ui/style.ts';
import {criticalPath} from '../ui/summary.ts';
import {columnWidth, oneLine} from '../ui/text.ts';
import {type HistoryOptions, namedRun, withHistory} from './stored-runs.ts';

/** `paceline history`: past runs, the newest first. */
export async function history(options: HistoryOptions & {readonly limit: number}): Promise<number> {
  return withHistory(options, (store) => {
    const runs = store.list(options.limit);
    const screen = screenOf(process.stdout, process.env);
    if (options.json === true) screen.write(`${JSON.stringify(runs, undefined, 2)}\n`);
    else if (runs.length === 0) screen.write('No run yet.\n');
    else {
      for (const run of runs) {
        const colour = run.status === 'passed' ? 'green' : 'red';
        const when = new Date(run.at).toISOString().replace('T', ' ').slice(0, 19);
        screen.write(
          `${run.id}  ${when}  ${painted(screen, colour, run.status.padEnd(11))} ${duration(run.wallMs).padStart(9)}  ${plural(run.tasks, 'task').padEnd(10)} ${run.command.join(' ')}\n`,
        );
      }
    }
    return 0;
  });
}

/** `paceline history show <run>`. */
export async function showRun(prefix: string, options: HistoryOptions): Promise<number> {
  return withHistory(options, (store) => {
    const run = namedRun(store, prefix);
    if (options.json === true) process.stdout.write(`${JSON.stringify(run, undefined, 2)}\n`);
    else printRun(screenOf(process.stdout, process.env), run);
    return 0;
  });
}

function printRun(screen: Screen, run: Run): void {
  screen.write(`${painted(screen, 'bold', run.id)}  paceline ${run.command.join(' ')}\n`);
  screen.write(
    `${run.status} in ${duration(run.wallMs)} with ${plural(run.jobs, 'job')}, ${new Date(run.at).toISOString()}${run.profile === undefined ? '' : `, profile ${run.profile}`}\n\n`,
  );
  const names = run.tasks.map((task) => oneLine(task.task));
  const width = columnWidth(names, 8, 48);
  for (const task of run.tasks) {
    const start = task.start === undefined ? '' : `+${duration(task.start)}`;
    const spent = task.start === undefined ? '' : duration(task.finish - task.start);
    const why = whyOf(task);
    screen.write(
      `${signOf(screen, task)} ${oneLine(task.task).padEnd(width)} ${start.padStart(10)} ${spent.padStart(9)}${why === '' ? '' : `  ${why}`}\n`,
    );
  }
  for (const notice of run.notices) screen.write(`${notice.level} ${notice.message} ${notice.code}\n`);
  const path = criticalPath(run);
  if (path.tasks.length > 0)
    screen.write(`\ncritical path ${path.tasks.map(oneLine).join(' → ')} (${duration(path.ms)})\n`);
}
