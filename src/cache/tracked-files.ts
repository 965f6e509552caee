import {execFileSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {dirname, join} from 'node:path';

/** Files that git tracks; asked once, and only when something is to be removed or was there before. */
export class TrackedFiles {
  readonly #root: string;
  #paths: ReadonlySet<string> | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  /** @param path relative to the root */
  has(path: string): boolean {
    this.#paths ??= listed(this.#root);
    return this.#paths.has(path);
  }

  /** Git keeps the project, and not this file; without git nobody can say which files are sources. */
  isUntracked(path: string): boolean {
    return !this.has(path) && this.#paths !== NOTHING;
  }
}

function listed(root: string): ReadonlySet<string> {
  if (!isInRepository(root)) return NOTHING;
  try {
    const output = execFileSync('git', ['ls-files', '-z', '--', '.'], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1 << 30,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: {...process.env, GIT_OPTIONAL_LOCKS: '0'},
    });
    return new Set(output.split('\0'));
  } catch {
    return EVERYTHING;
  }
}

/** There is no repository. */
const NOTHING: ReadonlySet<string> = new Set();
/** When git does not say which files are its own, none is removed. */
const EVERYTHING: ReadonlySet<string> = Object.assign(new Set<string>(), {has: () => true});

function isInRepository(folder: string): boolean {
  for (let path = folder; ; path = dirname(path)) {
    if (existsSync(join(path, '.git'))) return true;
    if (dirname(path) === path) return false;
  }
}
