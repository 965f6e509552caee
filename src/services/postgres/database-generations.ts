import type {Resource, ServerState} from '../plugin.ts';
import type {DatabaseSource} from './database-source.ts';
import type {SharedServer} from './shared-server.ts';

/** A server with a template in it, and what makes databases from that. */
export interface Generation {
  readonly shared: SharedServer;
  readonly source: DatabaseSource;
  close(): Promise<void>;
}

/**
 * Databases of one service. When what all databases of its server share has changed, new ones are made in another server; who has one
 * keeps it, and the old server goes with the last of them.
 */
export class DatabaseGenerations {
  readonly #open: () => Promise<Generation>;
  /** How many databases of each there are; the last one is current. */
  readonly #counts = new Map<Generation, number>();
  #current: Generation;
  #renewing: Promise<void> | undefined;

  private constructor(open: () => Promise<Generation>, first: Generation) {
    this.#open = open;
    this.#current = first;
    this.#counts.set(first, 0);
  }

  static async start(open: () => Promise<Generation>): Promise<DatabaseGenerations> {
    return new DatabaseGenerations(open, await open());
  }

  get isAlive(): boolean {
    return this.#current.shared.isRunning;
  }

  get servers(): readonly ServerState[] {
    return [...this.#counts.keys()].map(({shared}) => shared.state);
  }

  async make(): Promise<Resource> {
    if (!this.#current.shared.isClean) {
      this.#renewing ??= this.#renew().finally(() => {
        this.#renewing = undefined;
      });
      await this.#renewing;
    }
    const generation = this.#current;
    this.#count(generation, 1);
    try {
      const resource = await generation.source.make();
      return {
        ...resource,
        destroy: async () => {
          await resource.destroy();
          await this.#leave(generation);
        },
      };
    } catch (error) {
      await this.#leave(generation);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#renewing?.catch(() => {});
    const all = [...this.#counts.keys()];
    this.#counts.clear();
    for (const generation of all) await generation.close();
  }

  async #renew(): Promise<void> {
    const old = this.#current;
    this.#current = await this.#open();
    this.#counts.set(this.#current, 0);
    if (this.#counts.get(old) === 0) await this.#end(old);
  }

  async #leave(generation: Generation): Promise<void> {
    this.#count(generation, -1);
    if (this.#counts.get(generation) === 0 && generation !== this.#current) await this.#end(generation);
  }

  async #end(generation: Generation): Promise<void> {
    if (this.#counts.delete(generation)) await generation.close();
  }

  #count(generation: Generation, change: number): void {
    const count = this.#counts.get(generation);
    if (count !== undefined) this.#counts.set(generation, count + change);
  }
}
