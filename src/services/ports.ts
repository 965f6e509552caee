import {randomInt} from 'node:crypto';
import {createServer} from 'node:net';

/** Ports from `first` on, up to the one before `behind`. */
export interface PortRange {
  readonly first: number;
  readonly behind: number;
}

/** So often a start is tried on another port. */
const MOST_TRIES = 5;

/**
 * Ports of this machine for servers of one kind, at random, so that brokers do not meet. A range lies below what the system gives to outgoing
 * connections; ip_local_port_range, ip(7).
 */
export class Ports {
  readonly #range: PortRange;
  /** Of servers that are up or starting. */
  readonly #taken = new Set<number>();

  constructor(range: PortRange) {
    this.#range = range;
  }

  /**
   * Starts something on a port that is its own until it is given back; on another one when somebody else was quicker.
   * @param wasInUse whether a start failed because of that
   * @throws what the start throws; its port is given back then
   */
  async start<Started>(
    start: (port: number) => Promise<Started>,
    wasInUse: (error: Error) => boolean,
  ): Promise<Started> {
    for (let attempt = 1; ; attempt++) {
      const port = await this.#free();
      try {
        return await start(port);
      } catch (error) {
        this.giveBack(port);
        if (attempt === MOST_TRIES || !wasInUse(error as Error)) throw error;
      }
    }
  }

  giveBack(port: number): void {
    this.#taken.delete(port);
  }

  /** Somebody else's server on it would answer in the place of ours. */
  async #free(): Promise<number> {
    for (;;) {
      const port = randomInt(this.#range.first, this.#range.behind);
      if (this.#taken.has(port)) continue;
      this.#taken.add(port);
      if (await isFree(port)) return port;
      this.#taken.delete(port);
    }
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({port, host: '127.0.0.1', exclusive: true}, () => server.close(() => resolve(true)));
  });
}
