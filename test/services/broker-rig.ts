import {type ChildProcess, spawn} from 'node:child_process';
import {existsSync, readdirSync, readFileSync, readlinkSync, rmSync, statfsSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {DatabaseSync} from 'node:sqlite';
import {expect} from 'vitest';
import {ServicesClient} from '../../src/services/client/services-client.ts';
import {type ServiceOptions, serviceOf} from '../../src/services/service-options.ts';
import {isRunning, kill} from '../rig/processes.ts';
import {newHome} from './support/new-home.ts';

const root = join(import.meta.dirname, '../..');

/** Serves nobody, and is ready at once. */
export const sleeper: ServiceOptions = {
  plugin: 'process',
  name: 'sleeper',
  directory: '/',
  binary: 'sh',
  args: ['-c', 'echo up; exec sleep 1000'],
  health: {kind: 'log', pattern: 'up'},
  pool: {min: 0, max: 1},
};

/** A services' folder of a test: its brokers, its clients, and what is left of them. */
export class ServicesFolder {
  readonly path: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly #clients: ServicesClient[] = [];
  readonly #children: ClientProgram[] = [];

  constructor(env: Readonly<Record<string, string>> = {}, path = newHome()) {
    this.path = path;
    this.env = {...process.env, CI: '', ...env, PACELINE_SERVICES_DIR: path};
  }

  client(): ServicesClient {
    const client = new ServicesClient(this.env);
    this.#clients.push(client);
    return client;
  }

  /** A client in a process of its own. */
  program(options: {readonly env?: Readonly<Record<string, string>>; readonly words?: readonly string[]} = {}) {
    const program = new ClientProgram({...this.env, ...options.env}, options.words ?? [process.execPath]);
    this.#children.push(program);
    return program;
  }

  /** Brokers that live, the one that has the lock and those that want it. */
  brokers(): readonly number[] {
    return this.processes().filter((pid) => /\/broker(\/main\.ts|\.js)/.test(read(`/proc/${pid}/cmdline`)));
  }

  /** All living processes that have to do with this folder, but for the test and its clients. */
  processes(): readonly number[] {
    const ours = new Set([process.pid, ...this.#children.map(({pid}) => pid)]);
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0 && !ours.has(pid) && isRunning(pid) && this.#belongs(pid));
  }

  #belongs(pid: number): boolean {
    const {path} = this;
    const isBelow = (one: string): boolean => one === path || one.startsWith(`${path}/`);
    return (
      isBelow(linkOf(`/proc/${pid}/cwd`)) ||
      isBelow(linkOf(`/proc/${pid}/fd/1`)) ||
      read(`/proc/${pid}/environ`).includes(`PACELINE_SERVICES_DIR=${path}\0`) ||
      read(`/proc/${pid}/cmdline`).includes(`${path}/`)
    );
  }

  /** What is noted in the ledger. */
  entries(): readonly string[] {
    const ledger = join(this.path, 'ledger-v1.db');
    if (!existsSync(ledger)) return [];
    const database = new DatabaseSync(ledger, {readOnly: true});
    // a broker that could not start has no tables
    const isEmpty = database.prepare('SELECT 1 FROM sqlite_master').get() === undefined;
    const rows = isEmpty ? [] : database.prepare('SELECT value FROM belonging').all();
    database.close();
    return rows.map(({value}) => String(value));
  }

  /** What lies where servers have their folders. */
  folders(): readonly string[] {
    const servers = join(this.path, 's1');
    return existsSync(servers) ? readdirSync(servers) : [];
  }

  get log(): string {
    return read(join(this.path, 'broker.log'));
  }

  /** Ends the broker in an orderly way; nothing is left after that. */
  async end(): Promise<void> {
    try {
      const last = this.client();
      await last.shutdown();
      for (const client of this.#clients) client.close();
      for (const child of this.#children) await child.kill();
      await this.expectNothing();
    } finally {
      for (const pid of this.processes()) kill(pid);
      rmSync(this.path, {recursive: true, force: true});
    }
  }

  /** A broker that is leaving may need a moment. */
  async expectNothing(): Promise<void> {
    for (let round = 0; round < 500 && this.processes().length > 0; round++) await pause(20);
    expect(this.processes().map((pid) => read(`/proc/${pid}/cmdline`))).toEqual([]);
    expect({entries: this.entries(), folders: this.folders()}).toEqual({entries: [], folders: []});
  }
}

/** A process that leases what it is told to; see client-program.ts. */
export class ClientProgram {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly ended: Promise<void>;

  constructor(env: Readonly<Record<string, string | undefined>>, [program = '', ...words]: readonly string[]) {
    this.#child = spawn(program, [...words, join(root, 'test/services/client-program.ts')], {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.ended = new Promise((resolve) => this.#child.once('close', () => resolve()));
    this.#child.stdin?.on('error', () => {});
    this.#lines = createInterface({input: this.#child.stdout as NodeJS.ReadableStream})[Symbol.asyncIterator]();
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** @returns its URL, or `code: message` of what went wrong */
  async acquire(options: ServiceOptions, ttlMs?: number): Promise<string> {
    this.say({acquire: serviceOf(options), ttlMs});
    return this.next();
  }

  say(message: object): void {
    this.#child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  async next(): Promise<string> {
    const {value} = await this.#lines.next();
    return String(value);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Its connections end with it. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  /** It has no more to do. */
  async leave(): Promise<void> {
    this.#child.stdin?.end();
    await this.ended;
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Resolves when it is so; looks again and again. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause(5);
}

/** Resolves when a log that grows has been emptied so many times. @throws what was seen of it, when that takes too long */
export async function untilEmptied(log: string, times: number): Promise<void> {
  const sizes: number[] = [];
  for (let count = 0; count < times; ) {
    if (sizes.length > 1000) {
      const {blocks, bavail, bsize} = statfsSync(log);
      throw new Error(
        `emptied ${count} times; ${bavail * bsize} of ${blocks * bsize} bytes are free; sizes: ${sizes.filter((_, at) => at % 50 === 0)}`,
      );
    }
    await pause(20);
    const {size} = statSync(log);
    if (size < (sizes.at(-1) ?? 0)) count++;
    sizes.push(size);
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
