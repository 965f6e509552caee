import {existsSync, readFileSync} from 'node:fs';
import {PacelineError} from '../base/error.ts';
import {recover} from '../engine/recovery.ts';
import {findRoot} from '../project/find-root.ts';
import {History} from '../record/history.ts';
import {removeJournal} from '../record/journal.ts';
import type {Run} from '../record/run.ts';
import {type StateFolder, stateFolder} from '../record/state-folder.ts';

export interface HistoryOptions {
  readonly root?: string;
  readonly json?: boolean;
}

/** Runs that are read to learn from. */
const MOST_EARLIER = 60;
/** More than a history keeps. */
const MOST_LISTED = 2000;
/** Of the impossible times of a file. */
const SHOWN_PROBLEMS = 5;

/** Opens the history; what a killed run left in its journal is put in first. */
export async function withHistory<Result>(
  options: HistoryOptions,
  use: (store: History, folder: StateFolder) => Result | Promise<Result>,
): Promise<Result> {
  const root = rootOf(options);
  const folder = stateFolder(root);
  if (!existsSync(folder.path)) throw noHistory(root);
  const store = new History(folder);
  try {
    const left = await recover(folder, 2000);
    if (left.runs.length > 0) store.add(left.runs);
    for (const path of left.journals) removeJournal(path);
    return await use(store, folder);
  } finally {
    store.close();
  }
}

/** The same for words that name runs: where all of them are files, nothing need have run here. */
export async function withHistoryFor<Result>(
  words: readonly string[],
  options: HistoryOptions,
  use: (store: History | undefined, folder: StateFolder) => Result | Promise<Result>,
): Promise<Result> {
  const folder = stateFolder(rootOf(options));
  return words.every(isFile) && !existsSync(folder.path) ? use(undefined, folder) : withHistory(options, use);
}

/** The project that somebody means, or where they stand. */
export function rootOf({root}: HistoryOptions): string {
  return root ?? findRoot(process.cwd()) ?? process.cwd();
}

function noHistory(root: string): PacelineError {
  return new PacelineError('E_NO_HISTORY', `Nothing has run in ${root} yet.`, {
    hint: 'Run something: paceline run build.',
  });
}

/**
 * The run that somebody means.
 * @param name the beginning of an id; `last`; `last~2` is the second before that
 * @throws PacelineError E_UNKNOWN_RUN
 */
export function namedRun(store: History, name: string): Run {
  const back = /^(?:last|latest)~(\d+)$/.exec(name)?.[1];
  const found =
    back === undefined
      ? store.find(name)
      : store
          .list(Number(back) + 1)
          .slice(Number(back))
          .map(({id}) => id);
  const [id, ...others] = found;
  if (id === undefined)
    throw store.list(1).length === 0
      ? new PacelineError('E_UNKNOWN_RUN', 'There is no run in the history yet.', {
          hint: 'Run something: paceline run build.',
        })
      : new PacelineError('E_UNKNOWN_RUN', `There is no run "${name}" in the history.`, {
          hint: 'See `paceline history` for the ids; `last` is the newest, `last~1` the one before.',
        });
  if (others.length > 0)
    throw new PacelineError('E_UNKNOWN_RUN', `"${name}" begins the ids of several runs.`, {
      hint: `One of: ${[id, ...others].join(', ')}.`,
    });
  const run = store.get(id);
  if (run === undefined) throw new PacelineError('E_UNKNOWN_RUN', `The run "${id}" was just removed.`);
  return run;
}

/** Runs of the history before this one, the newest first; none when it is not of this history. */
export function runsBefore(store: History | undefined, {id, at}: Run, most = MOST_EARLIER): readonly Run[] {
  const all = store?.list(MOST_LISTED) ?? [];
  if (!all.some((one) => one.id === id)) return [];
  return all
    .filter((one) => one.at < at || (one.at === at && one.id < id))
    .slice(0, most)
    .flatMap((one) => store?.get(one.id) ?? []);
}

/**
 * Runs that somebody means, each once and the newest first: a run, a range `A..B` of the history (both ends count), `last:5`, or a file
 * with one. At least one.
 * @param store undefined when nothing has run here
 * @throws PacelineError E_UNKNOWN_RUN, E_RUN_FILE, E_NO_HISTORY
 */
export async function runsNamed(
  words: readonly string[],
  store: History | undefined,
  options: HistoryOptions,
): Promise<readonly Run[]> {
  const runs: Run[] = [];
  for (const word of words) {
    if (isFile(word)) runs.push(await runOfFile(word));
    else if (store === undefined) throw noHistory(rootOf(options));
    else runs.push(...runsOfHistory(store, word));
  }
  const found = new Map(runs.map((run) => [run.id, run]));
  return [...found.values()].sort((one, other) => other.at - one.at);
}

function runsOfHistory(store: History, word: string): readonly Run[] {
  const last = /^(?:last|latest):(\d+)$/.exec(word)?.[1];
  const [from = '', to = ''] = word.split('..');
  if (from !== '' && to !== '') return between(store, from, to);
  if (last === undefined) return [namedRun(store, word)];
  if (Number(last) === 0) throw new PacelineError('E_USAGE', `${word} names no run.`, {hint: 'Say how many: last:5.'});
  const runs = store.list(Number(last)).flatMap(({id}) => store.get(id) ?? []);
  // says that there is none
  return runs.length === 0 ? [namedRun(store, 'last')] : runs;
}

function between(store: History, one: string, other: string): readonly Run[] {
  const times = [namedRun(store, one).at, namedRun(store, other).at];
  const [first, last] = [Math.min(...times), Math.max(...times)];
  return store
    .list(MOST_LISTED)
    .filter(({at}) => at >= first && at <= last)
    .flatMap(({id}) => store.get(id) ?? []);
}

/** `-` is standard input. */
function isFile(word: string): boolean {
  return word === '-' || word.includes('/') || word.endsWith('.json');
}

async function runOfFile(path: string): Promise<Run> {
  let text: string;
  try {
    text = readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    throw new PacelineError('E_RUN_FILE', `${path} cannot be read: ${(error as Error).message}.`, {
      hint: 'A word with a slash or `.json` in it is taken for a file; for a run of the history give its id, or `last`.',
      cause: error,
    });
  }
  const {readRun} = await import('../record/run-file.ts');
  const {run, problems} = readRun(text, path === '-' ? 'standard input' : path);
  for (const problem of problems.slice(0, SHOWN_PROBLEMS)) warn(`${path}: ${problem}; the time was put right.`);
  if (problems.length > SHOWN_PROBLEMS) warn(`${path}: ${problems.length - SHOWN_PROBLEMS} more times were put right.`);
  return run;
}

function warn(message: string): void {
  process.stderr.write(`warning ${message}\n`);
}
