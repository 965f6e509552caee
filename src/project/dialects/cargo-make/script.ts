import type {Command, ScriptCommand} from '../../project.ts';
import type {Section} from '../../toml/section.ts';

/** `script` of a task, in all its forms, with the interpreter that `script_runner` or its first line names. */
export function readScript(section: Section): readonly Command[] {
  const file = section.section('script')?.string('file');
  const origin = section.valueOrigin('script');
  const runner = section.string('script_runner');
  const leading = section.strings('script_runner_args');
  const args = section.strings('args') ?? [];
  if (file !== undefined) {
    const [program = 'sh', ...words] = interpreter('', runner, leading);
    return [{kind: 'program', program, args: [...words, file, ...args], role: 'main', origin}];
  }
  const text = scriptText(section);
  if (text === undefined) return [];
  const extension = section.string('script_extension') ?? (runner === '@rust' ? '.rs' : undefined);
  const script: ScriptCommand = {
    kind: 'script',
    text,
    interpreter: interpreter(text, runner, leading),
    ...(args.length > 0 && {args}),
    ...(extension !== undefined && {extension}),
    role: 'main',
    origin,
  };
  return [script];
}

/** `install_script`, before the task's own work. */
export function readInstallScript(section: Section): readonly Command[] {
  const lines = section.strings('install_script');
  if (lines === undefined) return [];
  const text = lines.join('\n');
  const origin = section.valueOrigin('install_script');
  return [{kind: 'script', text, interpreter: interpreter(text, undefined), role: 'before', origin}];
}

function scriptText(section: Section): string | undefined {
  const parts = section.section('script');
  if (parts === undefined) return section.strings('script')?.join('\n');
  return ['pre', 'main', 'post'].flatMap((part) => parts.strings(part) ?? []).join('\n');
}

/** Programs behind cargo-make's own names for runners. */
const namedRunners: Readonly<Record<string, readonly string[]>> = {'@rust': ['rust-script'], '@duckscript': ['duck']};

/**
 * What reads the script. cargo-make's shell stops at the first line that fails; a script that names its interpreter in its first line is
 * given to that one as it is. `@shell` with a first line that names a shell is that shell, stopping likewise: bash scripts do not work
 * in a plain sh.
 */
function interpreter(text: string, runner: string | undefined, args: readonly string[] = []): readonly string[] {
  if (runner !== undefined && runner !== '@shell') return [...(namedRunners[runner] ?? [runner]), ...args];
  const named = shebang(text);
  if (named === undefined) return ['sh', '-e', ...args];
  const shell = /(?:^|\/)(sh|bash|zsh|dash|ksh)$/.exec(named[0] ?? '')?.[1];
  return runner === '@shell' && shell !== undefined ? [shell, '-e', ...args] : [...named, ...args];
}

/** `#!/usr/bin/env bash` -> `['bash']`; `#!/bin/bash -eu` -> `['/bin/bash', '-eu']`. */
function shebang(text: string): readonly string[] | undefined {
  const found = /^#![ \t]*(\S+)[ \t]*(.*)/.exec(text);
  if (found === null) return undefined;
  const [, program = 'sh', rest = ''] = found;
  const words = rest.trim() === '' ? [] : rest.trim().split(/\s+/);
  if (!program.endsWith('/env')) return [program, ...words];
  return words[0] === '-S' ? words.slice(1) : words;
}
