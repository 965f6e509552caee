import type {Socket} from 'node:net';

/** What a controlled process says first. */
export interface Introduction {
  readonly name: string;
  readonly args: readonly string[];
  readonly pid: number;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

type Message = {readonly signal: string} | {readonly answer: {readonly pid?: number}};

/** One controlled process: it lives until the test, or somebody's signal, ends it. */
export class Invocation implements Introduction {
  readonly name: string;
  readonly args: readonly string[];
  readonly pid: number;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** The polite signals that it got, in order. */
  readonly signals: string[] = [];
  /** Resolves when the process is no more, whatever ended it. */
  readonly gone: Promise<void>;
  readonly #socket: Socket;
  readonly #answers: ((answer: {readonly pid?: number}) => void)[] = [];
  readonly #signalled: ((signal: string) => void)[] = [];

  constructor(introduction: Introduction, socket: Socket) {
    this.name = introduction.name;
    this.args = introduction.args;
    this.pid = introduction.pid;
    this.cwd = introduction.cwd;
    this.env = introduction.env;
    this.#socket = socket;
    this.gone = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  hear(message: Message): void {
    if ('answer' in message) {
      this.#answers.shift()?.(message.answer);
      return;
    }
    this.signals.push(message.signal);
    for (const resolve of this.#signalled.splice(0)) resolve(message.signal);
  }

  /** Resolves with the first polite signal that it gets, or got. */
  signalled(): Promise<string> {
    const [first] = this.signals;
    return first === undefined ? new Promise((resolve) => this.#signalled.push(resolve)) : Promise.resolve(first);
  }

  exit(code: number): void {
    this.#order({do: 'exit', code});
  }

  /** Ends itself by a signal. */
  raise(signal: NodeJS.Signals): void {
    this.#order({do: 'raise', signal});
  }

  /** Resolves when the bytes are with the kernel. */
  async write(text: string | Uint8Array, stream: 'stdout' | 'stderr' = 'stdout'): Promise<void> {
    await this.#ask({
      do: 'write',
      descriptor: stream === 'stdout' ? 1 : 2,
      base64: Buffer.from(text).toString('base64'),
    });
  }

  /** From now on these signals do not end it. */
  async ignore(...signals: readonly NodeJS.Signals[]): Promise<void> {
    await this.#ask({do: 'ignore', signals});
  }

  async closeOutput(): Promise<void> {
    await this.#ask({do: 'close', descriptors: [1, 2]});
  }

  /** Starts another controlled process in the background; detached: in a session of its own, as a daemon. */
  async spawn(words: readonly string[], {detached}: {readonly detached: boolean}): Promise<number> {
    return (await this.#ask({do: 'spawn', words, detached})).pid ?? 0;
  }

  #order(order: object): void {
    this.#socket.write(`${JSON.stringify(order)}\n`);
  }

  #ask(order: object): Promise<{readonly pid?: number}> {
    return new Promise((resolve) => {
      this.#answers.push(resolve);
      this.#order(order);
    });
  }
}
