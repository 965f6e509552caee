import {PacelineError} from '../../base/error.ts';
import type {PoolSize} from '../../project/service.ts';
import {startedDespiteKill} from '../killed.ts';
import type {Resource, Source} from '../plugin.ts';
import {UncleanError} from '../unclean.ts';
import {Failures} from './failures.ts';
import {type Gauges, HandOuts} from './gauges.ts';
import {exhaustedError, type Held, type Owner} from './held.ts';
import {Holders} from './holders.ts';
import {Quarantine, type Quarantined} from './quarantine.ts';
import {ReadyTarget} from './ready-target.ts';
import {TakingAway} from './taking-away.ts';
import {type Waiter, WaitingLine} from './waiting-line.ts';
import {Work} from './work.ts';

/** A client connects, logs in and asks its first question meanwhile, ms. */
const CALM_MS = 20;

export interface PoolOptions {
  readonly name: string;
  readonly size: PoolSize;
  readonly now: () => number;
  /** Something went wrong beside a request: said in the log of the broker. */
  readonly report: (message: string) => void;
}

/**
 * Keeps resources of one source ready, and gives each to one user. A used one is destroyed, or made clean again by its own means; it never
 * goes back as it is. How many are kept ready follows from how long users had to wait.
 */
export class Pool {
  readonly #source: Source;
  readonly #abort = new AbortController();
  readonly #options: PoolOptions;
  readonly #ready: Resource[] = [];
  readonly #holders: Holders;
  readonly #waiting = new WaitingLine<Owner, Held>();
  readonly #target: ReadyTarget;
  readonly #failures: Failures;
  readonly #handOuts = new HandOuts();
  readonly #quarantine = new Quarantine();
  readonly #making = new Work();
  readonly #ending: TakingAway;
  /** Why nobody got one, since the last that could be made. */
  #givenUp: PacelineError | undefined;
  /** Called when the last user of one that gives out nothing any more has left. */
  #onDeserted: (() => void) | undefined;
  #isClosed = false;
  #later: NodeJS.Timeout | undefined;

