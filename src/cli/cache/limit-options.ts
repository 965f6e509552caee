import {PacelineError} from '../../base/error.ts';
import {byteSize, durationMs} from '../../project/units.ts';

/**
 * `5GB`, `512MiB`, or a number of bytes. Returns bytes.
 * @throws PacelineError E_USAGE
 */
export function sizeOption(name: string, text: string): number {
  return understood(name, text, 'a size', '5GB, 512MiB or a number of bytes', byteSize(text));
}

/**
 * `30d`, `12h`, `90s`; a plain number counts seconds. Returns ms.
 * @throws PacelineError E_USAGE
 */
export function ageOption(name: string, text: string): number {
  return understood(name, text, 'an age', '30d, 12h or 90s', durationMs(text));
}

function understood(name: string, text: string, what: string, examples: string, value: number | undefined): number {
  if (value !== undefined) return value;
  throw new PacelineError('E_USAGE', `${name} takes ${what}, not "${text}".`, {hint: `Write ${examples}.`});
}
