import {Command} from 'commander';
import {VERSION} from '../base/version.ts';
import {COMMANDS} from './commands.ts';
import {EXIT} from './exit-codes.ts';

export interface Program {
  readonly command: Command;
  /** Resolves to the exit code. */
  readonly run: (words: readonly string[]) => Promise<number>;
}

/** Defines every command, or only the one that is named: defining all takes a while. */
export function makeProgram(named?: string): Program {
  let code: number = EXIT.ok;
  const program = new Command('paceline')
    .description(
      'Runs the delivery pipeline of a project in the right order, in parallel, and shows where every second went.',
    )
    .version(VERSION, '-V, --version', 'print the version')
    .option('--root <folder>', 'the project, instead of the nearest one around this folder')
    .exitOverride()
    .showHelpAfterError('(see paceline --help)')
    .configureHelp({showGlobalOptions: true})
    .enablePositionalOptions()
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 a task failed, 2 wrong usage or config, 124 over the time limit, 130 interrupted (129, 141, 143: by SIGHUP, a closed pipe, SIGTERM).',
    );
  const end = (ended: number): void => {
    code = ended;
  };
  const only = named === undefined ? undefined : COMMANDS[named];
  for (const define of only === undefined ? Object.values(COMMANDS) : [only]) define(program, end);
  return {
    command: program,
    run: async (words) => {
      await program.parseAsync(words, {from: 'user'});
      return code;
    },
  };
}
