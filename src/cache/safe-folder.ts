import {closeSync, constants, lstatSync, mkdirSync, openSync} from 'node:fs';

/**
 * Folders below a workspace, entered one by one and never through a link. On Linux each is held open, and what is done in it goes
 * through its descriptor: a link that takes its place meanwhile leads nowhere. Elsewhere each is looked at before it is used.
 */
export class SafeFolders {
  readonly #base: string;
  readonly #open: {name: string; path: string; descriptor: number | undefined}[] = [];

  /** @param base absolute path of the workspace, which may itself be reached through links */
  constructor(base: string) {
    this.#base = base;
    const descriptor = HAS_PROC ? openSync(base, constants.O_RDONLY | constants.O_DIRECTORY) : undefined;
    this.#open.push({name: '', path: descriptor === undefined ? base : `/proc/self/fd/${descriptor}`, descriptor});
  }

  /**
   * A path under which the entries of a folder can be reached until the next call.
   * @param folder relative to the workspace, '' for itself
   * @param make make what is missing; otherwise the call throws
   * @throws ENOENT; NotAFolderError when a link or a file is in the way
   */
  enter(folder: string, make: boolean): string {
    const names = folder === '' ? [] : folder.split('/');
    let depth = 0;
    while (depth < names.length && this.#open[depth + 1]?.name === names[depth]) depth++;
    while (this.#open.length > depth + 1) this.#leave();
    for (const name of names.slice(depth)) this.#down(name, make);
    return this.#open.at(-1)?.path ?? this.#base;
  }

  close(): void {
    while (this.#open.length > 0) this.#leave();
  }

  #down(name: string, make: boolean): void {
    if (!isPlainName(name)) throw new NotAFolderError(name);
    const path = `${this.#open.at(-1)?.path ?? this.#base}/${name}`;
    try {
      this.#open.push(opened(name, path));
    } catch (error) {
      const {code} = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' && make) {
        mkdirSync(path);
        this.#open.push(opened(name, path));
      } else if (code === 'ELOOP' || code === 'ENOTDIR') throw new NotAFolderError(name);
      else throw error;
    }
  }

  #leave(): void {
    const folder = this.#open.pop();
    if (folder?.descriptor !== undefined) closeSync(folder.descriptor);
  }
}

/** Something that is no folder stands where one is needed. */
export class NotAFolderError extends Error {
  constructor(name: string) {
    super(`${name} is a link or a file where a folder should be`);
  }
}

const HAS_PROC = process.platform === 'linux';

/** A name that stays in its folder. */
export function isPlainName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !name.includes('/') && !name.includes('\0');
}

function opened(name: string, path: string): {name: string; path: string; descriptor: number | undefined} {
  if (HAS_PROC) {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    return {name, path: `/proc/self/fd/${descriptor}`, descriptor};
  }
  if (!lstatSync(path).isDirectory()) throw new NotAFolderError(name);
  return {name, path, descriptor: undefined};
}
