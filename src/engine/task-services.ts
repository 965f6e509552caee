import type {Task} from '../plan/task.ts';
import type {Service} from '../project/service.ts';
import type {Lease} from '../services/client/lease.ts';
import {ServicesClient} from '../services/client/services-client.ts';

/** What a task has of its services, for one attempt. */
export interface TaskLeases {
  /** Connection strings and all that goes with them. */
  readonly env: Readonly<Record<string, string>>;
  release(): Promise<void>;
}

/** Leases the services of tasks. The process that keeps them is started when the first task needs one. */
export class TaskServices {
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #counts: ReadonlyMap<Service, number>;
  #client: ServicesClient | undefined;
  #isWarm = false;

  /**
   * @param tasks all of the run
   * @param jobs how many of them run at once
   */
  constructor(env: Readonly<Record<string, string | undefined>>, tasks: readonly Task[], jobs: number) {
    this.#env = env;
    const users = new Map<Service, number>();
    for (const service of tasks.flatMap(({phase}) => phase.services)) users.set(service, (users.get(service) ?? 0) + 1);
    this.#counts = new Map([...users].map(([service, count]) => [service, Math.min(count, jobs)]));
  }

  /**
   * Gets ready what later tasks will ask for, beside the first one that really runs: a run that finds everything stored needs none. A
   * failure is told to the task that needs it.
   */
  warm(): void {
    if (this.#isWarm) return;
    this.#isWarm = true;
    for (const [service, count] of this.#counts)
      void this.#connected()
        .warm(service, count)
        .catch(() => {});
  }

  /**
   * All services of a task, or none.
   * @throws PacelineError
   */
  async lease({id, phase: {services}}: Task): Promise<TaskLeases> {
    const client = this.#connected();
    const leases = new Map<Service, Lease>();
    const release = (): Promise<void> => releaseAll([...leases.values()]);
    try {
      // each in the same order, or two could wait for what the other one has
      for (const service of [...new Set(services)].sort((one, other) => (one.name < other.name ? -1 : 1)))
        leases.set(service, await client.acquire(service, {label: id}));
    } catch (error) {
      await release();
      throw error;
    }
    return {env: variablesOf(services, leases), release};
  }

  close(): void {
    this.#client?.close();
  }

  #connected(): ServicesClient {
    this.#client ??= new ServicesClient(this.#env);
    return this.#client;
  }
}

/** The variables of all; with two of a kind, those of the first one, and all under the name of each (`DB_DATABASE_URL`). */
function variablesOf(
  services: readonly Service[],
  leases: ReadonlyMap<Service, Lease>,
): Readonly<Record<string, string>> {
  const own = services.map((service) => leases.get(service)?.env ?? {});
  const named = services.map(({name}, place) => {
    const prefix = name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');
    return Object.fromEntries(Object.entries(own[place] ?? {}).map(([key, value]) => [`${prefix}_${key}`, value]));
  });
  return Object.assign({}, ...named, ...own.toReversed()) as Readonly<Record<string, string>>;
}

async function releaseAll(leases: readonly Lease[]): Promise<void> {
  await Promise.allSettled(leases.map((lease) => lease.release()));
}
