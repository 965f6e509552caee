import {randomUUID} from 'node:crypto';
import {type Ledger, livingOf, type OwnedProcesses, PROCESS_MARK} from '../ledger.ts';
import {endAll} from '../owned-process.ts';

const POLL_MS = 20;

/** What the shell lines of a service start; noted before, so that it does not outlive a broker that is killed meanwhile. */
export class MarkedLines {
  /** Goes into the environment of the lines. */
  readonly env: Readonly<Record<string, string>>;
  readonly #ledger: Ledger;
  readonly #entry: number;
  readonly #traces: OwnedProcesses;

  constructor(ledger: Ledger) {
    this.#traces = {kind: 'process', mark: randomUUID()};
    this.env = {[PROCESS_MARK]: this.#traces.mark};
    this.#ledger = ledger;
    this.#entry = ledger.note(this.#traces);
  }

  /** Ends them again and again until what waits for them is settled: behind one line there may be another. @returns what came of it */
  async endUntil<Outcome>(settled: Promise<Outcome>): Promise<Outcome> {
    const isDone = settled.then(
      () => true,
      () => true,
    );
    const pause = (): Promise<false> => new Promise((resolve) => setTimeout(() => resolve(false), POLL_MS));
    while (!(await Promise.race([isDone, pause()]))) await endAll(() => livingOf(this.#traces));
    return settled;
  }

  /** Whatever they left running ends. */
  async end(): Promise<void> {
    await endAll(() => livingOf(this.#traces));
    this.#ledger.strike(this.#entry);
  }
}
