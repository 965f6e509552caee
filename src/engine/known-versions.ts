import {mkdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {steadyIdentity} from '../cache/toolchain.ts';

/**
 * What tools said about their version, for as long as their program file is the same one: asking `npm` takes longer than a run with
 * nothing to do. Programs that are scripts, or that stand in for another, are asked every time.
 */
export class KnownVersions {
  readonly #path: string;
  #known: Map<string, string> | undefined;
  #changed = false;

  /** @param path where they are kept; need not be there */
  constructor(path: string) {
    this.#path = path;
  }

  /** What the probe printed when it was last asked; `ask` is called when that may have changed. */
  async output(
    program: string,
    args: readonly string[],
    path: string,
    ask: () => Promise<string | undefined>,
  ): Promise<string | undefined> {
    const identity = steadyIdentity(program, path);
    if (identity === undefined) return ask();
    const key = JSON.stringify([program, args, identity]);
    const known = this.#read().get(key);
    if (known !== undefined) return known;
    const said = await ask();
    if (said === undefined) return undefined;
    this.#read().set(key, said);
    this.#changed = true;
    return said;
  }

  /** Keeps what was learnt; the newest are enough. */
  save(): void {
    if (!this.#changed) return;
    try {
      mkdirSync(dirname(this.#path), {recursive: true});
      const fresh = `${this.#path}.${process.pid}.new`;
      writeFileSync(fresh, JSON.stringify([...this.#read()].slice(-MOST)));
      renameSync(fresh, this.#path);
    } catch {
      // then they are asked again
    }
  }

  #read(): Map<string, string> {
    if (this.#known !== undefined) return this.#known;
    try {
      this.#known = new Map(JSON.parse(readFileSync(this.#path, 'utf8')) as [string, string][]);
    } catch {
      this.#known = new Map();
    }
    return this.#known;
  }
}

const MOST = 100;
