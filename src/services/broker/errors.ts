import {PacelineError} from '../../base/error.ts';

/** The broker takes no more requests: the next one will. */
export class LeavingError extends Error {
  override readonly name = 'LeavingError';
}

/** What a client is told of a failure. */
export function errorReply(error: unknown): {readonly code: string; readonly message: string; readonly hint?: string} {
  if (error instanceof PacelineError)
    return {code: error.code, message: error.message, ...(error.hint !== undefined && {hint: error.hint})};
  return {code: 'E_SERVICE', message: (error as Error).message};
}
