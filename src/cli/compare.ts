import {compare as compared} from '../insight/compare.ts';
import type {History} from '../record/history.ts';
import type {Run} from '../record/run.ts';
import {printComparison} from '../ui/comparison.ts';
import {screenOf} from '../ui/style.ts';
import {type HistoryOptions, runsBefore, runsNamed, withHistoryFor} from './stored-runs.ts';

/** `paceline compare <before> <after>`: runs, ranges of runs, or files. */
export async function compare(before: string, after: string, options: HistoryOptions): Promise<number> {
  return withHistoryFor([before, after], options, async (store) => {
    const [one, other] = [await runsNamed([before], store, options), await runsNamed([after], store, options)];
    const comparison = compared(one, other, usualOf(store, one, other));
    if (options.json === true)
      process.stdout.write(
        `${JSON.stringify({...comparison, before: one.map(({id}) => id), after: other.map(({id}) => id)}, undefined, 2)}\n`,
      );
    else printComparison(screenOf(process.stdout, process.env), comparison);
    return 0;
  });
}

/** Runs that passed with the same command: they show how far one lies from the next when nothing changed. */
function usualOf(store: History | undefined, before: readonly Run[], after: readonly Run[]): readonly Run[] {
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
