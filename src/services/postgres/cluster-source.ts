import type {Host} from '../host.ts';
import {randomPassword, scramVerifier} from '../password.ts';
import type {Access, Resource, ServerState} from '../plugin.ts';
import {UncleanError} from '../unclean.ts';
import {access} from './access.ts';
import {CLUSTER_SETTINGS, type ClusterTemplate, LEASED, NEXT_TRANSACTION} from './cluster-template.ts';
import {type DigestRow, differencesBetween} from './fingerprint.ts';
import type {PostgresPrograms} from './programs.ts';
import type {Rung} from './rungs.ts';
import {ServerCopy} from './server-copy.ts';

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

/** Servers of one's own: each runs on a copy of the template's data folder, and its user is a superuser in it. */
export class ClusterSource {
  readonly #parts: ClusterParts;
  readonly #host: Host;
  readonly #running = new Set<ServerCopy>();
  readonly #handOuts = new Set<Promise<unknown>>();
  /** Nothing was compared in full so far. */
  #isFirst = true;

  constructor(parts: ClusterParts, host: Host) {
    this.#parts = parts;
    this.#host = host;
  }

  get servers(): readonly ServerState[] {
    return [...this.#running].map(({state}) => state);
  }

  async make(): Promise<Resource> {
    await this.#untilQuiet();
    const password = randomPassword();
    const verifier = scramVerifier(password);
    const running = await this.#start();
    const {server, admin} = running;
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
      id: running.name,
      rung: this.#parts.rung.name,
      handOut: () => this.#counted(this.#handOut(running, password, secret)),
      revoke: () => server.stop(),
      destroy: () => this.#end(running),
    };
  }

  async #start(): Promise<ServerCopy> {
    const {template, ...parts} = this.#parts;
    const {folder: from, password} = template;
    const order = {...parts, name: 'postgres-lease', from, password, settings: CLUSTER_SETTINGS};
    const copy = await ServerCopy.start(order, this.#host);
    this.#running.add(copy);
    return copy;
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

  async #handOut(running: ServerCopy, password: string, secret: string): Promise<Access> {
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
  async #check(running: ServerCopy, then = ''): Promise<void> {
    const {template} = this.#parts;
    const [states, next, sessions] = (await running.admin.query(
      `EXECUTE paceline_outside; ${NEXT_TRANSACTION}; ${OTHER_SESSIONS}; ${then}`,
    )) as unknown as readonly [{rows: DigestRow[]}, {rows: {next: string}[]}, {rows: unknown[]}];
    const isSame = states.rows.every(({aspect, digest}) => template.expected.get(aspect) === digest);
    const hasSessions = sessions.rows.length > 0;
    if (isSame && !hasSessions && next.rows[0]?.next === template.nextTransaction) return;
    await this.#compare(running);
    throw new UncleanError(running.name, [
      hasSessions ? 'session: added one' : 'transactions: some have written since the template was made',
    ]);
  }

  /** Compares everything. */
  async #compare({admin, name}: ServerCopy): Promise<void> {
    const {cluster, lines, state, databaseLines} = this.#parts.template;
    const differences = [
      ...differencesBetween(lines, await cluster.lines(admin)),
      ...differencesBetween(databaseLines, await state.lines(admin, LEASED.user)),
    ];
    // it has just got its password
    const others = differences.filter((one) => !one.startsWith(`role: changed ${LEASED.user} `));
    if (others.length > 0) throw new UncleanError(name, others);
  }

  async #end(running: ServerCopy): Promise<void> {
    await running.remove();
    this.#running.delete(running);
  }
}
