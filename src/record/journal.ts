import {closeSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {isAlive} from '../base/living-process.ts';
import type {RunEvent, RunId, RunStarted} from './events.ts';
import {type StateFolder, stateFolderError} from './state-folder.ts';

/** The append-only record of one run, one event a line. What was written survives a kill of this process. */
export class Journal {
  readonly path: string;
  #descriptor: number;
  #pending: string[] = [];
  #broken: Error | undefined;

  /**
   * Appears with its first event, which names its owner: nobody ever sees a journal that seems to have none.
   * @throws PacelineError E_STATE_FOLDER
   */
  constructor(folder: StateFolder, started: RunStarted) {
    this.path = join(folder.journals, `${started.run}.ndjson`);
    const unfinished = join(folder.journals, `${started.run}.${process.pid}.new`);
    try {
      this.#descriptor = openSync(unfinished, 'ax');
      writeFileSync(this.#descriptor, `${JSON.stringify(started)}\n`);
      renameSync(unfinished, this.path);
    } catch (error) {
      throw stateFolderError(folder.journals, error);
    }
  }

  /** Set when the disk refused a line: the run goes on, without a complete record. */
  get broken(): Error | undefined {
    return this.#broken;
  }

  /** Events of one turn of the event loop are written together, at its end at the latest. */
  append(event: RunEvent): void {
    if (this.#pending.push(JSON.stringify(event)) === 1) queueMicrotask(() => this.flush());
  }

  flush(): void {
    if (this.#pending.length === 0 || this.#broken !== undefined) return;
    const text = `${this.#pending.join('\n')}\n`;
    this.#pending = [];
    try {
      writeFileSync(this.#descriptor, text);
    } catch (error) {
      this.#broken = error as Error;
    }
  }

  close(): void {
    this.flush();
    closeSync(this.#descriptor);
    // the number may soon be that of another file, the history even: it must not get what comes late
    this.#descriptor = -1;
  }
}

/** Reads a journal; a last line that was cut off by a kill is left out, and so is whatever else is no event. */
export function readJournal(path: string): readonly RunEvent[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line) => {
    if (line === '') return [];
    try {
      const event = JSON.parse(line) as RunEvent | null;
      return typeof event === 'object' && typeof event?.kind === 'string' ? [event] : [];
    } catch {
      return [];
    }
  });
}

export interface LeftJournal {
  readonly run: RunId;
  readonly path: string;
  readonly events: readonly RunEvent[];
}

/** Journals of runs that no longer run and that are not in the history yet; and whether another run is under way. */
export function leftJournals(folder: StateFolder): {
  readonly left: readonly LeftJournal[];
  readonly active: readonly RunId[];
} {
  const left: LeftJournal[] = [];
  const active: RunId[] = [];
  for (const name of namesIn(folder.journals)) {
    const path = join(folder.journals, name);
    const [, maker, pid] = /^(.*)\.(\d+)\.new$/.exec(name) ?? [];
    // killed before its first event: nothing had run
    if (maker !== undefined && !isAlive({pid: Number(pid), started: '', boot: ''}))
      left.push({run: maker as RunId, path, events: []});
    if (!name.endsWith('.ndjson')) continue;
    const run = name.slice(0, -'.ndjson'.length) as RunId;
    const events = readOrNothing(path);
    const owner = events[0]?.kind === 'run-started' ? events[0].owner : undefined;
    // our own number says nothing: in a container the run that was killed often had the same one
    if (owner === undefined || !isAlive(owner)) left.push({run, path, events});
    else if (owner.pid !== process.pid) active.push(run);
  }
  return {left, active};
}

export function removeJournal(path: string): void {
  rmSync(path, {force: true});
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readOrNothing(path: string): readonly RunEvent[] {
  try {
    return readJournal(path);
  } catch {
    return [];
  }
}
