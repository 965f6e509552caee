import {PacelineError} from '../base/error.ts';

/** A process of ours was ended by a signal that did not come from us: by a person, or by a system that is out of memory. */
export class KilledError extends Error {
  override readonly name = 'KilledError';
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`it was killed from outside (${signal})`);
    this.signal = signal;
  }
}

/** Signals that others send; the rest are the program's own fault. */
const FROM_OUTSIDE: ReadonlySet<string> = new Set<NodeJS.Signals>([
  'SIGKILL',
  'SIGTERM',
  'SIGINT',
  'SIGHUP',
  'SIGQUIT',
]);

/** @returns undefined when a program ended by itself, or crashed */
export function killedBy(signal: NodeJS.Signals | null): KilledError | undefined {
  return signal !== null && FROM_OUTSIDE.has(signal) ? new KilledError(signal) : undefined;
}

/**
 * Starts something, and once more when it was killed from outside before it was there. What ends by itself is not tried again.
 * @param start fails with a `KilledError` as its cause when that was the reason
 * @throws what the second start throws
 */
export async function startedDespiteKill<Started>(
  start: () => Promise<Started>,
  report: (message: string) => void,
): Promise<Started> {
  try {
    return await start();
  } catch (error) {
    if (!wasKilled(error)) throw error;
    report(`${error.message}: it is started once more`);
  }
  try {
    return await start();
  } catch (error) {
    throw wasKilled(error) ? killedTwice(error) : error;
  }
}

function wasKilled(error: unknown): error is PacelineError {
  return error instanceof PacelineError && error.cause instanceof KilledError;
}

function killedTwice({code, message, hint, origin, cause}: PacelineError): PacelineError {
  return new PacelineError(code, `${message}\nTwice in a row ${(cause as Error).message}`, {
    hint: `${hint ?? ''} A system that is out of memory kills, too: \`dmesg\` tells.`.trimStart(),
    ...(origin !== undefined && {origin}),
    cause,
  });
}
