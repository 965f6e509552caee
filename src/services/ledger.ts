import type {DatabaseSync} from 'node:sqlite';
import type {ProcessIdentity} from '../base/process-identity.ts';
import {processesWith} from './process-traces.ts';

/** Something outside of the broker that it made, and that has to be taken away when it is gone. */
export type Belonging =
  | {readonly kind: 'folder'; readonly path: string}
  | OwnedProcesses
  | {readonly kind: 'container'; readonly id: string; readonly engine: string};

/** A process with all that it started; what is not known yet when it is noted is added when it runs. */
export interface OwnedProcesses {
  readonly kind: 'process';
  /** Value of `PROCESS_MARK`. */
  readonly mark: string;
  /** Gets the output of these processes only. */
  readonly log?: string;
  readonly first?: ProcessIdentity;
}

export interface LedgerEntry {
  readonly id: number;
  readonly broker: string;
  readonly belonging: Belonging;
}

/** In the environment of every process that the broker starts: found again even when it was killed between start and note. */
export const PROCESS_MARK = 'PACELINE_SERVICE_MARK';

/**
 * What brokers of this user have made, noted before it is made and struck out when it is gone. It lies beside the things themselves, so it
 * is lost with them when the machine starts anew. Only the holder of the broker's lock writes to it.
 */
export class Ledger {
  readonly #database: DatabaseSync;
  readonly #broker: string;

  constructor(path: string, broker: string) {
    const {DatabaseSync: Database} = process.getBuiltinModule('node:sqlite');
    this.#database = new Database(path);
    this.#broker = broker;
    this.#database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; CREATE TABLE IF NOT EXISTS belonging (id INTEGER PRIMARY KEY, broker TEXT NOT NULL, value TEXT NOT NULL) STRICT',
    );
  }

  note(belonging: Belonging): number {
    const {lastInsertRowid} = this.#database
      .prepare('INSERT INTO belonging (broker, value) VALUES (?, ?)')
      .run(this.#broker, JSON.stringify(belonging));
    return Number(lastInsertRowid);
  }

  change(id: number, belonging: Belonging): void {
    this.#database.prepare('UPDATE belonging SET value = ? WHERE id = ?').run(JSON.stringify(belonging), id);
  }

  strike(id: number): void {
    this.#database.prepare('DELETE FROM belonging WHERE id = ?').run(id);
  }

  /** What brokers before this one left; the latest first, so that processes go before their folders. */
  left(): readonly LedgerEntry[] {
    const rows = this.#database
      .prepare('SELECT id, broker, value FROM belonging WHERE broker <> ? ORDER BY id DESC')
      .all(this.#broker);
    return rows.map(({id, broker, value}) => ({
      id: Number(id),
      broker: String(broker),
      belonging: JSON.parse(String(value)) as Belonging,
    }));
  }

  get size(): number {
    return Number(this.#database.prepare('SELECT count(*) AS count FROM belonging').get()?.count);
  }

  close(): void {
    this.#database.close();
  }
}

/** Everything that lives of a process that was started with a mark. */
export function livingOf({mark, log, first}: OwnedProcesses): readonly ProcessIdentity[] {
  return processesWith({
    mark: `${PROCESS_MARK}=${mark}`,
    ...(log !== undefined && {log}),
    ...(first !== undefined && {first}),
  });
}
