import {PacelineError} from '../base/error.ts';
import {compare as compared} from '../insight/compare.ts';
import type {History} from '../record/history.ts';
import type {Run} from '../record/run.ts';
import {printComparison} from '../ui/report.ts';
import {screenOf} from '../ui/style.ts';
import {type HistoryOptions, runsBefore, runsNamed, withHistory} from './stored-runs.ts';

/** `paceline compare <before> <after>`: runs, ranges of runs, or files. */
export async function compare(before: string, after: string, options: HistoryOptions): Promise<number> {
  const problems = (message: string): void => void process.stderr.write(`warning ${message}\n`);
  const work = async (store: History | undefined): Promise<number> => {
    const history = (): History => {
      if (store === undefined)
        throw new PacelineError('E_NO_HISTORY', 'Nothing has run here yet.', {
          hint: 'Run something, or name two files.',
        });
      return store;
    };
    const [one, other] = [await runsNamed([before], history, problems), await runsNamed([after], history, problems)];
    const comparison = compared(one, other, store === undefined ? [] : usualOf(store, one, other));
    if (options.json === true)
      process.stdout.write(
        `${JSON.stringify({...comparison, before: one.map(({id}) => id), after: other.map(({id}) => id)}, undefined, 2)}\n`,
      );
    else printComparison(screenOf(process.stdout, process.env), comparison);
    return 0;
  };
  // two files need no history
  return /[/]|\.json$/.test(before) && /[/]|\.json$/.test(after) ? work(undefined) : withHistory(options, work);
}

/** Runs that passed with the same command: they show how far one lies from the next when nothing changed. */
function usualOf(store: History, before: readonly Run[], after: readonly Run[]): readonly Run[] {
  const [latest] = after;
  if (latest === undefined) return [];
  const own = new Set([...before, ...after].map(({id}) => id));
  const executed = (run: Run): string =>
    run.tasks
      .filter(({status}) => status === 'passed')
      .map(({task}) => task)
      .sort()
      .join();
  return runsBefore(store, latest).filter(
    (run) =>
      run.status === 'passed' &&
      !own.has(run.id) &&
      run.command.join(' ') === latest.command.join(' ') &&
      run.jobs === latest.jobs &&
      executed(run) === executed(latest),
  );
}
