import {PacelineError} from '../base/error.ts';

const UNITS: Readonly<Record<string, number>> = {ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000};

/**
 * `90s`, `5m`, `1.5h`, `250ms`; a plain number counts seconds. Returns ms.
 * @throws PacelineError E_USAGE
 */
export function durationOption(name: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/.exec(text);
  const unit = UNITS[match?.[2] === '' ? 's' : (match?.[2] ?? '')];
  if (match?.[1] === undefined || unit === undefined) {
    throw new PacelineError('E_USAGE', `${name} takes a duration, not "${text}".`, {
      hint: 'Write 90s, 5m, 1.5h or 250ms.',
    });
  }
  return Number(match[1]) * unit;
}
