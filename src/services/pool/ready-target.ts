import type {PoolSize} from '../../project/service.ts';

/** A pool keeps one less ready after so long without need of the last one, ms. */
const SHRINK_MS = 30_000;

/** How many are kept ready: one more whenever somebody had to wait, one less when the last one of them was not needed for a while. */
export class ReadyTarget {
  #size: PoolSize;
  #count: number;
  /** Fewest that were ready at once since the last look. */
  #spare = Number.POSITIVE_INFINITY;
  #lookedAt: number;

  constructor(size: PoolSize, now: number) {
    this.#size = size;
    this.#count = size.min;
    this.#lookedAt = now;
  }

  get count(): number {
    return this.#count;
  }

  get max(): number {
    return this.#size.max;
  }

  resize(size: PoolSize): void {
    this.#size = size;
    this.#count = Math.min(size.max, Math.max(size.min, this.#count));
  }

  /** Somebody will need so many. */
  raise(count: number): void {
    this.#count = Math.min(this.#size.max, Math.max(this.#count, count));
  }

  /** Somebody had to wait. */
  grow(): void {
    this.raise(this.#count + 1);
  }

  /** None can be made. */
  giveUp(): void {
    this.#count = 0;
  }

  /** One was taken, and so many are left. */
  noteLeft(ready: number): void {
    this.#spare = Math.min(this.#spare, ready);
  }

  /** To be called now and then. @returns whether one of those that are ready is not needed */
  hasSpare(ready: number, now: number): boolean {
    if (now - this.#lookedAt < SHRINK_MS) return false;
    const isSpare = this.#spare > 0;
    if (isSpare && this.#count > this.#size.min) this.#count--;
    this.#spare = ready;
    this.#lookedAt = now;
    return isSpare && ready > this.#count;
  }
}
