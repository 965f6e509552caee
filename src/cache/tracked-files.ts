import {execFileSync} from 'node:child_process';
import {existsSync, readFileSync, statSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';

/** Files that git tracks; asked once, and only when something is to be removed or was there before. */
export class TrackedFiles {
  readonly #root: string;
  #paths: ReadonlySet<string> | undefined;
  #sorted: readonly string[] | undefined;
  #identity: string | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  /** @param path relative to the root */
  has(path: string): boolean {
    this.#paths ??= listed(this.#root);
    return this.#paths.has(path);
  }

  /** Changes whenever git tracks more or fewer files; '' without git. One stat. */
  get identity(): string {
    this.#identity ??= indexIdentity(this.#root);
    return this.#identity;
  }

  /** Tracked files that are one of these paths, or below one of them; '' is the root. */
  under(roots: readonly string[]): readonly string[] {
    this.#paths ??= listed(this.#root);
    this.#sorted ??= [...this.#paths].filter((path) => path !== '').sort();
    const sorted = this.#sorted;
    return roots.flatMap((root) => {
      if (root === '') return sorted;
      const own = sorted[firstFrom(sorted, root)] === root ? [root] : [];
      return [...own, ...sorted.slice(firstFrom(sorted, `${root}/`), firstFrom(sorted, `${root}0`))];
    });
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
  return gitFolder(folder) !== undefined;
}

/** The nearest `.git` of a folder or one above, a folder or the file of a worktree. */
function gitFolder(folder: string): string | undefined {
  for (let path = folder; ; path = dirname(path)) {
    if (existsSync(join(path, '.git'))) return join(path, '.git');
    if (dirname(path) === path) return undefined;
  }
}

/** Size, times and inode of git's index; gitrepository-layout(5) says where that of a worktree is. */
function indexIdentity(root: string): string {
  const git = gitFolder(root);
  if (git === undefined) return '';
  try {
    const linked = statSync(git).isDirectory() ? undefined : /^gitdir: (.*)$/m.exec(readFileSync(git, 'utf8'))?.[1];
    const folder = linked === undefined ? git : resolve(dirname(git), linked);
    const {size, mtimeMs, ctimeMs, ino} = statSync(join(folder, 'index'));
    return `${size} ${mtimeMs} ${ctimeMs} ${ino}`;
  } catch {
    return '';
  }
}

/** Where a path stands in a sorted list, or would. */
function firstFrom(sorted: readonly string[], path: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') < path) low = middle + 1;
    else high = middle;
  }
  return low;
}
