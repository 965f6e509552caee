import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {ScriptCommand} from '../project/project.ts';
import type {Order} from './executor.ts';
import {expandVariables} from './expand.ts';

/** A program with its arguments, and how a person would type it. */
export interface CommandLine {
  readonly program: string;
  readonly args: readonly string[];
  readonly line: string;
}

/** Where scripts for interpreters that want a file are written; they live as long as the run's logs. */
export class ScriptFiles {
  readonly #folder: string;
  #count = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  write(text: string, extension: string): string {
    mkdirSync(this.#folder, {recursive: true});
    const path = join(this.#folder, `script-${++this.#count}${extension}`);
    writeFileSync(path, text, {mode: 0o700});
    return path;
  }
}

const SHELLS = new Set(['sh', 'bash', 'dash', 'zsh', 'ksh']);

/** Turns a command into what the kernel is given. */
export function commandLine(order: Order, scripts: ScriptFiles): CommandLine {
  const {command, args, env} = order;
  switch (command.kind) {
    case 'shell': {
      // behind a line break the words would be a command of their own
      const line = args.length === 0 ? command.line : `${command.line.trimEnd()} ${args.map(quoted).join(' ')}`;
      return {program: command.shell ?? '/bin/sh', args: ['-c', line], line};
    }
    case 'program': {
      const program = expandVariables(command.program, env);
      const words = command.args.flatMap((word) =>
        word === '${@}' ? args : [expandVariables(word, env).replaceAll('${@}', () => args.join(' '))],
      );
      const all = command.args.some((word) => word.includes('${@}')) ? words : [...words, ...args];
      return {program, args: all, line: [program, ...all].map(quoted).join(' ')};
    }
    case 'script':
      return scriptLine(command, order, scripts);
  }
}

function scriptLine(command: ScriptCommand, {env, args}: Order, scripts: ScriptFiles): CommandLine {
  const [program = '/bin/sh', ...leading] = command.interpreter;
  const name = program.slice(program.lastIndexOf('/') + 1);
  const shown = command.text.trim();
  const words = [...(command.args ?? []).map((word) => expandVariables(word, env)), ...args];
  if (SHELLS.has(name)) {
    const all = [...leading, '-c', command.text.replaceAll('${@}', '$@'), name, ...words];
    return {program: program === 'sh' ? '/bin/sh' : program, args: all, line: shown};
  }
  const path = scripts.write(command.text, command.extension ?? '');
  return {program, args: [...leading, path, ...words], line: shown};
}

/** A word as a POSIX shell takes it literally. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
