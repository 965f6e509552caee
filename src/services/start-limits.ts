import type {DatabaseSync} from 'node:sqlite';

/** How long something may take, and why. */
export interface StartLimit {
  readonly ms: number;
  /** For messages: `3 x the slowest of 12 starts`. */
  readonly origin: string;
}

/** What may take how long as long as nothing is known: a first pull, the start of something that is there, a command. */
export type LimitKind = 'pull' | 'start' | 'command';

const BOUNDS: Readonly<
  Record<LimitKind, {readonly unknownMs: number; readonly floorMs: number; readonly capMs: number}>
> = {
  pull: {unknownMs: 600_000, floorMs: 30_000, capMs: 1_800_000},
  start: {unknownMs: 60_000, floorMs: 10_000, capMs: 300_000},
  command: {unknownMs: 60_000, floorMs: 2000, capMs: 600_000},
};
/** Limit over the ninety-ninth of a hundred known times. */
const FACTOR = 4;
const REMEMBERED = 100;
/** With fewer known times nothing is concluded from them. */
const ENOUGH = 3;

/**
 * Limits of waiting that come from how long the same took on this machine before, so that what is dead is noticed soon, and what is
 * slow is not ended: the 99th percentile times a factor, between a floor and a cap.
 */
export class StartLimits {
  readonly #database: DatabaseSync;

  constructor(path: string) {
    const {DatabaseSync: Database} = process.getBuiltinModule('node:sqlite');
    this.#database = new Database(path);
    this.#database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; CREATE TABLE IF NOT EXISTS took (id INTEGER PRIMARY KEY, what TEXT NOT NULL, ms REAL NOT NULL) STRICT; CREATE INDEX IF NOT EXISTS took_what ON took (what)',
    );
  }

  /** @param what the same for what should take the same: an image, a version */
  of(kind: LimitKind, what: string): StartLimit {
    const {unknownMs, floorMs, capMs} = BOUNDS[kind];
    const times = this.#times(`${kind} ${what}`);
    if (times.length < ENOUGH) return {ms: unknownMs, origin: 'nothing is known of earlier ones'};
    const slowest = times[Math.ceil(0.99 * times.length) - 1] ?? 0;
    const ms = Math.min(capMs, Math.max(floorMs, FACTOR * slowest));
    return {ms, origin: `${times.length} earlier ones took up to ${Math.round(slowest)} ms`};
  }

  learn(kind: LimitKind, what: string, ms: number): void {
    const name = `${kind} ${what}`;
    this.#database.prepare('INSERT INTO took (what, ms) VALUES (?, ?)').run(name, ms);
    this.#database
      .prepare(
        'DELETE FROM took WHERE what = ? AND id NOT IN (SELECT id FROM took WHERE what = ? ORDER BY id DESC LIMIT ?)',
      )
      .run(name, name, REMEMBERED);
  }

  close(): void {
    this.#database.close();
  }

  #times(name: string): readonly number[] {
    return this.#database
      .prepare('SELECT ms FROM took WHERE what = ? ORDER BY ms')
      .all(name)
      .map(({ms}) => Number(ms));
  }
}
