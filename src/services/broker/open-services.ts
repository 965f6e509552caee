import type {PluginName} from '../../project/service.ts';
import type {Host} from '../host.ts';
import {startedDespiteKill} from '../killed.ts';
import type {NeededLeases, Plugin, Source} from '../plugin.ts';
import type {Held, Owner} from '../pool/held.ts';
import {Pool} from '../pool/pool.ts';
import {LeavingError} from './errors.ts';
import {MarkedLines} from './marked-lines.ts';
import type {Wanted} from './protocol.ts';

/** A service that is up, with its pool. */
export interface Open {
  readonly source: Source;
  readonly pool: Pool;
}

/** A service from when it is first wanted. */
export interface ServiceEntry {
  readonly wanted: Wanted;
  /** What its shell lines started. */
  readonly lines: MarkedLines;
  readonly opening: Promise<Open>;
}

/** What a user of a service got. */
export interface Taken {
  readonly pool: Pool;
  readonly held: Held;
}

/** How long somebody waits for a lease. */
export interface Patience {
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** So many servers of one service may end while somebody waits for a lease. */
const MOST_SERVERS = 3;
/** How long a service waits for what it depends on, ms. */
const NEED_WAIT_MS = 60_000;

/** Services that are up, or being prepared: each once, however many want it, and opened anew when its server has ended. */
export class OpenServices {
  readonly #host: Host;
  readonly #plugins: Readonly<Record<PluginName, () => Promise<Plugin>>>;
  readonly #loaded = new Map<PluginName, Promise<Plugin>>();
  /** By identity. */
  readonly #entries = new Map<string, ServiceEntry>();
  /** What users still have that is not what their service is by now. */
  readonly #retired = new Set<ServiceEntry>();
  /** How often servers were replaced, by identity. */
  readonly #restarts = new Map<string, number>();
  readonly #clearing = new Set<Promise<void>>();
  /** Told of pools whose leases are gone. */
  readonly #onEnd: (pool: Pool) => void;
  #isLeaving = false;

  constructor(host: Host, plugins: Readonly<Record<PluginName, () => Promise<Plugin>>>, onEnd: (pool: Pool) => void) {
    this.#host = host;
    this.#plugins = plugins;
    this.#onEnd = onEnd;
  }

