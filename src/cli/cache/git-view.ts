import {execFileSync} from 'node:child_process';
import {PacelineError} from '../../base/error.ts';

/** Inside a git hook these name another checkout; `git rev-parse --local-env-vars`. */
const LOCAL: ReadonlySet<string> = new Set([
  'GIT_COMMON_DIR',
  'GIT_DIR',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_PREFIX',
  'GIT_WORK_TREE',
]);

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
    const files = this.#git(['--literal-pathspecs', 'ls-files', '-z', '--', ...folders]).split('\0');
    return new Set(folders.filter((folder) => files.some((file) => file === folder || file.startsWith(`${folder}/`))));
  }

  /** Those of the folders that git ignores. */
  ignored(folders: readonly string[]): ReadonlySet<string> {
    if (folders.length === 0) return new Set();
    try {
      const answer = this.#git(['check-ignore', '-z', '--stdin'], folders.join('\0'));
      return new Set(answer.split('\0').filter(Boolean));
    } catch (error) {
      // how it says that there is none
      if (((error as PacelineError).cause as {status?: number} | undefined)?.status === 1) return new Set();
      throw error;
    }
  }

  #git(words: readonly string[], input = ''): string {
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !LOCAL.has(name)));
    try {
      return execFileSync('git', words, {
        cwd: this.#folder,
        encoding: 'utf8',
        env,
        input,
        stdio: ['pipe', 'pipe', 'pipe'],
        maxBuffer: 1 << 28,
      });
    } catch (error) {
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