  constructor(source: Source, options: PoolOptions) {
    this.#source = source;
    this.#options = options;
    this.#target = new ReadyTarget(options.size, options.now());
    this.#failures = new Failures(options.name);
    this.#holders = new Holders(options.name);
    this.#ending = new TakingAway({
      report: (message) => this.#report(message),
      onClean: (resource) => this.#offer(resource),
      onUnclean: (error) => this.#note(error),
      onRoom: () => this.fill(),
    });
  }

  /** Another user may want more or fewer of the same. */
  resize(size: PoolSize): void {
    this.#target.resize(size);
    this.fill();
  }

  /**
   * Gives out a ready one, or waits in order for the next.
   * @param waitMs limit of the waiting, ms
   * @param signal whoever asks has gone away: it waits no longer
   * @throws PacelineError E_POOL_EXHAUSTED, E_SERVICE_START, E_SERVICE_STOPPED, and what making one throws
   */
  async acquire(owner: Owner, waitMs: number, signal?: AbortSignal): Promise<Held> {
    const since = this.#options.now();
    for (let ready = this.#takeReady(); ready !== undefined; ready = this.#takeReady()) {
      const handingOut = this.#handOut(ready, owner, since);
      // it counts from now on
      if (this.#ready.length > 0) this.#fillLater();
      else this.fill();
      const held = await handingOut;
      if (held === undefined) continue;
      this.#handOuts.noteImmediate();
      return held;
    }
    if (this.#isOver) throw this.#stopped();
    const held = this.#waiting.join(owner, since, {ms: waitMs, error: () => this.#exhausted(waitMs), signal});
    this.fill();
    return held;
  }

  /** Ends a lease: connections are refused when this resolves; the rest happens behind the user's back. */
  async release(id: string): Promise<void> {
    const held = this.#holders.remove(id);
    if (held !== undefined) await this.#ending.release(held.resource);
    this.#noteDeserted();
  }

  /** Its user is done with it, but a person wants to look at it: until it is released it stays, and counts no longer. */
  keep(id: string): void {
    if (this.#holders.keep(id)) this.fill();
  }

  /** Whether somebody still has it, and it serves. */
  isServing({id, resource}: Held): boolean {
    return this.#holders.has(id) && this.#source.isAlive() && resource.isAlive?.() !== false;
  }

  /** Gives to those who wait, and starts as many as should be ready. */
  fill(): void {
    if (this.#isOver) return;
    while (this.#waiting.length > 0) {
      const ready = this.#ready.shift();
      if (ready === undefined) break;
      this.#offer(ready);
    }
    // what is being taken away makes room soon
    while (this.#room + this.#ending.count < 0 && this.#ready.length > 0) this.#discard();
    for (;;) {
      const wanted = this.#waiting.length + this.#target.count - this.#ready.length - this.#making.count;
      if (wanted <= 0 || this.#room <= 0 || this.#making.count >= this.#source.width) return;
      this.#making.add(
        (leave) => this.#make(leave),
        () => this.fill(),
      );
    }
  }

  /** While others are ready, whoever has just got one comes first: to make the next one would compete with its first steps. */
  #fillLater(): void {
    this.#later ??= setTimeout(() => {
      this.#later = undefined;
      this.fill();
    }, CALM_MS);
  }

  /** To be called now and then: takes away what has ended, or is not needed. */
  tend(): void {
    if (this.#isOver) return;
    for (const dead of this.#ready.filter((one) => one.isAlive?.() === false)) {
      this.#report(`${dead.id} ended before anybody used it`);
      this.#ready.splice(this.#ready.indexOf(dead), 1);
      this.#ending.destroy(dead);
    }
    if (this.#target.hasSpare(this.#ready.length, this.#options.now())) this.#discard();
    this.fill();
  }

  /**
   * Resolves when so many are ready, or as many as there may be.
   * @throws PacelineError why none can be made
   */
  async warm(count: number): Promise<void> {
    this.#target.raise(count);
    this.#givenUp = undefined;
    this.fill();
    while (this.#making.count > 0 && this.#ready.length < count && !this.#isOver) await this.#making.next();
    if (this.#isOver) throw this.#stopped();
    if (this.#givenUp !== undefined) throw this.#givenUp;
  }

  get gauges(): Gauges {
    return {
      ready: this.#ready.length,
      making: this.#making.count,
      leased: this.held.length,
      kept: this.kept.length,
      ending: this.#ending.count,
      waiting: this.#waiting.length,
      target: this.#target.count,
      max: this.#target.max,
      ...this.#handOuts.gauges,
      quarantined: this.#quarantine.count,
    };
  }

  get held(): readonly Held[] {
    return this.#holders.held;
  }

  get kept(): readonly Held[] {
    return this.#holders.kept;
  }

  get quarantine(): readonly Quarantined[] {
    return this.#quarantine.last;
  }

  /** Gives out nothing any more; users keep what they have. @param onDeserted called when the last of them has left */
  retire(onDeserted: () => void): void {
    this.#onDeserted = onDeserted;
    this.#waiting.dissolve(this.#stopped());
    while (this.#ready.length > 0) this.#discard();
    this.#noteDeserted();
  }

  /** Takes everything away. Leases end as well. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#later);
    this.#abort.abort();
    this.#waiting.dissolve(this.#stopped());
    this.#ending.close();
    const used = this.#holders.removeAll().map(({resource}) => resource);
    for (const resource of [...used, ...this.#ready.splice(0)]) this.#ending.destroy(resource);
    while (!this.#making.isDone || !this.#ending.isDone) await Promise.all([this.#making.next(), this.#ending.next()]);
    await this.#source.close();
  }

  /** Whether it gives out nothing any more. */
  get #isOver(): boolean {
    return this.#isClosed || this.#onDeserted !== undefined;
  }

  #noteDeserted(): void {
    if (!this.#isClosed && this.held.length + this.kept.length === 0) this.#onDeserted?.();
  }

  /** How many more there may be. */
  get #room(): number {
    return this.#target.max - this.held.length - this.#ready.length - this.#making.count - this.#ending.count;
  }

  #takeReady(): Resource | undefined {
    // whoever waits comes first
    if (this.#waiting.length > 0) return undefined;
    const resource = this.#ready.shift();
    this.#target.noteLeft(this.#ready.length);
    return resource;
  }

  async #make(leave: () => void): Promise<void> {
    const {signal} = this.#abort;
    try {
      const resource = await startedDespiteKill(() => this.#source.make(signal), this.#options.report);
      leave();
      if (this.#isOver) return this.#ending.destroy(resource);
      this.#givenUp = undefined;
      this.#failures.forget('making');
      this.#offer(resource);
    } catch (error) {
      leave();
      this.#note(error as Error);
      this.#failed('making', error as Error);
    }
  }

  /** To the first who waits, or to the ready ones. */
  #offer(resource: Resource): void {
    const waiter = this.#waiting.next();
    if (waiter === undefined) {
      this.#ready.push(resource);
      return;
    }
    // somebody had to wait: one more is kept ready from now on
    this.#target.grow();
    void this.#serve(waiter, resource);
  }

  async #serve(waiter: Waiter<Owner, Held>, resource: Resource): Promise<void> {
    const held = await this.#handOut(resource, waiter.who, waiter.since, (error) =>
      this.#failed('handingOut', error, waiter),
    );
    if (held === undefined) {
      if (this.#isOver) waiter.settle(this.#stopped());
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
    const reserved = this.#holders.reserve(resource, owner, since);
    try {
      const held = {...reserved, access: await resource.handOut()};
      // closed meanwhile, and taken away by that
      if (!this.#holders.confirm(held)) return undefined;
      this.#failures.forget('handingOut');
      this.#handOuts.note(this.#options.now() - since);
      return held;
    } catch (error) {
      if (this.#holders.remove(reserved.id) === undefined) return undefined;
      this.#note(error as Error);
      onFailure(error as Error);
      this.#ending.destroy(resource);
      this.#noteDeserted();
      return undefined;
    }
  }

  #discard(): void {
    const extra = this.#ready.pop();
    if (extra !== undefined) this.#ending.destroy(extra);
  }

  #report(message: string): void {
    this.#options.report(`${this.#options.name}: ${message}`);
  }

  #note(error: Error): void {
    this.#report(error.message);
    if (error instanceof UncleanError) this.#quarantine.add(error, this.#options.now());
  }

  /** A new one could not be used. @param asker whom it was for */
  #failed(what: 'making' | 'handingOut', error: Error, asker?: Waiter<Owner, Held>): void {
    const reason = this.#failures.note(what, error);
    if (reason === undefined) return;
    this.#givenUp = reason;
    // nobody who waits would get one
    asker?.settle(reason);
    this.#waiting.dissolve(reason);
    this.#target.giveUp();
  }

  #stopped(): PacelineError {
    return new PacelineError('E_SERVICE_STOPPED', `${this.#options.name} was stopped`);
  }

  #exhausted(waitMs: number): PacelineError {
    const {name, now} = this.#options;
    return exhaustedError(name, {held: this.held, max: this.#target.max, waitMs, now: now()});
  }
}
