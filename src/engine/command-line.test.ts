import {execFileSync} from 'node:child_process';
import {readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {orderOf} from '../../test/support/order.ts';
import {line, shell} from '../../test/support/project.ts';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import type {ProgramCommand, ScriptCommand} from '../project/project.ts';
import {commandLine, quoted, ScriptFiles} from './command-line.ts';
import {expandVariables} from './expand.ts';

const none = new ScriptFiles('/nowhere');

/** Any words that a program can be given: no NUL. */
const words = fc.array(
  fc.string({unit: fc.oneof(fc.constantFrom(...' \'"\\$`!*?~#&|;<>()[]{}=%\n\t-', 'a', 'ü', '\u{1f600}'))}),
  {maxLength: 8},
);

/** What a shell makes of a line that begins with a program that shows its arguments. */
function argumentsOf(program: string, args: readonly string[], env: Record<string, string> = {}): readonly string[] {
  return execFileSync(program, args, {encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore']})
    .split('\0')
    .slice(0, -1);
}

test('a quoted word is that word for a real shell', () => {
  fc.assert(
    fc.property(words, (list) => {
      const given = ['x', ...list];
      expect(argumentsOf('/bin/sh', ['-c', `printf '%s\\0' ${given.map(quoted).join(' ')}`])).toEqual(given);
    }),
    {numRuns: 60},
  );
});

test('plain words stay as they are', () => {
  expect(['build', './a/b.ts', 'a=b', 'x@1.2', ''].map(quoted)).toEqual(['build', './a/b.ts', 'a=b', 'x@1.2', "''"]);
  expect(quoted("it's")).toBe(String.raw`'it'\''s'`);
  expect(quoted('~/a')).toBe("'~/a'");
  expect(quoted('a\n')).toBe("'a\n'");
});

test('replaces variables that are set, and no others', () => {
  const env = {HOME: '/root', EMPTY: '', A_1: '${HOME}', 'x.y': 'dot'};
  expect(expandVariables('${HOME}/${EMPTY}|${A_1}|${x.y}|${NOT}|$HOME|${1}|${}|${HOME', env)).toBe(
    '/root/|${HOME}|dot|${NOT}|$HOME|${1}|${}|${HOME',
  );
  fc.assert(
    fc.property(fc.string(), (value) => {
      expect(expandVariables('<${X}>', {X: value})).toBe(`<${value}>`);
    }),
  );
});

test('a line goes to its shell, with the words behind it', () => {
  expect(commandLine(orderOf(shell('vitest run')), none)).toEqual({
    program: '/bin/sh',
    args: ['-c', 'vitest run'],
    line: 'vitest run',
  });
  expect(commandLine(orderOf(shell('shopt', {shell: 'bash'}), ['-s', 'a b']), none)).toEqual({
    program: 'bash',
    args: ['-c', "shopt -s 'a b'"],
    line: "shopt -s 'a b'",
  });
});

test('words behind a text of several lines belong to the last of them', () => {
  const {program, args} = commandLine(orderOf(shell("true\nprintf '%s\\0'\n\n"), ['one', 'two words']), none);
  expect(argumentsOf(program, args)).toEqual(['one', 'two words']);
});

function program(name: string, ...args: readonly string[]): ProgramCommand {
  return {kind: 'program', program: name, args, role: 'main', origin: line(1)};
}

test('a program gets its words without a shell', () => {
  const env = {BIN: '/bin', NAME: 'a b'};
  expect(commandLine(orderOf(program('${BIN}/echo', '${NAME}', '$NAME', '*'), ['x y'], env), none)).toEqual({
    program: '/bin/echo',
    args: ['a b', '$NAME', '*', 'x y'],
    line: "/bin/echo 'a b' '$NAME' '*' 'x y'",
  });
});

test('words of the command line take the place that is written for them, and stay what they are', () => {
  const given = ['$&', '${HOME}', '$$'];
  const env = {HOME: '/root'};
  expect(commandLine(orderOf(program('echo', '--', '${@}', 'end'), given, env), none).args).toEqual([
    '--',
    ...given,
    'end',
  ]);
  expect(commandLine(orderOf(program('echo', 'all=${@}', '${HOME}'), given, env), none).args).toEqual([
    'all=$& ${HOME} $$',
    '/root',
  ]);
  expect(commandLine(orderOf(program('echo', '${@}', 'end')), none).args).toEqual(['end']);
});

function script(text: string, interpreter: readonly string[], extension?: string): ScriptCommand {
  return {
    kind: 'script',
    text,
    interpreter,
    role: 'main',
    origin: line(1),
    ...(extension !== undefined && {extension}),
  };
}

test('a shell script has the words of the command line as its arguments', () => {
  const {
    program: name,
    args,
    line: shown,
  } = commandLine(orderOf(script('\nprintf \'%s\\0\' "${@}"\nfalse\necho no\n', ['sh', '-e']), ['a', 'b c']), none);
  expect(name).toBe('/bin/sh');
  expect(shown).toBe('printf \'%s\\0\' "${@}"\nfalse\necho no');
  expect(() => argumentsOf(name, args)).toThrow(expect.objectContaining({status: 1, stdout: 'a\0b c\0'}));
});

test('a script has words of its own before those of the command line', () => {
  const own = {...script('printf \'%s\\0\' "$@"', ['sh']), args: ['one', '${HOME}']};
  const order = {...orderOf(own, ['two']), env: {HOME: '/h'}};
  const {program, args} = commandLine(order, none);
  expect(argumentsOf(program, args)).toEqual(['one', '/h', 'two']);
});

test('leading words of a shell stay in front', () => {
  expect(commandLine(orderOf(script('echo', ['/usr/bin/bash', '-x']), ['a']), none)).toMatchObject({
    program: '/usr/bin/bash',
    args: ['-x', '-c', 'echo', 'bash', 'a'],
  });
});

test('another interpreter gets a file that only its owner may read', () => {
  const folder = join(temporaryFolder(), 'scripts');
  const files = new ScriptFiles(folder);
  const text = 'process.stdout.write(process.argv.slice(2).map((word) => `${word}\\0`).join(""))\n';
  const first = commandLine(orderOf(script(text, [process.execPath, '--no-warnings'], '.mjs'), ['a b', '$x']), files);
  expect(first.args).toEqual(['--no-warnings', join(folder, 'script-1.mjs'), 'a b', '$x']);
  expect(readFileSync(first.args[1]!, 'utf8')).toBe(text);
  expect(statSync(first.args[1]!).mode & 0o777).toBe(0o700);
  expect(argumentsOf(first.program, first.args)).toEqual(['a b', '$x']);
  expect(commandLine(orderOf(script('x', ['python3'])), files).args).toEqual([join(folder, 'script-2')]);
});
