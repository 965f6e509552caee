import {PacelineError} from '../base/error.ts';
import type {PoolSize} from '../project/service.ts';
import type {Access, Resource, Source} from './plugin.ts';
import {UncleanError} from './unclean.ts';
import {type Waiter, WaitingLine} from './waiting-line.ts';

/** Who has a lease, for people. */
export interface Owner {
  readonly pid: number;
  /** What it is for: a task, a test. */
  readonly label: string;
}

/** What of a pool is handed to one user. */
export interface Held {
  readonly id: string;
  readonly access: Access;
  readonly owner: Owner;
  readonly since: number;
  readonly resource: Resource;
}

/** Numbers of a pool, for people and metrics. */
export interface Gauges {
  readonly ready: number;
  readonly making: number;
  readonly leased: number;
  /** Being made clean, or taken away. */
  readonly ending: number;
  readonly waiting: number;
  /** How many are kept ready at the moment. */
  readonly target: number;
  readonly max: number;
  readonly handedOut: number;
  /** Handed out without waiting for one to be made. */
  readonly immediate: number;
  /** Of the last hand-outs, from the request on, ms. */
  readonly waitMs: {readonly p50: number; readonly p99: number} | undefined;
  readonly quarantined: number;
}

/** What was found to be dirty, and is never handed out. */
export interface Quarantined {
  readonly resource: string;
  readonly at: number;
  readonly differences: readonly string[];
}

export interface PoolOptions {
  readonly name: string;
  readonly size: PoolSize;
  readonly now: () => number;
  /** Something went wrong beside a request: said in the log of the broker. */
  readonly report: (message: string) => void;
}

/** So many failures to make a usable one, one behind the other, end the waiting of everybody. */
const MOST_FAILURES = 3;
/** The pool keeps one less ready after so long without need of the last one, ms. */
const SHRINK_MS = 30_000;
const REMEMBERED_WAITS = 1000;
const REMEMBERED_DIRT = 20;

/**
 * Keeps resources of one source ready, and gives each to one user. A used one is destroyed, or made clean again by its own means; it never
 * goes back as it is. How many are kept ready follows from how long users had to wait.
 */
export class Pool {
  readonly #source: Source;
  readonly #abort = new AbortController();
  readonly #options: PoolOptions;
  readonly #ready: Resource[] = [];
  readonly #held = new Map<string, Held>();
  readonly #waiting = new WaitingLine<Owner, Held>();
  readonly #waits: number[] = [];
  readonly #quarantine: Quarantined[] = [];
  readonly #ends = new Set<Promise<void>>();
  #size: PoolSize;
  #making = 0;
  #ending = 0;
  #target: number;
  /** One behind the other: to make one, and to hand out one that is new. */
  readonly #failures = {making: 0, handingOut: 0};
  /** Why nobody got one, since the last that could be made. */
  #givenUp: PacelineError | undefined;
  #handedOut = 0;
  #immediate = 0;
  #quarantined = 0;
  /** Fewest that were ready at once since the last look. */
  #spare = Number.POSITIVE_INFINITY;
  #lookedAt: number;
  #serial = 0;
  #isClosed = false;

  constructor(source: Source, options: PoolOptions) {
    this.#source = source;
    this.#options = options;
    this.#size = options.size;
    this.#target = options.size.min;
    this.#lookedAt = options.now();
  }

  /** Another user may want more or fewer of the same. */
  resize(size: PoolSize): void {
    this.#size = size;
    this.#target = Math.min(size.max, Math.max(size.min, this.#target));
  }

