import {closeSync, mkdirSync, openSync, readFileSync, readSync, realpathSync, renameSync, writeFileSync} from 'node:fs';
import {basename, dirname} from 'node:path';
import {findProgram, programIdentity} from '../cache/toolchain.ts';

/** Folders of programs that start another version of themselves from one folder or day to the next. */
const SWITCHES = ['/.cargo/bin/', '/shims/', '/.volta/', '/.asdf/', '/mise/', '/.proto/', '/corepack/'];

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

/** Stands for a program that is the same as long as this is; undefined for one that may start another. */
function steadyIdentity(program: string, path: string): string | undefined {
  const found = program.includes('/') ? program : findProgram(program, path);
  if (found === undefined) return undefined;
  try {
    const real = realpathSync(found);
    if (SWITCHES.some((folder) => real.includes(folder) || found.includes(folder))) return undefined;
    const isNpm = real.endsWith('/npm/bin/npm-cli.js') || real.endsWith('/npm/bin/npx-cli.js');
    const isOwn = basename(real).startsWith(basename(program)) && isBinary(real);
    return isNpm || isOwn ? programIdentity(found) : undefined;
  } catch {
    return undefined;
  }
}

/** A program that is no script: ELF, or Mach-O. */
function isBinary(path: string): boolean {
  const head = Buffer.alloc(4);
  const file = openSync(path, 'r');
  readSync(file, head, 0, head.length, 0);
  closeSync(file);
  return ['7f454c46', 'cffaedfe', 'cafebabe'].includes(head.toString('hex'));
}
