/** Somebody in a line. */
export interface Waiter<Who, What> {
  readonly who: Who;
  readonly since: number;
  readonly isWaiting: () => boolean;
  /** @returns false when it waits no longer: it has been told something else before */
  readonly settle: (outcome: What | Error) => boolean;
}

/** When somebody waits no longer. */
export interface WaitLimit {
  /** Told the error after so long, ms. */
  readonly ms: number;
  readonly error: () => Error;
  /** It has gone away. */
  readonly signal?: AbortSignal | undefined;
}

/** Those who wait for the same, in the order in which they came. */
export class WaitingLine<Who, What> {
  readonly #waiters: Waiter<Who, What>[] = [];

  get length(): number {
    return this.#waiters.length;
  }

  /**
   * Joins the line.
   * @param since when it came; of all who wait, the earliest is the first
   */
  join(who: Who, since: number, {ms, error, signal}: WaitLimit): Promise<What> {
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      let isSettled = false;
      const waiter: Waiter<Who, What> = {
        who,
        since,
        isWaiting: () => !isSettled,
        settle: (outcome) => {
          if (isSettled) return false;
          isSettled = true;
          clearTimeout(timer);
          signal?.removeEventListener('abort', withdraw);
          if (outcome instanceof Error) reject(outcome);
          else resolve(outcome);
          return true;
        },
      };
      const leave = (reason: Error): void => {
        const place = this.#waiters.indexOf(waiter);
        if (place >= 0) this.#waiters.splice(place, 1);
        waiter.settle(reason);
      };
      const withdraw = (): void => leave(new Error('it has gone away'));
      signal?.addEventListener('abort', withdraw);
      timer = setTimeout(() => leave(error()), ms);
      this.rejoin(waiter);
      if (signal?.aborted === true) withdraw();
    });
  }

  /** Back to its place, when what was meant for it turned out to be unusable; whoever waits no longer stays away. */
  rejoin(waiter: Waiter<Who, What>): void {
    if (!waiter.isWaiting()) return;
    const place = this.#waiters.findIndex(({since}) => since > waiter.since);
    this.#waiters.splice(place < 0 ? this.#waiters.length : place, 0, waiter);
  }

  /** The first one, taken out; it still has to be told. */
  next(): Waiter<Who, What> | undefined {
    return this.#waiters.shift();
  }

  /** Nobody gets anything. */
  dissolve(error: Error): void {
    for (const waiter of this.#waiters.splice(0)) waiter.settle(error);
  }
}