  get entries(): readonly ServiceEntry[] {
    return [...this.#entries.values(), ...this.#retired];
  }

  restartsOf({identity}: Wanted): number {
    return this.#restarts.get(identity) ?? 0;
  }

  /** One of a pool; when the server ends meanwhile, of the next one. */
  async take(wanted: Wanted, owner: Owner, {waitMs, signal}: Patience): Promise<Taken> {
    const deadline = performance.now() + waitMs;
    for (let servers = 1; ; servers++) {
      const {pool, source} = await this.open(wanted);
      try {
        return {pool, held: await pool.acquire(owner, Math.max(0, deadline - performance.now()), signal)};
      } catch (error) {
        if (this.#isLeaving || signal?.aborted === true || isUsable(source) || servers === MOST_SERVERS) throw error;
      }
    }
  }

  /** A service whose server has ended is opened anew. */
  async open(wanted: Wanted): Promise<Open> {
    const {identity, service} = wanted;
    const known = this.#entries.get(identity);
    if (known !== undefined) {
      const open = await known.opening;
      if (isUsable(open.source)) {
        open.pool.resize(service.pool);
        return open;
      }
      if (open.source.isAlive()) this.#retire(known, open);
      else this.#replace(known, open);
      return this.open(wanted);
    }
    // what is asked for while the last service is being stopped would be left behind
    if (this.#isLeaving) throw new LeavingError('the broker is leaving');
    const lines = new MarkedLines(this.#host.ledger);
    const entry = {wanted, lines, opening: this.#start(wanted, lines)};
    this.#entries.set(identity, entry);
    try {
      return await entry.opening;
    } catch (error) {
      this.#forget(entry);
      throw error;
    }
  }

  /** Now and then: keeps fewer ready where nobody comes, and takes away what is left of servers that ended. */
  tend(): void {
    for (const entry of this.entries)
      entry.opening.then(
        (open) => {
          if (open.source.isAlive()) open.pool.tend();
          else this.#replace(entry, open);
        },
        () => {},
      );
  }

  /** @param name undefined: all @returns how many were stopped */
  async stop(name?: string): Promise<number> {
    let stopped = 0;
    for (const entry of this.entries) {
      const {wanted, lines, opening} = entry;
      if (name !== undefined && wanted.service.name !== name) continue;
      // what is being prepared is not waited for
      const open = await lines.endUntil(opening).catch(() => undefined);
      if (open === undefined || !this.#forget(entry)) continue;
      this.#onEnd(open.pool);
      await Promise.all([open.pool.close(), lines.end()]);
      stopped++;
    }
    return stopped;
  }

  /** Stops all, and opens no more. */
  async close(): Promise<void> {
    this.#isLeaving = true;
    // what was being opened may have opened what it needs
    while (this.entries.length > 0) await this.stop();
    await Promise.all(this.#clearing);
  }

  /** @returns false when somebody else has done it */
  #forget(entry: ServiceEntry): boolean {
    const {identity} = entry.wanted;
    if (this.#retired.delete(entry)) return true;
    return this.#entries.get(identity) === entry && this.#entries.delete(identity);
  }

  /** Of all who notice that a server has ended, one clears up behind it; the next who wants the service starts another one. */
  #replace(entry: ServiceEntry, {pool}: Open): void {
    if (!this.#forget(entry)) return;
    const {service, identity} = entry.wanted;
    this.#host.report(`${service.name}: its server ended unexpectedly`);
    this.#restarts.set(identity, this.restartsOf(entry.wanted) + 1);
    this.#clear(entry, pool);
  }

  /** The next who wants the service gets what it is by now; it goes with the last who has one. */
  #retire(entry: ServiceEntry, {pool}: Open): void {
    if (!this.#forget(entry)) return;
    this.#host.report(`${entry.wanted.service.name}: it is something else by now`);
    this.#retired.add(entry);
    pool.retire(() => {
      if (this.#retired.delete(entry)) this.#clear(entry, pool);
    });
  }

  #clear(entry: ServiceEntry, pool: Pool): void {
    this.#onEnd(pool);
    const clearing = Promise.allSettled([pool.close(), entry.lines.end()]).then((ends) => {
      for (const end of ends) if (end.status === 'rejected') this.#host.report(String(end.reason));
      this.#clearing.delete(clearing);
    });
    this.#clearing.add(clearing);
  }

  async #start(wanted: Wanted, lines: MarkedLines): Promise<Open> {
    const {service, identity, needs} = wanted;
    const {report} = this.#host;
    try {
      const [plugin] = await Promise.all([this.#plugin(service.plugin), ...needs.map((need) => this.open(need))]);
      const leaseNeeds = (signal?: AbortSignal): Promise<NeededLeases> => this.#leaseNeeds(wanted, signal);
      const opening = {service, identity, env: {...wanted.env, ...lines.env}, leaseNeeds};
      const source = await startedDespiteKill(() => plugin.open(opening), report);
      const pool = new Pool(source, {name: service.name, size: service.pool, now: () => performance.now(), report});
      pool.fill();
      return {source, pool};
    } catch (error) {
      await lines.end();
      throw error;
    }
  }

  async #leaseNeeds({service, needs}: Wanted, signal: AbortSignal | undefined): Promise<NeededLeases> {
    const owner = {pid: process.pid, label: `service ${service.name}`};
    const patience = {waitMs: NEED_WAIT_MS, signal};
    const outcomes = await Promise.allSettled(needs.map((need) => this.take(need, owner, patience)));
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
    return {env, isAlive: () => leases.every(({pool, held}) => pool.isServing(held)), release};
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
}

function isUsable({isAlive, isCurrent}: Source): boolean {
  return isAlive() && isCurrent?.() !== false;
}
