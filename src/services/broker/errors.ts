import {PacelineError} from '../../base/error.ts';
import type {Origin} from '../../base/source.ts';
import type {Service} from '../../project/service.ts';

/** The broker takes no more requests: the next one will. */
export class LeavingError extends Error {
  override readonly name = 'LeavingError';
}

/** What a client is told of a failure. */
export interface ErrorReply {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly origin?: Origin;
}

export function errorReply(error: unknown): ErrorReply {
  if (error instanceof PacelineError) {
    const {code, message, hint, origin} = error;
    return {code, message, ...(hint !== undefined && {hint}), ...(origin !== undefined && {origin})};
  }
  return {code: 'E_SERVICE', message: (error as Error).message};
}

/** Does something for a service. @throws what it throws, with the service and its place, where it does not say them itself */
export async function naming<Result>({name, origin}: Service, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PacelineError)) throw error;
    const {code, message, hint, cause} = error;
    const place = error.origin ?? origin;
    throw new PacelineError(
      code,
      new RegExp(`\\b${RegExp.escape(name)}\\b`).test(message) ? message : `Service ${name}: ${message}`,
      {
        ...(hint !== undefined && {hint}),
        ...(place !== undefined && {origin: place}),
        cause,
      },
    );
  }
}