  /**
   * Gives out a ready one, or waits in order for the next.
   * @param waitMs limit of the waiting, ms
   * @throws PacelineError E_POOL_EXHAUSTED, E_SERVICE_START, E_SERVICE_STOPPED, and what making one throws
   */
  async acquire(owner: Owner, waitMs: number): Promise<Held> {
    const since = this.#options.now();
    for (let ready = this.#takeReady(); ready !== undefined; ready = this.#takeReady()) {
      const handingOut = this.#handOut(ready, owner, since);
      // it counts from now on
      this.fill();
      const held = await handingOut;
      if (held === undefined) continue;
      this.#immediate++;
      return held;
    }
    if (this.#isClosed) throw this.#stopped();
    const held = this.#waiting.join(owner, since, {ms: waitMs, error: () => this.#exhausted(waitMs)});
    this.fill();
    return held;
  }

  /** Ends a lease: connections are refused when this resolves; the rest happens behind the user's back. */
  async release(id: string): Promise<void> {
    const held = this.#held.get(id);
    if (held === undefined) return;
    this.#held.delete(id);
    this.#ending++;
    const {resource} = held;
    let isClosed = true;
    try {
      await resource.revoke();
    } catch (error) {
      // what cannot be closed is taken away as a whole
      isClosed = false;
      this.#options.report(`${this.#options.name}: ${resource.id} could not be revoked: ${(error as Error).message}`);
    }
    const mayServe = isClosed && !this.#isClosed && resource.recycle !== undefined;
    this.#end(mayServe ? this.#recycle(resource) : resource.destroy());
  }

  /** Gives to those who wait, and starts as many as should be ready. */
  fill(): void {
    if (this.#isClosed) return;
    this.#shrink();
    while (this.#waiting.length > 0) {
      const ready = this.#ready.shift();
      if (ready === undefined) break;
      this.#offer(ready);
    }
    const {max} = this.#size;
    for (;;) {
      const wanted = this.#waiting.length + this.#target - this.#ready.length - this.#making;
      const room = max - this.#held.size - this.#ready.length - this.#making - this.#ending;
      if (wanted <= 0 || room <= 0 || this.#making >= this.#source.width) return;
      this.#making++;
      void this.#make();
    }
  }

  /**
   * Resolves when so many are ready, or as many as there may be.
   * @throws PacelineError why none can be made
   */
  async warm(count: number): Promise<void> {
    this.#target = Math.min(this.#size.max, Math.max(this.#target, count));
    this.#givenUp = undefined;
    this.fill();
    while (this.#making > 0 && this.#ready.length < count) await new Promise((resolve) => setTimeout(resolve, 1));
    if (this.#givenUp !== undefined) throw this.#givenUp;
  }

  get gauges(): Gauges {
    const sorted = this.#waits.toSorted((one, other) => one - other);
    const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
    return {
      ready: this.#ready.length,
      making: this.#making,
      leased: this.#held.size,
      ending: this.#ending,
      waiting: this.#waiting.length,
      target: this.#target,
      max: this.#size.max,
      handedOut: this.#handedOut,
      immediate: this.#immediate,
      waitMs: sorted.length === 0 ? undefined : {p50: at(0.5), p99: at(0.99)},
      quarantined: this.#quarantined,
    };
  }

  get held(): readonly Held[] {
    return [...this.#held.values()];
  }

  get quarantine(): readonly Quarantined[] {
    return this.#quarantine;
  }

  /** Takes everything away. Leases end as well. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#abort.abort();
    this.#waiting.dissolve(this.#stopped());
    const held = [...this.#held.values()].map(({resource}) => resource);
    this.#held.clear();
    for (const resource of [...held, ...this.#ready.splice(0)]) {
      this.#ending++;
      this.#end(resource.destroy());
    }
    // what is being released is not among the ends before it is revoked
    while (this.#making > 0 || this.#ending > 0) {
      await Promise.allSettled(this.#ends);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await this.#source.close();
  }

  #takeReady(): Resource | undefined {
    // whoever waits comes first
    if (this.#waiting.length > 0) return undefined;
    const resource = this.#ready.shift();
    this.#spare = Math.min(this.#spare, this.#ready.length);
    return resource;
  }

  async #make(): Promise<void> {
    try {
      const resource = await this.#source.make(this.#abort.signal);
      this.#making--;
      if (this.#isClosed) {
        this.#ending++;
        return this.#end(resource.destroy());
      }
      this.#givenUp = undefined;
      this.#failures.making = 0;
      this.#offer(resource);
    } catch (error) {
      this.#making--;
      this.#note(error as Error);
      this.#failed('making', error as Error);
    }
    this.fill();
  }

  /** To the first who waits, or to the ready ones. */
  #offer(resource: Resource): void {
    const waiter = this.#waiting.next();
    if (waiter === undefined) {
      this.#ready.push(resource);
      return;
    }
    // somebody had to wait: one more is kept ready from now on
    this.#target = Math.min(this.#size.max, this.#target + 1);
    void this.#serve(waiter, resource);
  }

  async #serve(waiter: Waiter<Owner, Held>, resource: Resource): Promise<void> {
    const held = await this.#handOut(resource, waiter.who, waiter.since, (error) =>
      this.#failed('handingOut', error, waiter),
    );
    if (held === undefined) {
      if (this.#isClosed) waiter.settle(this.#stopped());
      else this.#waiting.rejoin(waiter);
      return this.fill();
    }
    // it came too late
    if (!waiter.settle(held)) await this.release(held.id);
  }

  async #handOut(
    resource: Resource,
    owner: Owner,
    since: number,
    onFailure: (error: Error) => void = () => {},
  ): Promise<Held | undefined> {
    const {now, name} = this.#options;
    const id = `${name}-${++this.#serial}`;
    // it counts as held from here on
    const placeholder: Held = {id, access: {url: '', env: {}}, owner, since, resource};
    this.#held.set(id, placeholder);
    try {
      const access = await resource.handOut();
      const held = {...placeholder, access};
      // closed meanwhile, and taken away by that
      if (!this.#held.has(id)) return undefined;
      this.#held.set(id, held);
      this.#failures.handingOut = 0;
      this.#handedOut++;
      this.#waits.push(now() - since);
      if (this.#waits.length > REMEMBERED_WAITS) this.#waits.shift();
      return held;
    } catch (error) {
      if (!this.#held.delete(id)) return undefined;
      this.#ending++;
      this.#note(error as Error);
      onFailure(error as Error);
      this.#end(resource.destroy());
      return undefined;
    }
  }

  async #recycle(resource: Resource): Promise<void> {
    try {
      await resource.recycle?.();
    } catch (error) {
      this.#note(error as Error);
      return resource.destroy();
    }
    if (this.#isClosed) return resource.destroy();
    this.#offer(resource);
  }

  #end(promise: Promise<void>): void {
    const end = promise
      .catch((error: unknown) => {
        this.#options.report(`${this.#options.name}: ${(error as Error).message}`);
      })
      .then(() => {
        this.#ending--;
        this.#ends.delete(end);
        this.fill();
      });
    this.#ends.add(end);
  }

  #note(error: Error): void {
    this.#options.report(`${this.#options.name}: ${error.message}`);
    if (!(error instanceof UncleanError)) return;
    this.#quarantined++;
    this.#quarantine.push({resource: error.resource, at: this.#options.now(), differences: error.differences});
    if (this.#quarantine.length > REMEMBERED_DIRT) this.#quarantine.shift();
  }

  /** A new one could not be used. @param asker whom it was for */
  #failed(what: 'making' | 'handingOut', error: Error, asker?: Waiter<Owner, Held>): void {
    if (++this.#failures[what] < MOST_FAILURES && !(error instanceof PacelineError)) return;
    this.#givenUp =
      error instanceof PacelineError
        ? error
        : new PacelineError('E_SERVICE_START', `No ${this.#options.name} can be made: ${error.message}`, {
            cause: error,
          });
    // nobody who waits would get one
    asker?.settle(this.#givenUp);
    this.#waiting.dissolve(this.#givenUp);
    this.#target = 0;
    this.#failures[what] = 0;
  }

  #stopped(): PacelineError {
    return new PacelineError('E_SERVICE_STOPPED', `${this.#options.name} was stopped`);
  }

  #shrink(): void {
    const time = this.#options.now();
    if (time - this.#lookedAt < SHRINK_MS) return;
    if (this.#spare > 0 && this.#target > this.#size.min) {
      this.#target--;
      const extra = this.#ready.length > this.#target ? this.#ready.pop() : undefined;
      if (extra !== undefined) {
        this.#ending++;
        this.#end(extra.destroy());
      }
    }
    this.#spare = this.#ready.length;
    this.#lookedAt = time;
  }

  #exhausted(waitMs: number): PacelineError {
    const {name, now} = this.#options;
    const holders = this.held.map(
      ({owner, since}) => `${owner.label} (process ${owner.pid}) for ${((now() - since) / 1000).toFixed(1)} s`,
    );
    const list = holders.length === 0 ? 'nobody has one; they take too long to make' : `held by ${holders.join(', ')}`;
    return new PacelineError(
      'E_POOL_EXHAUSTED',
      `No ${name} became free within ${(waitMs / 1000).toFixed(1)} s: ${this.#held.size} of ${this.#size.max} are in use, ${list}`,
      {hint: 'Release leases earlier, or allow more: `pool = {max = ...}` of the service, or CONTAINER_POOL_SIZE.'},
    );
  }
}
