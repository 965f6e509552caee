import {PacelineError} from '../../base/error.ts';
import {VERSION} from '../../base/version.ts';
import type {PluginName} from '../../project/service.ts';
import type {Host} from '../host.ts';
import type {NeededLeases, Plugin, Source} from '../plugin.ts';
import {type Held, type Owner, Pool} from '../pool.ts';
import {usageOf} from '../process-usage.ts';
import {MarkedLines} from './marked-lines.ts';
import type {Answers, Granted, PoolStatus, Request, Status, Wanted} from './protocol.ts';

/** The broker takes no more requests: the next one will. */
export class LeavingError extends Error {
  override readonly name = 'LeavingError';
}

/** A service that is up, with its pool. */
interface Open {
  readonly source: Source;
  readonly pool: Pool;
}

/** One client, as long as it is connected. */
export interface Visitor {
  readonly leases: Set<string>;
  /** When it last gave a sign of life; of `performance.now()`, ms. */
  seenAt: number;
  /** The shortest time to live of its leases, ms. */
  ttlMs: number;
}

/** A service from when it is first wanted. */
interface ServiceEntry {
  readonly wanted: Wanted;
  /** What its shell lines started. */
  readonly lines: MarkedLines;
  readonly opening: Promise<Open>;
}

interface LeaseEntry {
  readonly pool: Pool;
  readonly held: string;
  kept: boolean;
}

/** How long a lease that its user wants to look at is kept, ms. */
const KEEP_MS = 3_600_000;
/** So many servers of one service may end while somebody waits for a lease. */
const MOST_SERVERS = 3;
/** How long a service waits for what it depends on, ms. */
const NEED_WAIT_MS = 60_000;

/** Has the services of one user, and says who may use which. */
export class Broker {
  readonly startedAt = Date.now();
  readonly #host: Host;
  readonly #plugins: Readonly<Record<PluginName, () => Promise<Plugin>>>;
  readonly #loaded = new Map<PluginName, Promise<Plugin>>();
  /** By identity. */
  readonly #services = new Map<string, ServiceEntry>();
  readonly #leases = new Map<string, LeaseEntry>();
  /** How often servers were replaced, by identity. */
  readonly #restarts = new Map<string, number>();
  readonly #clearing = new Set<Promise<void>>();
  readonly #reaped: number;
  #serial = 0;
  #isLeaving = false;

  constructor(host: Host, plugins: Readonly<Record<PluginName, () => Promise<Plugin>>>, reaped = 0) {
    this.#host = host;
    this.#reaped = reaped;
    this.#plugins = plugins;
  }

  get isIdle(): boolean {
    return this.#leases.size === 0;
  }

