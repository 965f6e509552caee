import {execFileSync} from 'node:child_process';
import {PacelineError} from '../../base/error.ts';

/**
 * What git says about folders below one folder, which may lie in a submodule.
 * All methods throw a PacelineError E_NO_GIT when it is in no checkout, or there is no git.
 */
export class GitView {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Those of the folders that hold a file that git keeps. Paths are relative to the folder of this view. */
  tracked(folders: readonly string[]): ReadonlySet<string> {
    if (folders.length === 0) return new Set();
    const files = this.#git(['ls-files', '-z', '--', ...folders]).split('\0');
    return new Set(folders.filter((folder) => files.some((file) => file === folder || file.startsWith(`${folder}/`))));
  }

  /** Those of the folders that git ignores. */
  ignored(folders: readonly string[]): ReadonlySet<string> {
    if (folders.length === 0) return new Set();
    return new Set(this.#git(['check-ignore', '-z', '--stdin'], folders.join('\0')).split('\0').filter(Boolean));
  }

  #git(words: readonly string[], input = ''): string {
    // inside a git hook they name another checkout
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
    try {
      return execFileSync('git', ['--literal-pathspecs', ...words], {
        cwd: this.#folder,
        encoding: 'utf8',
        env,
        input,
        stdio: ['pipe', 'pipe', 'pipe'],
        maxBuffer: 1 << 28,
      });
    } catch (error) {
      // how check-ignore says: none
      if ((error as {status?: number}).status === 1) return '';
      throw noGit(this.#folder, error);
    }
  }
}

function noGit(folder: string, cause: unknown): PacelineError {
  const {code, message} = cause as NodeJS.ErrnoException;
  const why = code === 'ENOENT' ? 'git is not installed' : (message.trim().split('\n').at(-1) ?? '');
  return new PacelineError('E_NO_GIT', `git cannot say what it keeps in ${folder}: ${why}`, {
    hint: 'Build folders are told from sources by what git keeps.',
    cause,
  });
}
