import {CommanderError} from 'commander';
import {PacelineError} from '../base/error.ts';
import {errorRoot} from './error-root.ts';
import {EXIT} from './exit-codes.ts';
import {makeProgram} from './program.ts';

/** Runs the command line and sets the exit code. */
export async function main(words: readonly string[]): Promise<void> {
  process.stdout.on('error', sayUnwritten);
  // nowhere is left to say it
  process.stderr.on('error', () => {});
  try {
    const code = await makeProgram(words[0]).run(words);
    process.exitCode = code;
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
      return;
    }
    const [{printError}, {screenOf}] = await Promise.all([import('../ui/error.ts'), import('../ui/style.ts')]);
    const debug = process.env.PACELINE_DEBUG !== undefined && process.env.PACELINE_DEBUG !== '';
    printError(screenOf(process.stderr, process.env), error, errorRoot(), debug);
    process.exitCode = error instanceof PacelineError ? EXIT.usage : EXIT.internal;
  }
}

let said = false;

/** A reader that went away is no fault, and a run stops by itself; anything else, such as a full disk, is said once, and what runs goes on. */
function sayUnwritten(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE' || error.code === 'EIO' || said) return;
  said = true;
  process.stderr.write(`The output cannot be written: ${error.message}.\n`);
}
