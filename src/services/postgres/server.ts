import {randomInt} from 'node:crypto';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {Client, type ClientConfig} from 'pg';
import {PacelineError} from '../../base/error.ts';
import type {Host} from '../host.ts';
import {OwnedProcess} from '../owned-process.ts';
import type {PostgresPrograms} from './programs.ts';
import type {Launch} from './rungs.ts';

/** The superuser of every server that is ours. */
export const ADMIN = 'paceline_admin';

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
  // as files of the data folder it goes with it, however the server ends
  dynamic_shared_memory_type: 'mmap',
};

/** Names are always told with their schemas; queries that are asked once are not worth compiling; event triggers do not fire for a replica. */
const OWN_SETTINGS = Object.entries({
  search_path: 'pg_catalog',
  jit: 'off',
  session_replication_role: 'replica',
  default_transaction_read_only: 'off',
  statement_timeout: '0',
  role: 'none',
})
  .map(([name, value]) => `-c ${name}=${value}`)
  .join(' ');

/** Ports of servers, below those that the system gives to outgoing connections; ip_local_port_range, ip(7). */
const PORTS = {first: 20_000, behind: 32_000};
const MOST_TRIES = 5;
/** A server takes 20 to 40 ms to be ready: it is looked for often at first. ms */
const LOOK = {oftenMs: 1, seldomMs: 20, oftenForMs: 150};

export interface ServerOrder {
  readonly programs: PostgresPrograms;
  /** Folder of its own, searchable by its user: data, socket. */
  readonly folder: string;
  readonly log: string;
  /** Of the superuser. */
  readonly password: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Words of the service for the server's command line. */
  readonly args: readonly string[];
  readonly timeoutMs: number;
  /** What starts it on its copy of a data folder. */
  readonly launch: (program: string, args: readonly string[]) => Launch;
}

/** A PostgreSQL server of ours. */
export class PostgresServer {
  readonly process: OwnedProcess;
  readonly port: number;
  /** Folder of its Unix socket. */
  readonly socket: string;
  readonly #order: ServerOrder;
  #password: string;

  private constructor(order: ServerOrder, process: OwnedProcess, port: number) {
    this.#order = order;
    this.#password = order.password;
    this.process = process;
    this.port = port;
    this.socket = join(order.folder, 'socket');
  }

  /**
   * Starts one on a data folder that is there already, and waits until it answers.
   * @returns it, and the superuser's connection that it answered to
   * @throws PacelineError E_SERVICE_START
   */
  static async start(order: ServerOrder, host: Host): Promise<readonly [PostgresServer, Client]> {
    for (let attempt = 1; ; attempt++) {
      const port = randomInt(PORTS.first, PORTS.behind);
      const server = new PostgresServer(order, startProcess(order, port, host), port);
      const answer = await server.#firstAnswer();
      if (typeof answer !== 'string') return [server, answer];
      await server.process.stop('SIGQUIT');
      // somebody else has the port
      if (attempt < MOST_TRIES && /could not bind|in use/.test(answer)) continue;
      throw new PacelineError('E_SERVICE_START', `PostgreSQL did not start: ${answer}`, {
        hint: `Its log is ${order.log}.`,
      });
    }
  }

  /** A connection of the superuser; settings and event triggers of the database have no effect on it. */
  connect(database = 'postgres'): Promise<Client> {
    return this.#connect({user: ADMIN, password: this.#password, database, options: OWN_SETTINGS});
  }

  connectAs(user: string, password: string, database: string): Promise<Client> {
    return this.#connect({user, password, database});
  }

  /** A server that began as a copy keeps no password that others know. */
  async changePassword(admin: Client, password: string): Promise<void> {
    await admin.query(`ALTER ROLE ${ADMIN} PASSWORD '${password}'`);
    this.#password = password;
  }

  /** Its data are thrown away. */
  async stop(): Promise<void> {
    await this.process.stop('SIGQUIT');
  }

  async #connect(config: ClientConfig): Promise<Client> {
    const client = new Client({host: this.socket, port: this.port, ...config});
    // a server that dies tells it to whoever waits for an answer
    client.on('error', () => {});
    await client.connect();
    return client;
  }

  /** @returns what went wrong, for people, or a connection */
  async #firstAnswer(): Promise<Client | string> {
    const since = performance.now();
    const file = join(this.socket, `.s.PGSQL.${this.port}`);
    for (let problem = 'no answer'; ; ) {
      if (this.process.end !== undefined) return `${this.process.end}\n${this.process.tail()}`;
      try {
        if (existsSync(file)) return await this.connect();
      } catch (error) {
        problem = (error as Error).message;
      }
      const tookMs = performance.now() - since;
      if (tookMs > this.#order.timeoutMs)
        return `no answer within ${Math.round(this.#order.timeoutMs)} ms (${problem})`;
      const pauseMs = tookMs < LOOK.oftenForMs ? LOOK.oftenMs : LOOK.seldomMs;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

function startProcess(
  {programs, folder, log, settings, args, launch}: ServerOrder,
  port: number,
  {user, ledger}: Host,
): OwnedProcess {
  const all = {
    ...FAST,
    listen_addresses: '127.0.0.1',
    port: String(port),
    // a list, in which a comma must be quoted
    unix_socket_directories: `"${join(folder, 'socket').replaceAll('"', '""')}"`,
    unix_socket_permissions: '0777',
    ...settings,
  };
  const words = [
    ...['-D', join(folder, 'data')],
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ...args,
  ];
  const {program, args: launchArgs, asRoot} = launch(join(programs.folder, 'postgres'), words);
  return new OwnedProcess(
    {
      program,
      args: launchArgs,
      env: {LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/sbin:/usr/bin:/sbin:/bin'},
      directory: folder,
      user: asRoot ? undefined : user,
      log,
    },
    ledger,
  );
}
