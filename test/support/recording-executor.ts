import type {Execution, Executor, Order} from '../../src/engine/executor.ts';
import type {CommandEnd} from '../../src/record/events.ts';

const PASSED: CommandEnd = {kind: 'exit', code: 0};
const FAILED: CommandEnd = {kind: 'exit', code: 1};

/**
 * Starts nothing and writes down what it was asked to start. Time goes by in rounds: the first command of a task takes one, all others
 * take none, and the tasks of a round end in the order in which they began.
 */
export class RecordingExecutor implements Executor {
  /** For each round the tasks that ran in it. */
  readonly rounds: string[][] = [];
  readonly #failing: ReadonlySet<string>;
  readonly #known = new Set<string>();
  #waiting: {readonly task: string; readonly end: () => void}[] = [];
  #isTicking = false;

  constructor(failing: readonly string[] = []) {
    this.#failing = new Set(failing);
  }

  start({task: {id}}: Order): Execution {
    const end = this.#failing.has(id) ? FAILED : PASSED;
    let finish: (end: CommandEnd) => void = () => {};
    const ended = new Promise<CommandEnd>((resolve) => {
      finish = resolve;
    });
    if (this.#known.has(id)) finish(end);
    else {
      this.#known.add(id);
      this.#waiting.push({task: id, end: () => finish(end)});
      if (!this.#isTicking) void this.#tick();
    }
    return {
      pid: 0,
      line: '',
      ended: ended.then((end) => ({end})),
      signal: (signal) => finish({kind: 'signal', signal}),
      endLeftovers: async () => 0,
    };
  }

  async #tick(): Promise<void> {
    this.#isTicking = true;
    await everythingElse();
    while (this.#waiting.length > 0) {
      const round = this.#waiting;
      this.#waiting = [];
      this.rounds.push(round.map(({task}) => task));
      for (const {end} of round) {
        end();
        await everythingElse();
      }
    }
    this.#isTicking = false;
  }
}

/** Resolves when nothing more follows from what has happened so far. */
function everythingElse(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
