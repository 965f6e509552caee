/** One client, as long as it is connected. */
export class Visitor {
  /** Times to live of its leases, ms. */
  readonly #leases = new Map<string, number>();
  readonly #gone = new AbortController();
  #seenAt = performance.now();

  get leases(): readonly string[] {
    return [...this.#leases.keys()];
  }

  /** Fires when its connection is closed, however that happened. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** How long it has given no sign of life, ms. */
  get silentMs(): number {
    return performance.now() - this.#seenAt;
  }

  /** Whether it has been silent for longer than one of its leases holds. */
  get hasExpired(): boolean {
    return this.#leases.size > 0 && this.silentMs >= Math.min(...this.#leases.values());
  }

  seen(): void {
    this.#seenAt = performance.now();
  }

  add(lease: string, ttlMs: number): void {
    this.#leases.set(lease, ttlMs);
    // it may have waited for longer than that
    this.seen();
  }

  /** @returns false when it does not have that one */
  drop(lease: string): boolean {
    return this.#leases.delete(lease);
  }

  leave(): void {
    this.#gone.abort();
  }
}
