import type {UncleanError} from '../unclean.ts';

/** What was found to be dirty, and is never handed out. */
export interface Quarantined {
  readonly resource: string;
  readonly at: number;
  readonly differences: readonly string[];
}

const REMEMBERED = 20;

/** What of a pool was dirty, the last ones in full. */
export class Quarantine {
  readonly #last: Quarantined[] = [];
  #count = 0;

  add({resource, differences}: UncleanError, at: number): void {
    this.#count++;
    this.#last.push({resource, at, differences});
    if (this.#last.length > REMEMBERED) this.#last.shift();
  }

  get count(): number {
    return this.#count;
  }

  get last(): readonly Quarantined[] {
    return this.#last;
  }
}
