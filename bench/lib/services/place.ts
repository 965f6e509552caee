import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {isRoomyMemory} from '../../../src/services/home.ts';
import type {Lease, ServiceOptions} from '../../../src/services.ts';
import {repository} from '../installed.ts';

/** How many tables the measured databases have. */
const TABLES = 50;

type Library = typeof import('../../../src/services.ts');

/** Where services are measured: a folder in memory, a process of its own that keeps them, and what they are made from. */
export class Place {
  readonly folder = mkdtempSync(join(isRoomyMemory('/dev/shm') ? '/dev/shm' : '/tmp', 'pb-'));
  readonly sql: string;
  readonly #library: Library;

  private constructor(library: Library) {
    this.#library = library;
    // servers that are started as root run as somebody else
    chmodSync(this.folder, 0o711);
    this.sql = join(this.folder, 'schema.sql');
    writeFileSync(this.sql, schema());
    process.env.PACELINE_SERVICES_DIR = join(this.folder, 'h');
  }

  /** What npm would publish is measured. */
  static async open(): Promise<Place> {
    return new Place((await import(pathToFileURL(join(repository, 'dist/services.js')).href)) as Library);
  }

  lease(options: ServiceOptions): Promise<Lease> {
    return this.#library.lease({directory: this.folder, ...options}, {label: 'benchmark'});
  }

  warm(options: ServiceOptions, count: number): Promise<void> {
    return this.#library.warm({directory: this.folder, ...options}, count);
  }

  /** Ends everything. */
  async close(): Promise<void> {
    await this.#library.stopServices();
    rmSync(this.folder, {recursive: true, force: true});
  }
}

/** Each with a serial key, three columns, one more index and a row. */
function schema(): string {
  const tables = Array.from(
    {length: TABLES},
    (_, number) =>
      `CREATE TABLE t${number} (id serial PRIMARY KEY, name text, amount int, at timestamptz); CREATE INDEX ON t${number} (amount); INSERT INTO t${number} (name, amount) VALUES ('one', 1);`,
  );
  return `${tables.join('\n')}\n`;
}
