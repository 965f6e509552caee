import {PacelineError} from '../base/error.ts';

/**
 * The variables of `--define NAME=value`.
 * @throws PacelineError E_USAGE
 */
export function definitions(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const equals = word.indexOf('=');
      if (equals < 1) throw new PacelineError('E_USAGE', `--define takes NAME=value, not "${word}".`);
      return [word.slice(0, equals), word.slice(equals + 1)];
    }),
  );
}
