import type {RunId} from '../record/events.ts';
import {foldEvents} from '../record/fold.ts';
import {leftJournals} from '../record/journal.ts';
import type {Run} from '../record/run.ts';
import type {StateFolder} from '../record/state-folder.ts';
import {endProcesses, processesOfRuns} from './processes.ts';

/** What earlier runs left behind when they were killed. */
export interface Recovered {
  /** To be put into the history; their journals may go after that. */
  readonly runs: readonly Run[];
  readonly journals: readonly string[];
  /** How many of their processes were still there, and were ended. */
  readonly ended: number;
  /** Other runs under way in this checkout. */
  readonly active: readonly RunId[];
}

/** Ends the processes of runs whose owner is gone, and only those, and reads their journals. */
export async function recover(folder: StateFolder, graceMs: number): Promise<Recovered> {
  const {left, active} = leftJournals(folder);
  if (left.length === 0) return {runs: [], journals: [], ended: 0, active};
  const dead = new Set<string>(left.map((journal) => journal.run));
  const ended = await endProcesses(() => processesOfRuns(dead), Math.min(graceMs, 2000));
  const runs = left.flatMap((journal) => foldEvents(journal.events) ?? []);
  return {runs, journals: left.map((journal) => journal.path), ended, active};
}
