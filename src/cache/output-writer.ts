import type {Worker} from 'node:worker_threads';
import {type BatchEnd, packed} from './worker/batch.ts';
import {type FileToWrite, type WrittenFile, writeFiles} from './worker/write-files.ts';

/** So many files, and a thread of their own is worth its start. */
const MANY = 100;

interface Pending {
  readonly base: string;
  readonly files: readonly FileToWrite[];
  readonly resolve: (written: readonly WrittenFile[]) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Writes files of outputs: few of them here and now, many in a thread of its own, so that other tasks are looked up meanwhile. A thread
 * that does not start or that dies leaves its work to us.
 */
export class OutputWriter {
  readonly #many: number;
  readonly #program: URL;
  readonly #pending = new Map<number, Pending>();
  #thread: Worker | undefined;
  #isReady = false;
  #written = 0;
  #count = 0;

  constructor({many = MANY, program = threadProgram()}: {readonly many?: number; readonly program?: URL} = {}) {
    this.#many = many;
    this.#program = program;
  }

  /** Whether a thread is there for what is written next. */
  get hasThread(): boolean {
    return this.#isReady;
  }

  /**
   * @param base absolute path of the workspace
   * @throws what `writeFiles` throws
   */
  async write(base: string, files: readonly FileToWrite[]): Promise<readonly WrittenFile[]> {
    this.#written += files.length;
    if (this.#written >= this.#many) this.#thread ??= this.#start();
    if (this.#thread !== undefined && this.hasThread) return this.#send(this.#thread, base, files);
    const written = writeFiles(base, files);
    await new Promise((resolve) => setImmediate(resolve));
    return written;
  }

  #send(thread: Worker, base: string, files: readonly FileToWrite[]): Promise<readonly WrittenFile[]> {
    const number = this.#count++;
    return new Promise((resolve, reject) => {
      this.#pending.set(number, {base, files, resolve, reject});
      const batch = packed(number, base, files);
      thread.ref();
      thread.postMessage(batch, [batch.bytes.buffer]);
    });
  }

  #start(): Worker {
    // loaded with the first thread: most runs have nothing to write
    const {Worker: Thread} = process.getBuiltinModule('node:worker_threads');
    const thread = new Thread(this.#program, {execArgv: [], stdin: false});
    thread.on('message', (message: 'ready' | BatchEnd) => {
      if (message === 'ready') this.#isReady = true;
      else this.#end(thread, message);
    });
    thread.on('error', () => this.#takeOver());
    thread.on('exit', () => this.#takeOver());
    // only then: to listen to it keeps the program alive
    thread.unref();
    return thread;
  }

  #end(thread: Worker, end: BatchEnd): void {
    const pending = this.#pending.get(end.number);
    this.#pending.delete(end.number);
    if (this.#pending.size === 0) thread.unref();
    if ('written' in end) pending?.resolve(end.written);
    else pending?.reject(new Error(end.problem));
  }

  /** Writing a file again is harmless. */
  #takeOver(): void {
    this.#isReady = false;
    for (const [number, {base, files, resolve, reject}] of this.#pending) {
      this.#pending.delete(number);
      try {
        resolve(writeFiles(base, files));
      } catch (error) {
        reject(error as Error);
      }
    }
  }
}

/** Sources are run as they are; the program that is built has the thread's beside it. */
function threadProgram(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? 'worker/main.ts' : '../output-thread.js', import.meta.url);
}
