import {History} from '../record/history.ts';
import {leftJournals} from '../record/journal.ts';
import type {Run} from '../record/run.ts';
import type {StateFolder} from '../record/state-folder.ts';

/** What a run needs of the history. */
export interface RunHistory {
  readonly durations: ReadonlyMap<string, number>;
  readonly succeeded: ReadonlySet<string>;
  readonly store: (runs: readonly Run[]) => void;
  readonly close: () => void;
}

/** A history that cannot be used is said, and does not stop a run: its journal stays until a later start can keep it. */
export function openHistory(folder: StateFolder, record: boolean): RunHistory {
  try {
    const history = new History(folder);
    const known = {
      durations: history.durations(),
      succeeded: new Set([...history.succeeded(), ...succeededInJournals(folder)]),
    };
    if (history.movedAway !== undefined)
      process.stderr.write(`The history was unreadable; it was moved to ${history.movedAway}, and a new one begins.\n`);
    return {
      ...known,
      store: (runs) => (record ? history.add(runs) : history.learn(runs)),
      close: () => history.close(),
    };
  } catch (error) {
    const refuse = (): never => {
      throw error;
    };
    return {durations: new Map(), succeeded: new Set(), store: refuse, close: () => {}};
  }
}

/** What had succeeded in runs that were killed, and that are not in the history yet. */
function succeededInJournals(folder: StateFolder): readonly string[] {
  return leftJournals(folder).left.flatMap(({events}) =>
    events.flatMap((event) => (event.kind === 'task-finished' && event.status === 'passed' ? [event.task] : [])),
  );
}
