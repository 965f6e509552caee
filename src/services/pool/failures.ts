import {PacelineError} from '../../base/error.ts';

/** So many failures to make a usable one, one behind the other, end the waiting of everybody. */
const MOST = 3;

/** What went wrong with new ones: to make one, and to hand out one that is new. */
export class Failures {
  readonly #name: string;
  readonly #inRow = {making: 0, handingOut: 0};

  constructor(name: string) {
    this.#name = name;
  }

  /** One could be made, or handed out. */
  forget(what: 'making' | 'handingOut'): void {
    this.#inRow[what] = 0;
  }

  /** @returns why nobody gets one; undefined: another try is worth it */
  note(what: 'making' | 'handingOut', error: Error): PacelineError | undefined {
    if (++this.#inRow[what] < MOST && !(error instanceof PacelineError)) return undefined;
    this.#inRow[what] = 0;
    if (error instanceof PacelineError) return error;
    return new PacelineError('E_SERVICE_START', `No ${this.#name} can be made: ${error.message}`, {cause: error});
  }
}
