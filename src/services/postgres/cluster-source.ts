import {randomPassword, scramVerifier} from '../password.ts';
import type {Access, Resource, ServerState, Source} from '../plugin.ts';
import {UncleanError} from '../unclean.ts';
import {access} from './access.ts';
import {type ClusterServers, type ClusterStart, LEASED, NEXT_TRANSACTION} from './cluster.ts';
import {type DigestRow, differencesBetween} from './fingerprint.ts';
import type {StartedServer} from './server.ts';

/** Whoever else is connected, to whatever database. */
const OTHER_SESSIONS = `SELECT FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`;

/** Servers of one's own: its user is a superuser in it. */
export class ClusterSource {
  readonly #servers: ClusterServers;
  readonly #running = new Set<StartedServer>();
  readonly #handOuts = new Set<Promise<unknown>>();
  /** Nothing was compared in full so far. */
  #isFirst = true;

  constructor(servers: ClusterServers) {
    this.#servers = servers;
  }

  get servers(): readonly ServerState[] {
    return [...this.#running].map(({state}) => state);
  }

  /** @param signal nobody wants it any more: what is being started is ended */
  async make(signal?: AbortSignal): Promise<Resource> {
    await this.#untilQuiet();
    const password = randomPassword();
    const verifier = scramVerifier(password);
    const start = await this.#servers.start(signal);
    const {started, known} = start;
    this.#running.add(started);
    try {
      await started.admin.query(`PREPARE paceline_outside AS ${known.cluster.outsideQuery}`);
      await this.#check(start);
      if (this.#isFirst) await this.#compare(start);
      this.#isFirst = false;
    } catch (error) {
      await this.#end(started);
      throw error;
    }
    const secret = await verifier;
    const {rung} = this.#servers;
    return {
      id: started.name,
      ...(rung !== undefined && {rung}),
      isAlive: () => started.server.isRunning,
      handOut: () => this.#counted(this.#handOut(start, password, secret)),
      revoke: () => started.server.stop(),
      destroy: () => this.#end(started),
    };
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

  async #handOut(start: ClusterStart, password: string, secret: string): Promise<Access> {
    const {server, admin} = start.started;
    // ALTER ROLE would try the password, which takes 2 ms
    await this.#check(start, `UPDATE pg_authid SET rolpassword = '${secret}' WHERE rolname = '${LEASED.user}'`);
    // it is its user's alone from here on
    void admin.end().catch(() => {});
    return access({...server.place, password, ...LEASED});
  }

  /**
   * That the number of the next transaction is what it was, and that no session has one open, proves that no row of any database or
   * catalog was written since; what is no row is compared.
   * @param then done in the same way to the server
   */
  async #check({started, known}: ClusterStart, then = ''): Promise<void> {
    const [states, next, sessions] = (await started.admin.query(
      `EXECUTE paceline_outside; ${NEXT_TRANSACTION}; ${OTHER_SESSIONS}; ${then}`,
    )) as unknown as readonly [{rows: DigestRow[]}, {rows: {next: string}[]}, {rows: unknown[]}];
    const isSame = states.rows.every(({aspect, digest}) => known.expected.get(aspect) === digest);
    const hasSessions = sessions.rows.length > 0;
    if (isSame && !hasSessions && next.rows[0]?.next === known.nextTransaction) return;
    await this.#compare({started, known});
    throw new UncleanError(started.name, [
      hasSessions ? 'session: added one' : 'transactions: some have written since the init was done',
    ]);
  }

  /** Compares everything. */
  async #compare({started: {admin, name}, known}: ClusterStart): Promise<void> {
    const {cluster, lines, state, databaseLines} = known;
    const differences = [
      ...differencesBetween(lines, await cluster.lines(admin)),
      ...differencesBetween(databaseLines, await state.lines(admin, LEASED.user)),
    ];
    // it has just got its password
    const others = differences.filter((one) => !one.startsWith(`role: changed ${LEASED.user} `));
    if (others.length > 0) throw new UncleanError(name, others);
  }

  async #end(started: StartedServer): Promise<void> {
    await started.remove();
    this.#running.delete(started);
  }
}

/** @param close takes away what the servers are made of */
export function openCluster(servers: ClusterServers, close: () => Promise<void>): Source {
  const source = new ClusterSource(servers);
  return {
    width: 2,
    make: (signal) => source.make(signal),
    servers: () => source.servers,
    isAlive: () => true,
    close,
  };
}
