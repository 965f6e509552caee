import type {Resource} from '../plugin.ts';
import {Work} from './work.ts';

interface TakingAwayOptions {
  /** Something went wrong beside a request. */
  readonly report: (message: string) => void;
  /** A used one is clean again. */
  readonly onClean: (resource: Resource) => void;
  /** A used one could not be made clean. */
  readonly onUnclean: (error: Error) => void;
  /** There is room for another one. */
  readonly onRoom: () => void;
}

/** What nobody has any more, until it is gone or clean again; all of that happens behind the backs of users. */
export class TakingAway {
  readonly #options: TakingAwayOptions;
  readonly #work = new Work();
  #isClosed = false;

  constructor(options: TakingAwayOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#work.count;
  }

  get isDone(): boolean {
    return this.#work.isDone;
  }

  /** Resolves when one of them is gone, at once when there is none. */
  next(): Promise<void> {
    return this.#work.next();
  }

  destroy(resource: Resource): void {
    this.#start(() => resource.destroy());
  }

  /** Resolves when its connections are refused. */
  async release(resource: Resource): Promise<void> {
    const revoking = this.#revoke(resource);
    this.#start(async (leave) => {
      const mayServe = (await revoking) && !this.#isClosed && resource.recycle !== undefined;
      await (mayServe ? this.#recycle(resource, leave) : resource.destroy());
    });
    await revoking;
  }

  /** From now on nothing serves again. */
  close(): void {
    this.#isClosed = true;
  }

  /** @returns false when it could not be closed: then it is taken away as a whole */
  async #revoke(resource: Resource): Promise<boolean> {
    try {
      await resource.revoke();
      return true;
    } catch (error) {
      this.#options.report(`${resource.id} could not be revoked: ${(error as Error).message}`);
      return false;
    }
  }

  async #recycle(resource: Resource, leave: () => void): Promise<void> {
    try {
      await resource.recycle?.();
    } catch (error) {
      this.#options.onUnclean(error as Error);
      return resource.destroy();
    }
    if (this.#isClosed) return resource.destroy();
    leave();
    this.#options.onClean(resource);
  }

  #start(run: (leave: () => void) => Promise<void>): void {
    const {report, onRoom} = this.#options;
    this.#work.add((leave) => run(leave).catch((error: unknown) => report((error as Error).message)), onRoom);
  }
}
