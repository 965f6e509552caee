import {closeSync, constants, openSync} from 'node:fs';
import {PacelineError} from '../../base/error.ts';

/**
 * Opens a file that is to be stored, and closes it. A link is not followed, and a pipe is not waited for: what was a file when it was
 * listed may be another thing by now.
 * @throws PacelineError E_CACHE_SOURCE
 */
export function withSource<Result>(path: string, use: (file: number) => Result): Result {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw sourceError(path, error);
  }
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}

export function sourceError(path: string, cause: unknown): PacelineError {
  return new PacelineError('E_CACHE_SOURCE', `Cannot read ${path} to keep it: ${(cause as Error).message}`, {cause});
}

export function changedError(path: string): PacelineError {
  return new PacelineError('E_CACHE_SOURCE', `${path} changed while it was being kept.`, {
    hint: 'Something still writes to it; what a task starts must have ended when the task ends.',
  });
}
