import {chmodSync, closeSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, isAbsolute, join} from 'node:path';
import {PacelineError} from '../../base/error.ts';
import type {Hash} from '../digest.ts';
import {writeAll} from './file-bytes.ts';

/** Formats of the store that cannot share files lie in folders of their own, so that programs of any age can share a store. */
const FORMAT_FOLDER = 'v1';

/** Tells backup programs that nothing here is worth keeping; bford.info/cachedir */
const CACHE_TAG = 'Signature: 8a477f597d28d172789f06886806bc55\n# The cache of paceline: results of tasks.\n';

/** What a store could not read or found broken. The run goes on as if it was not there. */
export interface StoreProblem {
  readonly path: string;
  readonly message: string;
}

/** Where results are kept. `configured` is absolute: the folder that the config names. */
export function storeDirectory(
  env: Readonly<Record<string, string | undefined>>,
  configured: string | undefined,
): string {
  // an empty or relative value would make the place depend on the current folder; the XDG specification ignores both
  const named = [env.PACELINE_CACHE_DIR, configured].find((path) => path !== undefined && isAbsolute(path));
  if (named !== undefined) return named;
  const {XDG_CACHE_HOME: caches, HOME: home} = env;
  if (caches !== undefined && isAbsolute(caches)) return join(caches, 'paceline');
  const own = home !== undefined && isAbsolute(home) ? home : process.getBuiltinModule('node:os').homedir();
  return join(own, '.cache', 'paceline');
}

/**
 * What lies where in a store. Files are written under another name and renamed, so that readers find a whole file or none; nothing is
 * flushed to the disk, since whoever reads checks every byte.
 */
export class StoreFolder {
  readonly directory: string;
  /** The folder of this format. */
  readonly path: string;
  readonly entries: string;
  readonly blobs: string;
  readonly temporaries: string;
  /** Bytes written through this object. */
  written = 0;

  /** Touches nothing. */
  constructor(directory: string) {
    this.directory = directory;
    this.path = join(directory, FORMAT_FOLDER);
    this.entries = join(this.path, 'ac');
    this.blobs = join(this.path, 'cas');
    this.temporaries = join(this.path, 'tmp');
  }

  entry(action: Hash): string {
    return `${this.entries}/${action.slice(0, 2)}/${action}`;
  }

  blob(hash: Hash): string {
    return `${this.blobs}/${hash.slice(0, 2)}/${hash}`;
  }

  /**
   * Makes a file of a new name with `make`, which may be called twice.
   * @throws PacelineError E_CACHE_WRITE; the file is gone then
   */
  createTemporary<Result>(make: (path: string) => Result): {readonly path: string; readonly made: Result} {
    const random = Math.random().toString(36).slice(2);
    const path = `${this.temporaries}/${process.pid}-${process.hrtime.bigint().toString(36)}-${random}`;
    try {
      return {path, made: this.#withFolder(this.temporaries, () => make(path))};
    } catch (error) {
      removeQuietly(path);
      throw this.writeError(error);
    }
  }

  /**
   * Gives a temporary file its name; what has that name is replaced.
   * @throws PacelineError E_CACHE_WRITE; the temporary file is gone then
   */
  place(temporary: string, path: string): void {
    try {
      this.#withFolder(dirname(path), () => renameSync(temporary, path));
    } catch (error) {
      removeQuietly(temporary);
      throw this.writeError(error);
    }
  }

  /**
   * Writes a whole file that nobody writes to afterwards.
   * @throws PacelineError E_CACHE_WRITE
   */
  write(path: string, bytes: Uint8Array): void {
    const {path: temporary} = this.createTemporary((name) => {
      const file = openSync(name, 'wx', 0o444);
      try {
        writeAll(file, bytes);
      } finally {
        closeSync(file);
      }
    });
    this.place(temporary, path);
    this.written += bytes.length;
  }

  /** What a failure of the disk becomes; anything else is a bug and stays what it is. */
  writeError(cause: unknown): unknown {
    return (cause as NodeJS.ErrnoException).syscall === undefined ? cause : this.unwritable(cause);
  }

  unwritable(cause: unknown): PacelineError {
    return new PacelineError(
      'E_CACHE_WRITE',
      `Cannot write to the cache ${this.directory}: ${(cause as Error).message}`,
      {
        hint: 'Free some space (`paceline cache gc`), make the folder writable, or name another one in PACELINE_CACHE_DIR.',
        cause,
      },
    );
  }

  /** Most of the time the folder is there, so it is only made when it turns out to be missing. */
  #withFolder<Result>(folder: string, work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      this.#make(folder);
      return work();
    }
  }

  #make(folder: string): void {
    const first = mkdirSync(folder, {recursive: true});
    if (first === undefined || !this.path.startsWith(first)) return;
    writeFileSync(join(this.path, 'CACHEDIR.TAG'), CACHE_TAG);
    // a store may lie in a project
    writeFileSync(join(this.path, '.gitignore'), '*\n');
  }
}

/** Makes a file one that nobody writes to by mistake. */
export function protect(path: string): void {
  chmodSync(path, 0o444);
}

export function removeQuietly(path: string): void {
  try {
    rmSync(path, {force: true});
  } catch {
    // a store that may only be read, or a folder of that name: what is left there is never taken for good
  }
}
