import {basename, join} from 'node:path';
import type {Client} from 'pg';
import {type Host, OwnedFolder} from '../host.ts';
import {randomPassword, scramVerifier} from '../password.ts';
import type {Access, Resource, ServerState} from '../plugin.ts';
import {UncleanError} from '../unclean.ts';
import {access} from './access.ts';
import {CLUSTER_SETTINGS, type ClusterTemplate, LEASED, NEXT_TRANSACTION} from './cluster-template.ts';
import {type DigestRow, differencesBetween} from './fingerprint.ts';
import type {PostgresPrograms} from './programs.ts';
import type {Rung} from './rungs.ts';
import {PostgresServer} from './server.ts';
import {startName} from './shared-server.ts';

/** Whoever else is connected, to whatever database. */
const OTHER_SESSIONS = `SELECT FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`;

/** What copies are made of. */
export interface ClusterParts {
  readonly template: ClusterTemplate;
  readonly programs: PostgresPrograms;
  readonly rung: Rung;
  /** Words of the service for the command line. */
  readonly args: readonly string[];
  readonly startTimeoutMs: number | undefined;
}

/** A server, with the folder that goes with it. */
interface Running {
  readonly server: PostgresServer;
  readonly admin: Client;
  readonly folder: OwnedFolder;
}

/** Servers of one's own: each runs on a copy of the template's data folder, and its user is a superuser in it. */
export class ClusterSource {
  readonly #parts: ClusterParts;
  readonly #host: Host;
  readonly #running = new Set<Running>();
  readonly #handOuts = new Set<Promise<unknown>>();
  /** Nothing was compared in full so far. */
  #isFirst = true;

  constructor(parts: ClusterParts, host: Host) {
    this.#parts = parts;
    this.#host = host;
  }

  get servers(): readonly ServerState[] {
    const {programs, rung} = this.#parts;
    return [...this.#running].map(({server: {process}, folder}) => ({
      id: basename(folder.path),
      name: 'postgres',
      what: `PostgreSQL ${programs.version} (${rung.name})`,
      backend: 'process',
      pid: process.pid,
      startedAt: process.startedAt,
      restarts: 0,
      logFile: process.log,
    }));
  }

  async make(): Promise<Resource> {
    await this.#untilQuiet();
    const password = randomPassword();
    const verifier = scramVerifier(password);
    const running = await this.#start();
    const {server, admin, folder} = running;
    try {
      await admin.query(`PREPARE paceline_outside AS ${this.#parts.template.cluster.outsideQuery}`);
      await this.#check(running);
      if (this.#isFirst) await this.#compare(running);
      this.#isFirst = false;
    } catch (error) {
      await this.#end(running);
      throw error;
    }
    const secret = await verifier;
    return {
      id: basename(folder.path),
      rung: this.#parts.rung.name,
      handOut: () => this.#counted(this.#handOut(running, password, secret)),
      revoke: () => server.stop(),
      destroy: () => this.#end(running),
    };
  }

  async #start(): Promise<Running> {
    const {template, programs, rung, args, startTimeoutMs} = this.#parts;
    const {limits, home} = this.#host;
    const folder = new OwnedFolder(this.#host, 'postgres-lease');
    try {
      folder.make('socket', 0o711);
      await rung.lay(template.folder, folder);
      const order = {
        programs,
        folder: folder.path,
        log: join(home.logs, `${basename(folder.path)}.log`),
        password: template.password,
        settings: CLUSTER_SETTINGS,
        args,
        timeoutMs: startTimeoutMs ?? limits.of('start', startName(programs)).ms,
        launch: (program: string, words: readonly string[]) => rung.launch(template.folder, program, words),
      };
      const since = performance.now();
      const [server, admin] = await PostgresServer.start(order, this.#host);
      limits.learn('start', startName(programs), performance.now() - since);
      const running = {server, admin, folder};
      this.#running.add(running);
      return running;
    } catch (error) {
      folder.remove();
      throw error;
    }
  }

  /** To start a process holds everything else up for some ms: whoever is being handed one comes first, and is told. */
  async #untilQuiet(): Promise<void> {
    await new Promise(setImmediate);
    await Promise.allSettled(this.#handOuts);
    await new Promise(setImmediate);
  }

  async #counted<Result>(handOut: Promise<Result>): Promise<Result> {
    this.#handOuts.add(handOut);
    try {
      return await handOut;
    } finally {
      this.#handOuts.delete(handOut);
    }
  }

  async #handOut(running: Running, password: string, secret: string): Promise<Access> {
    const {server, admin} = running;
    // ALTER ROLE would try the password, which takes 2 ms
    await this.#check(running, `UPDATE pg_authid SET rolpassword = '${secret}' WHERE rolname = '${LEASED.user}'`);
    // it is its user's alone from here on
    void admin.end().catch(() => {});
    return access({host: '127.0.0.1', port: server.port, socket: server.socket, password, ...LEASED});
  }

  /**
   * That the number of the next transaction is the template's, and that no session has one open, proves that no row of any database or
   * catalog was written since; what is no row is compared.
   * @param then done in the same way to the server
   */
  async #check(running: Running, then = ''): Promise<void> {
    const {template} = this.#parts;
    const [states, next, sessions] = (await running.admin.query(
      `EXECUTE paceline_outside; ${NEXT_TRANSACTION}; ${OTHER_SESSIONS}; ${then}`,
    )) as unknown as readonly [{rows: DigestRow[]}, {rows: {next: string}[]}, {rows: unknown[]}];
    const isSame = states.rows.every(({aspect, digest}) => template.expected.get(aspect) === digest);
    const hasSessions = sessions.rows.length > 0;
    if (isSame && !hasSessions && next.rows[0]?.next === template.nextTransaction) return;
    await this.#compare(running);
    throw new UncleanError(basename(running.folder.path), [
      hasSessions ? 'session: added one' : 'transactions: some have written since the template was made',
    ]);
  }

  /** Compares everything. */
  async #compare({admin, folder}: Running): Promise<void> {
    const {cluster, lines, state, databaseLines} = this.#parts.template;
    const differences = [
      ...differencesBetween(lines, await cluster.lines(admin)),
      ...differencesBetween(databaseLines, await state.lines(admin, LEASED.user)),
    ];
    // it has just got its password
    const others = differences.filter((one) => !one.startsWith(`role: changed ${LEASED.user} `));
    if (others.length > 0) throw new UncleanError(basename(folder.path), others);
  }

  async #end(running: Running): Promise<void> {
    const {server, folder} = running;
    await server.stop();
    this.#running.delete(running);
    folder.remove();
  }
}
