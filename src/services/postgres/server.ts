import {randomInt} from 'node:crypto';
import {rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {Client} from 'pg';
import {PacelineError} from '../../base/error.ts';
import type {Ledger} from '../ledger.ts';
import {OwnedProcess} from '../owned-process.ts';
import {randomPassword} from '../password.ts';
import type {ServerUser} from '../server-user.ts';
import type {PostgresPrograms} from './programs.ts';

/** The superuser of every server that is ours. */
const ADMIN = 'paceline_admin';

/**
 * What throw-away data need not do. Durability is given up altogether: a server that was killed is not started again, but replaced.
 * postgresql.org/docs/current/non-durability.html
 */
const FAST = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  autovacuum: 'off',
  log_checkpoints: 'off',
  // templates are copied as files, and logged nowhere
  wal_level: 'minimal',
  max_wal_senders: '0',
};

/** Ports of servers, below those that the system gives to outgoing connections; ip_local_port_range, ip(7). */
const PORTS = {first: 20_000, behind: 32_000};
const MOST_TRIES = 5;

export interface ServerOrder {
  readonly programs: PostgresPrograms;
  readonly user: ServerUser | undefined;
  readonly ledger: Ledger;
  /** Folder of its own, searchable by its user: data, socket. */
  readonly folder: string;
  readonly log: string;
  readonly password: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Words of the service for the server's command line. */
  readonly args: readonly string[];
  readonly timeoutMs: number;
  /** What starts it, in place of the program itself, with the words for the program; for one that runs on a mounted copy of its data. */
  readonly wrap?: (
    program: string,
    args: readonly string[],
  ) => {readonly program: string; readonly args: readonly string[]; readonly asRoot: boolean};
}

/** A PostgreSQL server of ours. */
export class PostgresServer {
  readonly process: OwnedProcess;
  readonly port: number;
  /** Folder of its Unix socket. */
  readonly socket: string;
  readonly #order: ServerOrder;

  private constructor(order: ServerOrder, process: OwnedProcess, port: number) {
    this.#order = order;
    this.process = process;
    this.port = port;
    this.socket = join(order.folder, 'socket');
  }

  /**
   * Starts one on a data folder that is there already, and waits until it answers.
   * @throws PacelineError E_SERVICE_START
   */
  static async start(order: ServerOrder): Promise<PostgresServer> {
    for (let attempt = 1; ; attempt++) {
      const port = randomInt(PORTS.first, PORTS.behind);
      const server = new PostgresServer(order, startProcess(order, port), port);
      const failure = await server.#untilReady();
      if (failure === undefined) return server;
      await server.process.stop('SIGQUIT');
      // somebody else has the port
      if (attempt < MOST_TRIES && /could not bind|in use/.test(failure)) continue;
      throw new PacelineError('E_SERVICE_START', `PostgreSQL did not start: ${failure}`, {
        hint: `Its log is ${order.log}.`,
      });
    }
  }

  /** A connection of the superuser. */
  connect(database = 'postgres'): Promise<Client> {
    return this.connectAs(ADMIN, this.#order.password, database);
  }

  async connectAs(user: string, password: string, database: string): Promise<Client> {
    const client = new Client({host: this.socket, port: this.port, user, password, database});
    // a server that dies tells it to whoever waits for an answer
    client.on('error', () => {});
    await client.connect();
    return client;
  }

  /** Its data are thrown away. */
  async stop(): Promise<void> {
    await this.process.stop('SIGQUIT');
  }

  async #untilReady(): Promise<string | undefined> {
    const deadline = performance.now() + this.#order.timeoutMs;
    for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 1.5, 20)) {
      if (this.process.end !== undefined) return `${this.process.end}\n${this.process.tail()}`;
      try {
        const client = await this.connect();
        await client.query('SELECT 1');
        await client.end();
        return undefined;
      } catch (error) {
        if (performance.now() > deadline)
          return `no answer within ${Math.round(this.#order.timeoutMs)} ms (${(error as Error).message})`;
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

function startProcess(
  {programs, user, ledger, folder, log, settings, args, wrap}: ServerOrder,
  port: number,
): OwnedProcess {
  const all = {
    ...FAST,
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: join(folder, 'socket'),
    unix_socket_permissions: '0777',
    ...settings,
  };
  const words = [
    '-D',
    join(folder, 'data'),
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ...args,
  ];
  const program = join(programs.folder, 'postgres');
  const wrapped = wrap?.(program, words);
  return new OwnedProcess(
    {
      program: wrapped?.program ?? program,
      args: wrapped?.args ?? words,
      env: {LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/sbin:/usr/bin:/sbin:/bin'},
      directory: folder,
      user: wrapped?.asRoot === true ? undefined : user,
      log,
    },
    ledger,
  );
}

/**
 * Makes a data folder: `<folder>/data`, owned by the server's user, with a superuser that has a password.
 * @throws PacelineError E_SERVICE_START
 */
export async function initialise(
  {programs, user, ledger, folder, log}: Pick<ServerOrder, 'programs' | 'user' | 'ledger' | 'folder' | 'log'>,
  password: string,
): Promise<void> {
  const secret = join(folder, `secret-${randomPassword().slice(0, 8)}`);
  writeFileSync(secret, password, {mode: 0o644});
  const process = new OwnedProcess(
    {
      program: join(programs.folder, 'initdb'),
      args: [
        ...['-D', join(folder, 'data'), '-U', ADMIN, `--pwfile=${secret}`, '--auth=scram-sha-256'],
        ...['--no-sync', '--wal-segsize=1', '--locale=C', '--encoding=UTF8', '--no-instructions'],
      ],
      env: {LC_ALL: 'C', PATH: '/usr/sbin:/usr/bin:/sbin:/bin'},
      directory: folder,
      user,
      log,
    },
    ledger,
  );
  const end = await process.ended;
  await process.stop();
  rmSync(secret, {force: true});
  if (end !== 'exit code 0')
    throw new PacelineError('E_SERVICE_START', `initdb failed: ${end}\n${process.tail()}`, {
      hint: `Its log is ${log}.`,
    });
}
