import {closeSync, fstatSync, mkdirSync, openSync, readdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import type {LogRange, RunId} from '../record/events.ts';
import {stateFolderError} from '../record/state-folder.ts';

/** Logs are kept for this many runs. */
const KEPT_LOGS = 20;

/** An open log that one task at a time appends to. */
export interface LogSlot {
  readonly file: string;
  readonly descriptor: number;
  /** Where the present task's part begins. */
  start: number;
}

/**
 * The output of a run's tasks. Tasks that follow each other share a file, so that a thousand tasks make as many files as run
 * at once, and none is opened twice.
 */
export class LogStore {
  readonly folder: string;
  readonly #idle: LogSlot[] = [];
  readonly #all: LogSlot[] = [];

  /** @throws PacelineError E_STATE_FOLDER */
  constructor(logs: string, run: RunId) {
    this.folder = join(logs, run);
    try {
      mkdirSync(this.folder, {recursive: true});
    } catch (error) {
      throw stateFolderError(logs, error);
    }
  }

  take(): LogSlot {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    const file = `${this.#all.length + 1}.log`;
    const slot = {file, descriptor: openSync(join(this.folder, file), 'a+'), start: 0};
    this.#all.push(slot);
    return slot;
  }

  /** What was written since the task began. */
  range(slot: LogSlot): LogRange {
    return {file: slot.file, start: slot.start, end: fstatSync(slot.descriptor).size};
  }

  giveBack(slot: LogSlot, end: number): void {
    slot.start = end;
    this.#idle.push(slot);
  }

  close(): void {
    for (const slot of this.#all) closeSync(slot.descriptor);
    if (this.#all.length === 0) rmSync(this.folder, {recursive: true, force: true});
  }
}

/** Removes the logs of all but the newest runs; ids sort by time. */
export function pruneLogs(logs: string, active: ReadonlySet<string>): void {
  const runs = readdirSync(logs).sort();
  for (const run of runs.slice(0, Math.max(0, runs.length - KEPT_LOGS))) {
    if (!active.has(run)) rmSync(join(logs, run), {recursive: true, force: true});
  }
}
