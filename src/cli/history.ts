import {existsSync} from 'node:fs';
import {PacelineError} from '../base/error.ts';
import {recover} from '../engine/recovery.ts';
import {findRoot} from '../project/find-root.ts';
import {History} from '../record/history.ts';
import {removeJournal} from '../record/journal.ts';
import type {Run} from '../record/run.ts';
import {type StateFolder, stateFolder} from '../record/state-folder.ts';
import {signOf, whyOf} from '../ui/outcome.ts';
import {painted, type Screen, screenOf} from '../ui/style.ts';
import {criticalPath} from '../ui/summary.ts';
import {columnWidth, duration, oneLine, plural} from '../ui/text.ts';

interface HistoryOptions {
  readonly root?: string;
  readonly json?: boolean;
}

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
    const [id, ...others] = store.find(prefix);
    if (id === undefined)
      throw new PacelineError('E_UNKNOWN_RUN', `There is no run "${prefix}" in the history.`, {
        hint: 'See `paceline history` for the ids; `last` is the newest.',
      });
    if (others.length > 0)
      throw new PacelineError('E_UNKNOWN_RUN', `"${prefix}" begins the ids of several runs.`, {
        hint: `One of: ${[id, ...others].join(', ')}.`,
      });
    const run = store.get(id);
    if (run === undefined) throw new PacelineError('E_UNKNOWN_RUN', `The run "${id}" was just removed.`);
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

/** Opens the history; what a killed run left in its journal is put in first. */
async function withHistory(options: HistoryOptions, use: (store: History) => number): Promise<number> {
  const root = options.root ?? findRoot(process.cwd()) ?? process.cwd();
  const folder: StateFolder = stateFolder(root);
  if (!existsSync(folder.path))
    throw new PacelineError('E_NO_HISTORY', `Nothing has run in ${root} yet.`, {
      hint: 'Run something: paceline run build.',
    });
  const store = new History(folder);
  try {
    const left = await recover(folder, 2000);
    if (left.runs.length > 0) store.add(left.runs);
    for (const path of left.journals) removeJournal(path);
    return use(store);
  } finally {
    store.close();
  }
}
