/** Things that are under way, and that nobody waits for at once. */
export class Work {
  readonly #running = new Set<Promise<void>>();
  #count = 0;

  /** How many are under way, without those that have left. */
  get count(): number {
    return this.#count;
  }

  get isDone(): boolean {
    return this.#running.size === 0;
  }

  /**
   * @param run never rejects; may leave before it is over: it counts no longer then
   * @param then done when it is over
   */
  add(run: (leave: () => void) => Promise<void>, then: () => void): void {
    let counts = true;
    this.#count++;
    const leave = (): void => {
      if (counts) this.#count--;
      counts = false;
    };
    const running = run(leave).then(() => {
      leave();
      this.#running.delete(running);
      then();
    });
    this.#running.add(running);
  }

  /** Resolves when one of them is over, at once when there is none. */
  async next(): Promise<void> {
    if (this.#running.size > 0) await Promise.race(this.#running);
  }
}
