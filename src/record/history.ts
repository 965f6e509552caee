import {existsSync, renameSync} from 'node:fs';
import {DatabaseSync, type SQLOutputValue} from 'node:sqlite';
import {PacelineError} from '../base/error.ts';
import type {RunId} from './events.ts';
import type {Run} from './run.ts';
import type {StateFolder} from './state-folder.ts';

/** Runs that are kept unless somebody says otherwise. */
export const KEPT_RUNS = 500;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS run (id TEXT PRIMARY KEY, at INTEGER NOT NULL, wall_ms REAL NOT NULL, status TEXT NOT NULL, exit_code INTEGER NOT NULL,
  command TEXT NOT NULL, tasks INTEGER NOT NULL, failed INTEGER NOT NULL, data BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS run_at ON run (at);
CREATE TABLE IF NOT EXISTS duration (task TEXT PRIMARY KEY, ms REAL NOT NULL, runs INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS first_success (task TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
`;

/** A run in a list. */
export interface RunSummary {
  readonly id: RunId;
  /** Unix time, ms. */
  readonly at: number;
  readonly wallMs: number;
  readonly status: string;
  readonly exitCode: number;
  readonly command: readonly string[];
  readonly tasks: number;
  readonly failed: number;
}

/** Past runs of a checkout, in SQLite. Many processes may have it open. */
export class History {
  readonly #path: string;
  #open: DatabaseSync | undefined;
  #movedAway: string | undefined;

  /** @throws PacelineError E_HISTORY when the file can be neither opened nor replaced; so do all methods */
  constructor(folder: StateFolder) {
    this.#path = folder.history;
    this.#use(() => {});
  }

  /** Where an unreadable history was moved to, when that happened. */
  get movedAway(): string | undefined {
    return this.#movedAway;
  }

  /** Works on the database; one that turns out to be broken, whenever that is, is moved away, and a new one begins. */
  #use<Result>(work: (database: DatabaseSync) => Result): Result {
    try {
      try {
        this.#open ??= openDatabase(this.#path);
        return work(this.#open);
      } catch (error) {
        if (!isCorrupt(error)) throw error;
        this.close();
        this.#movedAway = `${this.#path}.broken-${Date.now()}`;
        for (const suffix of ['', '-wal', '-shm'])
          if (existsSync(this.#path + suffix)) renameSync(this.#path + suffix, this.#movedAway + suffix);
        this.#open = openDatabase(this.#path);
        return work(this.#open);
      }
    } catch (error) {
      throw historyError(this.#path, error);
    }
  }

  /** Adds runs and forgets the oldest over `keep`, in one transaction. A run that is there already is left as it is. */
  add(runs: readonly Run[], keep = KEPT_RUNS): void {
    this.#use((database) => inTransaction(database, () => addRuns(database, runs, keep)));
  }

  /** Takes what later runs need (durations, first successes) from runs that are not to be kept. */
  learn(runs: readonly Run[]): void {
    this.#use((database) =>
      inTransaction(database, () => {
        for (const run of runs) learn(database, run);
      }),
    );
  }

  /** Expected duration of each task that ever passed, ms: an exponential average that weighs the latest run with 0.3. */
  durations(): ReadonlyMap<string, number> {
    const rows = this.#rows('SELECT task, ms FROM duration');
    return new Map(rows.map((row) => [String(row.task), Number(row.ms)]));
  }

  /** Tasks that have succeeded in this checkout at least once; no limit of the history removes them. */
  succeeded(): ReadonlySet<string> {
    return new Set(this.#rows('SELECT task FROM first_success').map((row) => String(row.task)));
  }

  /** The newest first. */
  list(limit: number): readonly RunSummary[] {
    const rows = this.#rows(
      'SELECT id, at, wall_ms, status, exit_code, command, tasks, failed FROM run ORDER BY at DESC, id DESC LIMIT ?',
      limit,
    );
    return rows.map((row) => ({
      id: String(row.id) as RunId,
      at: Number(row.at),
      wallMs: Number(row.wall_ms),
      status: String(row.status),
      exitCode: Number(row.exit_code),
      command: JSON.parse(String(row.command)) as string[],
      tasks: Number(row.tasks),
      failed: Number(row.failed),
    }));
  }

  /** Runs whose id begins with `prefix`; `latest` is the newest. */
  find(prefix: string): readonly RunId[] {
    if (prefix === 'latest' || prefix === 'last') return this.list(1).map((run) => run.id);
    const rows = this.#rows(
      "SELECT id FROM run WHERE id LIKE ? || '%' ESCAPE '!' LIMIT 20",
      prefix.replaceAll(/[!%_]/g, '!$&'),
    );
    return rows.map((row) => String(row.id) as RunId);
  }

  get(id: RunId): Run | undefined {
    const [row] = this.#rows('SELECT data FROM run WHERE id = ?', id);
    return row === undefined ? undefined : (JSON.parse(unpacked(row.data)) as Run);
  }

  close(): void {
    this.#open?.close();
    this.#open = undefined;
  }

  #rows(query: string, ...values: readonly (string | number)[]): readonly Record<string, SQLOutputValue>[] {
    return this.#use((database) => database.prepare(query).all(...values));
  }
}

function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    // some failures (a full disk) have rolled back already
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function addRuns(database: DatabaseSync, runs: readonly Run[], keep: number): void {
  const insert = database.prepare('INSERT OR IGNORE INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  for (const run of runs) {
    const failed = run.tasks.filter((task) => task.status === 'failed').length;
    const data = packed(JSON.stringify(run), run.wallMs);
    const added = insert.run(
      run.id,
      run.at,
      run.wallMs,
      run.status,
      run.exitCode,
      JSON.stringify(run.command),
      run.tasks.length,
      failed,
      data,
    );
    if (added.changes > 0) learn(database, run);
  }
  if (runs.some(({wallMs}) => wallMs >= SHORT_RUN_MS)) packOlder(database);
  database.prepare('DELETE FROM run WHERE id NOT IN (SELECT id FROM run ORDER BY at DESC, id DESC LIMIT ?)').run(keep);
}

function learn(database: DatabaseSync, run: Run): void {
  const duration = database.prepare(
    'INSERT INTO duration VALUES (?1, ?2, 1) ON CONFLICT (task) DO UPDATE SET ms = ms * 0.7 + ?2 * 0.3, runs = runs + 1',
  );
  const success = database.prepare('INSERT OR IGNORE INTO first_success VALUES (?, ?)');
  for (const task of run.tasks) {
    if (task.status !== 'passed' && task.status !== 'cached') continue;
    if (task.status === 'passed' && task.start !== undefined) duration.run(task.task, task.finish - task.start);
    success.run(task.task, Math.round(run.at + task.finish));
  }
}

/** Texts of this length are compressed. */
const LONG_TEXT = 16_384;
/** Runs that are shorter, ms, leave that to a later one: loading zlib would be a good part of them. */
const SHORT_RUN_MS = 1000;
/** Up to this length. */
const LONGEST_LEFT = 2 ** 18;

function packed(text: string, wallMs: number): string | Uint8Array {
  if (text.length < LONG_TEXT || (wallMs < SHORT_RUN_MS && text.length < LONGEST_LEFT)) return text;
  return process.getBuiltinModule('node:zlib').zstdCompressSync(text);
}

/** Compresses some of what short runs left. */
function packOlder(database: DatabaseSync): void {
  const left = database
    .prepare(`SELECT id, data FROM run WHERE typeof(data) = 'text' AND length(data) >= ${LONG_TEXT} LIMIT 50`)
    .all();
  const update = database.prepare('UPDATE run SET data = ? WHERE id = ?');
  for (const row of left) update.run(packed(String(row.data), Number.POSITIVE_INFINITY), String(row.id));
}

function unpacked(data: unknown): string {
  return typeof data === 'string'
    ? data
    : process
        .getBuiltinModule('node:zlib')
        .zstdDecompressSync(data as Uint8Array)
        .toString('utf8');
}

/** How long to wait for others who use the file, ms. */
const BUSY_MS = 5000;
const PAUSE_MS = 10;

/** The first who open a new file get in each other's way, and are told so at once, whatever the time limit is; sqlite.org/wal.html. */
function openDatabase(path: string): DatabaseSync {
  for (const deadline = performance.now() + BUSY_MS; ; ) {
    try {
      return preparedDatabase(path);
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
}

function preparedDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, {timeout: BUSY_MS});
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    if (database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'first_success'").get() === undefined)
      database.exec(SCHEMA);
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

function isCorrupt(error: unknown): boolean {
  // SQLITE_CORRUPT and SQLITE_NOTADB; sqlite.org/rescode.html
  return [11, 26].includes(primaryCode(error));
}

function isBusy(error: unknown): boolean {
  // SQLITE_BUSY and SQLITE_LOCKED
  return [5, 6].includes(primaryCode(error));
}

function primaryCode(error: unknown): number {
  return ((error as {errcode?: number}).errcode ?? 0) & 0xff;
}

function historyError(path: string, cause: unknown): PacelineError {
  return new PacelineError('E_HISTORY', `The history ${path} cannot be used: ${(cause as Error).message}`, {
    hint: 'Check that the folder is writable and the disk is not full; deleting the file only loses past runs.',
    cause,
  });
}
