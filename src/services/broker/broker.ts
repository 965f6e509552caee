import {PacelineError} from '../../base/error.ts';
import {VERSION} from '../../base/version.ts';
import type {PluginName} from '../../project/service.ts';
import type {Host} from '../host.ts';
import type {NeededLeases, Plugin, Source} from '../plugin.ts';
import {Pool} from '../pool.ts';
import {usageOf} from '../process-usage.ts';
import type {Answers, Granted, PoolStatus, Request, Status, Wanted} from './protocol.ts';

/** A service that is up, with its pool. */
interface Open {
  readonly wanted: Wanted;
  readonly source: Source;
  readonly pool: Pool;
  restarts: number;
}

/** One client, as long as it is connected. */
export interface Visitor {
  readonly leases: Set<string>;
  /** When it last gave a sign of life; of `performance.now()`, ms. */
  seenAt: number;
  /** The shortest time to live of its leases, ms. */
  ttlMs: number;
}

interface LeaseEntry {
  readonly pool: Pool;
  readonly held: string;
  kept: boolean;
}

/** How long a lease that its user wants to look at is kept, ms. */
const KEEP_MS = 3_600_000;
/** How long a service waits for what it depends on, ms. */
const NEED_WAIT_MS = 60_000;

/** Has the services of one user, and says who may use which. */
export class Broker {
  readonly startedAt = Date.now();
  readonly #host: Host;
  readonly #plugins: Readonly<Record<PluginName, () => Promise<Plugin>>>;
  readonly #loaded = new Map<PluginName, Promise<Plugin>>();
  readonly #open = new Map<string, Promise<Open>>();
  readonly #leases = new Map<string, LeaseEntry>();
  readonly #reaped: number;
  #serial = 0;

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
    await this.#stop(undefined);
  }

  async #acquire(
    {wanted, owner, waitMs, ttlMs}: Extract<Request, {kind: 'acquire'}>,
    visitor: Visitor,
  ): Promise<Granted> {
    const {pool} = await this.#opened(wanted);
    const held = await pool.acquire(owner, waitMs);
    const lease = `${wanted.service.name}-${++this.#serial}`;
    this.#leases.set(lease, {pool, held: held.id, kept: false});
    visitor.leases.add(lease);
    visitor.ttlMs = Math.min(visitor.ttlMs, ttlMs);
    const {access, resource} = held;
    return {lease, access, resource: resource.id, ...(resource.rung !== undefined && {rung: resource.rung})};
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

  /** A service whose server has died is opened anew. */
  async #opened(wanted: Wanted): Promise<Open> {
    const {identity, service} = wanted;
    const known = this.#open.get(identity);
    let restarts = 0;
    if (known !== undefined) {
      const open = await known;
      if (open.source.isAlive()) {
        open.pool.resize(service.pool);
        return open;
      }
      // of all who notice, one opens it
      if (this.#open.get(identity) === known) {
        restarts = open.restarts + 1;
        this.#host.report(`${service.name}: its server ended unexpectedly; starting another one`);
        this.#open.delete(identity);
        void open.pool.close().catch((error: unknown) => this.#host.report(String(error)));
      }
      const other = this.#open.get(identity);
      if (other !== undefined) return other;
    }
    const opening = this.#start(wanted, restarts);
    this.#open.set(identity, opening);
    try {
      return await opening;
    } catch (error) {
      if (this.#open.get(identity) === opening) this.#open.delete(identity);
      throw error;
    }
  }

  async #start(wanted: Wanted, restarts: number): Promise<Open> {
    const {service, identity, env = {}, needs} = wanted;
    const [plugin] = await Promise.all([this.#plugin(service.plugin), ...needs.map((need) => this.#opened(need))]);
    const source = await plugin.open({service, identity, env, leaseNeeds: () => this.#leaseNeeds(wanted)});
    const pool = new Pool(source, {
      name: service.name,
      size: service.pool,
      now: () => performance.now(),
      report: this.#host.report,
    });
    pool.fill();
    return {wanted, source, pool, restarts};
  }

  async #leaseNeeds({service, needs}: Wanted): Promise<NeededLeases> {
    const owner = {pid: process.pid, label: `service ${service.name}`};
    const leases = await Promise.all(
      needs.map(async (need) => {
        const {pool} = await this.#opened(need);
        return {pool, held: await pool.acquire(owner, NEED_WAIT_MS)};
      }),
    );
    return {
      env: Object.assign({}, ...leases.map(({held}) => held.access.env)) as Readonly<Record<string, string>>,
      async release() {
        await Promise.allSettled(leases.map(({pool, held}) => pool.release(held.id)));
      },
    };
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
    for (const [identity, opening] of [...this.#open]) {
      const open = await opening.catch(() => undefined);
      if (open === undefined || (name !== undefined && open.wanted.service.name !== name)) continue;
      this.#open.delete(identity);
      for (const [lease, {pool}] of this.#leases) if (pool === open.pool) this.#leases.delete(lease);
      await open.pool.close();
      stopped++;
    }
    return stopped;
  }

  async #status(): Promise<Status> {
    const {home} = this.#host;
    const pools: PoolStatus[] = [];
    for (const opening of this.#open.values()) {
      const open = await opening.catch(() => undefined);
      if (open !== undefined) pools.push(this.#statusOf(open));
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

  #statusOf({wanted, source, pool, restarts}: Open): PoolStatus {
    const {service, identity} = wanted;
    const offset = Date.now() - performance.now();
    return {
      service: service.name,
      plugin: service.plugin,
      identity,
      gauges: pool.gauges,
      servers: source.servers().map((server) => ({
        ...server,
        ...(server.pid !== undefined && server.memoryBytes === undefined && usageOf(server.pid)),
        restarts,
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
