import {type ChildProcess, spawn} from 'node:child_process';
import type {RunEvent} from '../../src/record/events.ts';
import {parseLines} from './events.ts';

/** How a program ended, and what it said. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Relative to the project; default: the project. */
  readonly cwd?: string;
  readonly stdin?: 'ignore' | 'pipe';
  /** A descriptor instead of a pipe. */
  readonly stdout?: number;
  /** Words before the program: `setpriv ...`. */
  readonly under?: readonly string[];
  /** Options for Node. */
  readonly node?: readonly string[];
}

/** A running paceline. */
export class Program {
  readonly pid: number;
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';
  #waiting: {look: () => boolean; resolve: () => void; reject: (error: Error) => void; what: string}[] = [];
  #ending: Ending | undefined;

  constructor(
    words: readonly string[],
    {
      cwd,
      env,
      stdin,
      stdout,
    }: {
      readonly stdin: 'ignore' | 'pipe';
      readonly cwd: string;
      readonly env: Readonly<Record<string, string>>;
      readonly stdout?: number | undefined;
    },
  ) {
    const [program = '', ...args] = words;
    this.#child = spawn(program, args, {cwd, env, stdio: [stdin, stdout ?? 'pipe', 'pipe']});
    this.pid = this.#child.pid ?? 0;
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      this.#look();
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      this.#look();
    });
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code, signal) => {
        this.#ending = {code, signal, stdout: this.#stdout, stderr: this.#stderr};
        resolve(this.#ending);
        this.#look();
      });
    });
  }

  get hasEnded(): boolean {
    return this.#ending !== undefined;
  }

  /** What it has said so far, on both streams. */
  get output(): string {
    return this.#stdout + this.#stderr;
  }

  /** Events so far, with `--output ndjson`. */
  get events(): readonly RunEvent[] {
    return parseLines(this.#stdout.slice(0, this.#stdout.lastIndexOf('\n') + 1));
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Writes to its standard input, where that is a pipe. */
  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  /** Closes the reading end of its standard output. */
  closeStdout(): void {
    this.#child.stdout?.destroy();
  }

  /** Resolves when either stream has shown this; rejects when the program ends without it. */
  printed(pattern: RegExp): Promise<void> {
    return this.#until(String(pattern), () => pattern.test(this.#stdout) || pattern.test(this.#stderr));
  }

  /** Resolves with the first event that fits; rejects when the program ends without it. */
  async event(fits: (event: RunEvent) => boolean): Promise<RunEvent> {
    await this.#until(String(fits), () => this.events.some(fits));
    return this.events.find(fits)!;
  }

  #until(what: string, look: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({look, resolve, reject, what});
      this.#look();
    });
  }

  #look(): void {
    this.#waiting = this.#waiting.filter((waiting) => {
      if (waiting.look()) waiting.resolve();
      else if (this.#ending !== undefined)
        waiting.reject(new Error(`paceline ended without ${waiting.what}: ${endingText(this.#ending)}`));
      else return true;
      return false;
    });
  }
}

export function endingText({code, signal, stdout, stderr}: Ending): string {
  return `exit ${code ?? signal}\n--- stdout\n${stdout}\n--- stderr\n${stderr}`;
}
