import {PacelineError} from '../../base/error.ts';
import type {Service} from '../../project/service.ts';
import type {Answers, Request, Status} from '../broker/protocol.ts';
import {type Home, openHome} from '../home.ts';
import {BrokerConnection, BrokerGoneError} from './connection.ts';
import {type Lease, leaseOf} from './lease.ts';
import {connectBroker} from './start-broker.ts';
import {wantedOf} from './wanted.ts';

export interface AcquireOptions {
  /** Who it is for: a task, a test. */
  readonly label: string;
  /** How long to wait when all are in use, ms. */
  readonly waitMs?: number;
  /** How long it holds while this process gives no sign of life, ms. */
  readonly ttlMs?: number;
}

const WAIT_MS = 60_000;
const TTL_MS = 600_000;
/** A broker may leave just when it is asked. */
const MOST_TRIES = 3;
/** What a timer of Node can hold, ms. */
const LONGEST_MS = 2 ** 31 - 1;
/** What a lease must hold at least, ms: signs of life need some time, too. */
const SHORTEST_TTL_MS = 100;

/** Leases of this process. */
export class ServicesClient {
  readonly #home: Home;
  readonly #env: Readonly<Record<string, string | undefined>>;
  #connection: Promise<BrokerConnection> | undefined;
  #isClosed = false;
  #beat: NodeJS.Timeout | undefined;
  /** Times to live of the leases that are held, ms. */
  readonly #ttls: number[] = [];

  /** @throws PacelineError E_SERVICES_FOLDER */
  constructor(env: Readonly<Record<string, string | undefined>>) {
    this.#env = env;
    this.#home = openHome(env);
  }

  /**
   * Leases a clean one.
   * @throws RangeError when a time is none
   * @throws PacelineError E_POOL_EXHAUSTED, E_SERVICE_START, E_SERVICE_INIT, E_NO_PROGRAM, E_BROKER
   */
  async acquire(service: Service, options: AcquireOptions): Promise<Lease> {
    const owner = {pid: process.pid, label: options.label};
    const waitMs = boundedMs('waitMs', options.waitMs ?? WAIT_MS, 0);
    const ttlMs = boundedMs('ttlMs', options.ttlMs ?? TTL_MS, SHORTEST_TTL_MS);
    const [granted, connection] = await this.#ask({
      kind: 'acquire',
      wanted: wantedOf(service, this.#env),
      owner,
      waitMs,
      ttlMs,
    });
    this.#ttls.push(ttlMs);
    this.#keepBeating();
    return leaseOf(granted, async (keep) => {
      this.#ttls.splice(this.#ttls.indexOf(ttlMs), 1);
      this.#keepBeating();
      try {
        await connection.ask<'release'>({kind: 'release', lease: granted.lease, keep});
      } catch (error) {
        // it went with the broker
        if (!(error instanceof BrokerGoneError)) throw error;
      }
    });
  }

  /** Has so many ready. */
  async warm(service: Service, count: number): Promise<void> {
    await this.#ask({kind: 'warm', wanted: wantedOf(service, this.#env), count});
  }

  /** @returns undefined when there is no broker; none is started */
  async status(): Promise<Status | undefined> {
    return this.#askIfThere({kind: 'status'});
  }

  /** What a broker that was killed left is taken away by the next one, which is started for it and leaves again. */
  async collect(): Promise<Status> {
    const [status] = await this.#ask({kind: 'status'});
    await this.#askIfThere({kind: 'shutdown', ifEmpty: true});
    return status;
  }

  /** Gives back what is kept for a person to look at. @returns how much that was */
  async endKept(): Promise<number> {
    return (await this.#askIfThere({kind: 'end-kept'}))?.ended ?? 0;
  }

  /** @returns how many services were stopped */
  async stop(service?: string): Promise<number> {
    const answer = await this.#askIfThere({kind: 'stop', ...(service !== undefined && {service})});
    return answer?.stopped ?? 0;
  }

  /** Ends the broker, with everything that it has. */
  async shutdown(): Promise<void> {
    await this.#askIfThere({kind: 'shutdown', ifEmpty: false});
  }

  /** Leases that are still held end with it. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#beat);
    this.#connection?.then(
      (connection) => connection.close(),
      () => {},
    );
    this.#connection = undefined;
  }

  async #ask<Kind extends Request['kind']>(
    request: Extract<Request, {kind: Kind}>,
  ): Promise<readonly [Answers[Kind], BrokerConnection]> {
    for (let attempt = 1; ; attempt++) {
      const connection = await this.#connected();
      try {
        return [await connection.ask<Kind>(request), connection];
      } catch (error) {
        if (!(error instanceof BrokerGoneError) || this.#isClosed) throw error;
        if (attempt === MOST_TRIES)
          throw new PacelineError('E_BROKER', 'The process that keeps the services ended again and again', {
            hint: `Its log is ${this.#home.log}.`,
            cause: error,
          });
      }
    }
  }

  async #askIfThere<Kind extends Request['kind']>(
    request: Extract<Request, {kind: Kind}>,
  ): Promise<Answers[Kind] | undefined> {
    const connection = await BrokerConnection.open(this.#home.socket);
    if (connection === undefined) return undefined;
    try {
      return await connection.ask<Kind>(request);
    } catch (error) {
      if (error instanceof BrokerGoneError) return undefined;
      throw error;
    } finally {
      connection.close();
    }
  }

  /** One that was open a moment ago. */
  async #connected(): Promise<BrokerConnection> {
    for (let isSecond = false; ; isSecond = true) {
      this.#connection ??= connectBroker(this.#home, this.#env);
      const connecting = this.#connection;
      let connection: BrokerConnection | undefined;
      try {
        connection = await connecting;
        if (connection.isOpen || isSecond) return connection;
      } finally {
        // of all who wait for it, the first one tries again
        if (connection?.isOpen !== true && this.#connection === connecting) this.#connection = undefined;
      }
    }
  }

  /** Often enough for the shortest lease. */
  #keepBeating(): void {
    clearInterval(this.#beat);
    if (this.#ttls.length === 0) return;
    this.#beat = setInterval(() => void this.#sayAlive(), Math.min(...this.#ttls) / 4).unref();
  }

  async #sayAlive(): Promise<void> {
    try {
      const connection = await this.#connection;
      await connection?.ask<'beat'>({kind: 'beat'});
    } catch {
      // whoever uses the lease notices
    }
  }
}

/** @throws RangeError for what is no length of time */
function boundedMs(name: string, ms: number, least: number): number {
  if (!(ms >= least)) throw new RangeError(`${name} must be at least ${least} ms, not ${ms}`);
  return Math.min(ms, LONGEST_MS);
}
