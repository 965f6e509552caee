import {VERSION} from '../../base/version.ts';
import type {PluginName} from '../../project/service.ts';
import type {Host} from '../host.ts';
import type {Plugin} from '../plugin.ts';
import {LeavingError, naming} from './errors.ts';
import {Leases} from './leases.ts';
import {OpenServices} from './open-services.ts';
import type {Answers, Granted, PoolStatus, Request, Status} from './protocol.ts';
import {serviceStatus} from './service-status.ts';
import type {Visitor} from './visitor.ts';

/** Has the services of one user, and says who may use which. */
export class Broker {
  readonly startedAt = Date.now();
  readonly #host: Host;
  readonly #services: OpenServices;
  readonly #leases = new Leases();
  readonly #reaped: number;
  #isLeaving = false;

  constructor(host: Host, plugins: Readonly<Record<PluginName, () => Promise<Plugin>>>, reaped = 0) {
    this.#host = host;
    this.#reaped = reaped;
    this.#services = new OpenServices(host, plugins, (pool) => this.#leases.forgetAll(pool));
  }

  /** Nobody has anything of it. */
  get isIdle(): boolean {
    return this.#leases.count === 0;
  }

  /** It has nothing, and prepares nothing. */
  get isEmpty(): boolean {
    return this.#services.entries.length === 0;
  }

  /**
   * Does what a client asks for.
   * @throws LeavingError when it will not
   */
  async answer(request: Exclude<Request, {kind: 'shutdown'}>, visitor: Visitor): Promise<unknown> {
    visitor.seen();
    if (this.#isLeaving) throw new LeavingError('the broker is leaving');
    const answers: {
      readonly [Kind in typeof request.kind]: (one: Extract<Request, {kind: Kind}>) => Promise<Answers[Kind]>;
    } = {
      acquire: (one) => this.#acquire(one, visitor),
      release: ({lease, keep}) => this.#release(lease, visitor, keep),
      beat: async () => null,
      warm: async ({wanted, count}) => {
        await naming(wanted.service, async () => (await this.#services.open(wanted)).pool.warm(count));
        return null;
      },
      status: () => this.#status(),
      stop: async ({service}) => ({stopped: await this.#services.stop(service)}),
      'end-kept': async () => ({ended: await this.#leases.endKept()}),
    };
    return (answers[request.kind] as (one: Request) => Promise<unknown>)(request);
  }

  /** The client is gone, however that happened: it waits no longer, and what it had is taken back. */
  async forget(visitor: Visitor): Promise<void> {
    visitor.leave();
    await Promise.allSettled(visitor.leases.map((lease) => this.#release(lease, visitor, false)));
  }

  async close(): Promise<void> {
    this.#isLeaving = true;
    await this.#services.close();
  }

  /** Now and then: looks after what is ready. */
  tend(): void {
    this.#services.tend();
  }

  async #acquire(
    {wanted, owner, waitMs, ttlMs}: Extract<Request, {kind: 'acquire'}>,
    visitor: Visitor,
  ): Promise<Granted> {
    const {pool, held} = await naming(wanted.service, () =>
      this.#services.take(wanted, owner, {waitMs, signal: visitor.gone}),
    );
    const lease = this.#leases.grant(wanted.service.name, pool, held);
    visitor.add(lease, ttlMs);
    const {access, resource} = held;
    return {lease, access, resource: resource.id, ...(resource.rung !== undefined && {rung: resource.rung})};
  }

  async #release(lease: string, visitor: Visitor, keep: boolean): Promise<null> {
    // nobody ends what somebody else has
    if (visitor.drop(lease)) await (keep ? this.#leases.keep(lease) : this.#leases.end(lease));
    return null;
  }

  async #status(): Promise<Status> {
    const {home} = this.#host;
    const pools: PoolStatus[] = [];
    for (const {wanted, opening} of this.#services.entries) {
      // of what is being opened nothing is known yet
      const open = await Promise.race([opening, undefined]).catch(() => undefined);
      const restarts = this.#services.restartsOf(wanted);
      if (open !== undefined) pools.push(serviceStatus(wanted, open, {leases: this.#leases, restarts}));
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
}
