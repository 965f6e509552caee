import {IgnoreFile} from './ignore-file.ts';

/**
 * The rules in force in one folder: its own .gitignore and those of the folders above, up to the root of the checkout. Immutable; child
 * folders derive theirs. As in git, a deeper file wins over a higher one and the last line that matches wins within a file. Nothing
 * below an ignored folder can be taken back: whoever walks the tree must not enter ignored folders, since an entry is judged by its own
 * path alone. Names are compared as they are (`core.ignoreCase` false); `.git/info/exclude` and the user's own rules are left out.
 */
export class IgnoreRules {
  static readonly none: IgnoreRules = new IgnoreRules([]);
  /** The deepest first. */
  readonly #files: readonly IgnoreFile[];

  private constructor(files: readonly IgnoreFile[]) {
    this.#files = files;
  }

  /** Rules for a folder (relative to the root with `/`, '' for the root) whose .gitignore has this text; undefined: it has none. */
  within(folder: string, gitignore: string | undefined): IgnoreRules {
    const file = gitignore === undefined ? undefined : IgnoreFile.parsed(folder, gitignore);
    return file === undefined ? this : new IgnoreRules([file, ...this.#files]);
  }

  /** Whether an entry of the present folder is ignored; the path is relative to the root, with `/`. */
  ignores(path: string, isDirectory: boolean): boolean {
    if (this.#files.length === 0) return false;
    const name = path.slice(path.lastIndexOf('/') + 1);
    for (const file of this.#files) {
      const verdict = file.verdict(path, name, isDirectory);
      if (verdict !== undefined) return verdict;
    }
    return false;
  }
}
