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

/** Opens the history; what a killed run left in its journal is put in first. */
export async function withHistory<Result>(
  options: HistoryOptions,
  use: (store: History, folder: StateFolder) => Result | Promise<Result>,
): Promise<Result> {
  const root = options.root ?? findRoot(process.cwd()) ?? process.cwd();
  const folder = stateFolder(root);
  if (!existsSync(folder.path))
    throw new PacelineError('E_NO_HISTORY', `Nothing has run in ${root} yet.`, {
      hint: 'Run something: paceline run build.',
    });
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
    throw new PacelineError('E_UNKNOWN_RUN', `There is no run "${name}" in the history.`, {
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

/** Runs of the history before this one, the newest first. */
export function runsBefore(store: History, {id, at}: Run, most = MOST_EARLIER): readonly Run[] {
  return store
    .list(most + 1000)
    .filter((one) => one.at < at || (one.at === at && one.id < id))
    .slice(0, most)
    .flatMap((one) => store.get(one.id) ?? []);
}

/**
 * Runs that somebody means, the newest first: a run, a range `A..B` of the history (both ends count), `last:5`, or a file with one.
 * @throws PacelineError E_UNKNOWN_RUN, E_RUN_FILE
 */
export async function runsNamed(
  words: readonly string[],
  history: () => History,
  onProblem: (message: string) => void,
): Promise<readonly Run[]> {
  const runs: Run[] = [];
  for (const word of words) {
    const last = /^(?:last|latest):(\d+)$/.exec(word)?.[1];
    const [from, to] = word.split('..');
    if (isFile(word)) runs.push(await runOfFile(word, onProblem));
    else if (last !== undefined)
      runs.push(
        ...history()
          .list(Number(last))
          .flatMap(({id}) => history().get(id) ?? []),
      );
    else if (from !== undefined && to !== undefined && from !== '' && to !== '')
      runs.push(...between(history(), from, to));
    else runs.push(namedRun(history(), word));
  }
  return runs.toSorted((one, other) => other.at - one.at);
}

function between(store: History, one: string, other: string): readonly Run[] {
  const times = [namedRun(store, one).at, namedRun(store, other).at];
  const [first, last] = [Math.min(...times), Math.max(...times)];
  return store
    .list(1000)
    .filter(({at}) => at >= first && at <= last)
    .flatMap(({id}) => store.get(id) ?? []);
}

function isFile(word: string): boolean {
  return word === '-' || word.includes('/') || word.endsWith('.json');
}

async function runOfFile(path: string, onProblem: (message: string) => void): Promise<Run> {
  let text: string;
  try {
    text = readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    throw new PacelineError('E_RUN_FILE', `${path} cannot be read: ${(error as Error).message}.`);
  }
  const {readRun} = await import('../record/run-file.ts');
  const {run, problems} = readRun(text, path === '-' ? 'standard input' : path);
  for (const problem of problems) onProblem(`${path}: ${problem}; the time was put right.`);
  return run;
}