  async answer(request: Request, visitor: Visitor): Promise<Answers[Request['kind']]> {
    visitor.seenAt = performance.now();
    if (this.#isLeaving) throw new LeavingError('the broker is leaving');
    switch (request.kind) {
      case 'acquire':
        return this.#acquire(request, visitor);
      case 'release':
        await this.#release(request.lease, visitor, request.keep);
        return null;
      case 'beat':
        return null;
      case 'warm': {
        const {pool} = await this.#opened(request.wanted);
        await pool.warm(request.count);
        return null;
      }
      case 'status':
        return this.#status();
      case 'stop':
        return {stopped: await this.#stop(request.service)};
      case 'shutdown':
        await this.close();
        return null;
    }
  }

  /** The client is gone, however that happened: what it had is taken back. */
  async forget(visitor: Visitor): Promise<void> {
    await Promise.allSettled([...visitor.leases].map((lease) => this.#release(lease, visitor, false)));
  }

  async close(): Promise<void> {
    this.#isLeaving = true;
    // what was being opened may have opened what it needs
    while (this.#services.size > 0) await this.#stop(undefined);
    await Promise.all(this.#clearing);
  }

  /** Now and then: keeps fewer ready where nobody comes, and takes away what is left of servers that ended. */
  tend(): void {
    for (const entry of this.#services.values())
      entry.opening.then(
        (open) => {
          if (open.source.isAlive()) open.pool.fill();
          else this.#replace(entry, open);
        },
        () => {},
      );
  }

  async #acquire(
    {wanted, owner, waitMs, ttlMs}: Extract<Request, {kind: 'acquire'}>,
    visitor: Visitor,
  ): Promise<Granted> {
    const {pool, held} = await this.#fromPool(wanted, owner, waitMs);
    const lease = `${wanted.service.name}-${++this.#serial}`;
    this.#leases.set(lease, {pool, held: held.id, kept: false});
    visitor.leases.add(lease);
    visitor.ttlMs = Math.min(visitor.ttlMs, ttlMs);
    // it may have waited for longer than that
    visitor.seenAt = performance.now();
    const {access, resource} = held;
    return {lease, access, resource: resource.id, ...(resource.rung !== undefined && {rung: resource.rung})};
  }

  /** When the server ends meanwhile, from the next one. */
  async #fromPool(wanted: Wanted, owner: Owner, waitMs: number): Promise<{readonly pool: Pool; readonly held: Held}> {
    const deadline = performance.now() + waitMs;
    for (let servers = 1; ; servers++) {
      const {pool, source} = await this.#opened(wanted);
      try {
        return {pool, held: await pool.acquire(owner, Math.max(0, deadline - performance.now()))};
      } catch (error) {
        if (this.#isLeaving || source.isAlive() || servers === MOST_SERVERS) throw error;
      }
    }
  }

  async #release(lease: string, visitor: Visitor, keep: boolean): Promise<void> {
    const entry = this.#leases.get(lease);
    visitor.leases.delete(lease);
    if (entry === undefined) return;
    if (keep) {
      entry.kept = true;
      setTimeout(() => void this.#end(lease, entry), KEEP_MS).unref();
      return;
    }
    await this.#end(lease, entry);
  }

  async #end(lease: string, {pool, held}: LeaseEntry): Promise<void> {
    this.#leases.delete(lease);
    await pool.release(held);
  }

  /** A service whose server has ended is opened anew. */
  async #opened(wanted: Wanted): Promise<Open> {
    const {identity, service} = wanted;
    const known = this.#services.get(identity);
    if (known !== undefined) {
      const open = await known.opening;
      if (open.source.isAlive()) {
        open.pool.resize(service.pool);
        return open;
      }
      this.#replace(known, open);
      return this.#opened(wanted);
    }
    // what is asked for while the last service is being stopped would be left behind
    if (this.#isLeaving) throw new LeavingError('the broker is leaving');
    const lines = new MarkedLines(this.#host.ledger);
    const entry = {wanted, lines, opening: this.#start(wanted, lines)};
    this.#services.set(identity, entry);
    try {
      return await entry.opening;
    } catch (error) {
      this.#forgetService(entry);
      throw error;
    }
  }

  /** @returns false when somebody else has done it */
  #forgetService(entry: ServiceEntry): boolean {
    const {identity} = entry.wanted;
    return this.#services.get(identity) === entry && this.#services.delete(identity);
  }

  /** Of all who notice that a server has ended, one clears up behind it; the next who wants the service starts another one. */
  #replace(entry: ServiceEntry, {pool}: Open): void {
    if (!this.#forgetService(entry)) return;
    const {service, identity} = entry.wanted;
    this.#host.report(`${service.name}: its server ended unexpectedly`);
    this.#restarts.set(identity, (this.#restarts.get(identity) ?? 0) + 1);
    for (const [lease, held] of this.#leases) if (held.pool === pool) this.#leases.delete(lease);
    const clearing = Promise.allSettled([pool.close(), entry.lines.end()]).then((ends) => {
      for (const end of ends) if (end.status === 'rejected') this.#host.report(String(end.reason));
      this.#clearing.delete(clearing);
    });
    this.#clearing.add(clearing);
  }

  async #start(wanted: Wanted, lines: MarkedLines): Promise<Open> {
    const {service, identity, needs} = wanted;
    try {
      const [plugin] = await Promise.all([this.#plugin(service.plugin), ...needs.map((need) => this.#opened(need))]);
      const env = {...wanted.env, ...lines.env};
      const source = await plugin.open({service, identity, env, leaseNeeds: () => this.#leaseNeeds(wanted)});
      const pool = new Pool(source, {
        name: service.name,
        size: service.pool,
        now: () => performance.now(),
        report: this.#host.report,
      });
      pool.fill();
      return {source, pool};
    } catch (error) {
      await lines.end();
      throw error;
    }
  }

  async #leaseNeeds({service, needs}: Wanted): Promise<NeededLeases> {
    const owner = {pid: process.pid, label: `service ${service.name}`};
    const outcomes = await Promise.allSettled(needs.map((need) => this.#fromPool(need, owner, NEED_WAIT_MS)));
    const leases = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    const release = async (): Promise<void> => {
      await Promise.allSettled(leases.map(({pool, held}) => pool.release(held.id)));
    };
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') {
        await release();
        throw outcome.reason;
      }
    const env: Readonly<Record<string, string>> = Object.assign({}, ...leases.map(({held}) => held.access.env));
    return {env, release};
  }

  #plugin(name: PluginName): Promise<Plugin> {
    let plugin = this.#loaded.get(name);
    if (plugin === undefined) {
      const load = this.#plugins[name];
      plugin = load();
      this.#loaded.set(name, plugin);
    }
    return plugin;
  }

  async #stop(name: string | undefined): Promise<number> {
    let stopped = 0;
    for (const entry of [...this.#services.values()]) {
      const {wanted, lines, opening} = entry;
      if (name !== undefined && wanted.service.name !== name) continue;
      // what is being prepared is not waited for
      const open = await lines.endUntil(opening).catch(() => undefined);
      if (open === undefined || !this.#forgetService(entry)) continue;
      for (const [lease, {pool}] of this.#leases) if (pool === open.pool) this.#leases.delete(lease);
      await Promise.all([open.pool.close(), lines.end()]);
      stopped++;
    }
    return stopped;
  }

  async #status(): Promise<Status> {
    const {home} = this.#host;
    const pools: PoolStatus[] = [];
    for (const {wanted, opening} of this.#services.values()) {
      // of what is being opened nothing is known yet
      const open = await Promise.race([opening, undefined]).catch(() => undefined);
      if (open !== undefined) pools.push(this.#statusOf(wanted, open));
    }
    return {
      pid: process.pid,
      version: VERSION,
      startedAt: this.startedAt,
      folder: home.path,
      inMemory: home.inMemory,
      log: home.log,
      reaped: this.#reaped,
      pools,
    };
  }

  #statusOf({service, identity}: Wanted, {source, pool}: Open): PoolStatus {
    const offset = Date.now() - performance.now();
    return {
      service: service.name,
      plugin: service.plugin,
      identity,
      gauges: pool.gauges,
      servers: source.servers().map((server) => ({
        ...server,
        ...(server.pid !== undefined && server.memoryBytes === undefined && usageOf(server.pid)),
        restarts: this.#restarts.get(identity) ?? 0,
      })),
      leases: [...this.#leases].flatMap(([lease, entry]) => {
        const held = entry.pool === pool ? pool.held.find(({id}) => id === entry.held) : undefined;
        if (held === undefined) return [];
        const {owner, since, resource} = held;
        return [{lease, resource: resource.id, owner, since: since + offset, kept: entry.kept}];
      }),
      quarantine: pool.quarantine.map((one) => ({...one, at: one.at + offset})),
    };
  }
}

/** What a client is told of a failure. */
export function errorReply(error: unknown): {readonly code: string; readonly message: string; readonly hint?: string} {
  if (error instanceof PacelineError)
    return {code: error.code, message: error.message, ...(error.hint !== undefined && {hint: error.hint})};
  return {code: 'E_SERVICE', message: (error as Error).message};
}
