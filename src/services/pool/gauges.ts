/** Numbers of a pool, for people and metrics. */
export interface Gauges {
  readonly ready: number;
  readonly making: number;
  readonly leased: number;
  /** Left for a person to look at; they do not count towards `max`. */
  readonly kept: number;
  /** Being made clean, or taken away. */
  readonly ending: number;
  readonly waiting: number;
  /** How many are kept ready at the moment. */
  readonly target: number;
  readonly max: number;
  readonly handedOut: number;
  /** Handed out without waiting for one to be made. */
  readonly immediate: number;
  /** Of the last hand-outs, from the request on, ms. */
  readonly waitMs: {readonly p50: number; readonly p99: number} | undefined;
  readonly quarantined: number;
}

const REMEMBERED = 1000;

/** How long those waited who got one, the last ones of them. */
export class HandOuts {
  readonly #waits: number[] = [];
  #count = 0;
  #immediate = 0;

  /** @param ms from the request on */
  note(ms: number): void {
    this.#count++;
    this.#waits.push(ms);
    if (this.#waits.length > REMEMBERED) this.#waits.shift();
  }

  /** One that was noted did not have to be made first. */
  noteImmediate(): void {
    this.#immediate++;
  }

  get gauges(): Pick<Gauges, 'handedOut' | 'immediate' | 'waitMs'> {
    const sorted = this.#waits.toSorted((one, other) => one - other);
    const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
    return {
      handedOut: this.#count,
      immediate: this.#immediate,
      waitMs: sorted.length === 0 ? undefined : {p50: at(0.5), p99: at(0.99)},
    };
  }
}
