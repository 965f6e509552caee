import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {screen} from '../../test/support/screen.ts';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import {PacelineError} from '../base/error.ts';
import type {Diagnostic, Origin} from '../base/source.ts';
import {printDiagnostic, printError} from './error.ts';

const TEXT = '[lifecycle.build]\n\tcommnd = "tsc"\r\nwärm = true\nlast';

function diagnostic(place: Partial<Origin>, more: Partial<Diagnostic> = {}): Diagnostic {
  return {
    severity: 'warning',
    code: 'W_KEY',
    message: 'What is this?',
    origin: {file: 'make.toml', line: 1, column: 1, ...place},
    ...more,
  };
}

function shown(problem: Diagnostic): string {
  const root = temporaryFolder();
  writeFileSync(join(root, 'make.toml'), TEXT);
  const on = screen();
  printDiagnostic(on, problem, root);
  return on.text();
}

test('shows the line, what is meant, and what to do', () => {
  expect(
    shown(diagnostic({line: 1, column: 12, length: 5}, {severity: 'error', hint: 'Did you mean "test"?'})),
  ).toMatchInlineSnapshot(`
    "error What is this? W_KEY
      --> make.toml:1:12
      1 | [lifecycle.build]
        |            ~~~~~
      Did you mean "test"?
    "
  `);
});

test('keeps the tabs of the line above, so that the squiggle stands where it belongs', () => {
  expect(shown(diagnostic({line: 2, column: 2, length: 6}))).toBe(
    'warning What is this? W_KEY\n  --> make.toml:2:2\n  2 | \tcommnd = "tsc"\n    | \t~~~~~~\n',
  );
});

test('a squiggle ends with its line, and has at least one character', () => {
  expect(shown(diagnostic({line: 4, column: 3, length: 99}))).toContain('  4 | last\n    |   ~~\n');
  expect(shown(diagnostic({line: 4, column: 99}))).toContain('  4 | last\n    |     ~\n');
});

test('a place that is not there is named without its line', () => {
  expect(shown(diagnostic({line: 99}))).toBe('warning What is this? W_KEY\n  --> make.toml:99:1\n');
  expect(shown(diagnostic({file: 'gone.toml'}))).toBe('warning What is this? W_KEY\n  --> gone.toml:1:1\n');
});

function printed(error: unknown, debug = false): string {
  const root = temporaryFolder();
  writeFileSync(join(root, 'make.toml'), TEXT);
  const on = screen();
  printError(on, error, root, debug);
  return on.text();
}

test('an error says what, where and what to do', () => {
  const origin = {file: 'make.toml', line: 1, column: 2};
  expect(printed(new PacelineError('E_X', 'It is broken.', {hint: 'Mend it.', origin}))).toMatchInlineSnapshot(`
    "error It is broken. E_X
      --> make.toml:1:2
      1 | [lifecycle.build]
        |  ~
      Mend it.
    "
  `);
});

test('an error of many problems is these', () => {
  const diagnostics = [
    diagnostic({line: 1}),
    diagnostic({line: 4}, {severity: 'error', code: 'E_Y', message: 'And this?'}),
  ];
  expect(printed(new PacelineError('E_Y', 'And this?', {diagnostics}))).toMatchInlineSnapshot(`
    "warning What is this? W_KEY
      --> make.toml:1:1
      1 | [lifecycle.build]
        | ~
    error And this? E_Y
      --> make.toml:4:1
      4 | last
        | ~
    "
  `);
});

test('a cycle shows the way round before its edges', () => {
  const diagnostics = [
    diagnostic({line: 1}, {code: 'E_CYCLE', message: 'a needs b'}),
    diagnostic({line: 4}, {code: 'E_CYCLE', message: 'b needs a'}),
  ];
  const lines = printed(new PacelineError('E_CYCLE', 'a -> b -> a.', {diagnostics, hint: 'Remove one.'})).split('\n');
  expect(lines[0]).toBe('error a -> b -> a. E_CYCLE');
  expect(lines.at(-2)).toBe('  Remove one.');
});

test('what nobody expected asks for a report, and shows where it happened only when asked', () => {
  const error = new TypeError('x is not a function');
  expect(printed(error)).toContain('internal error x is not a function\n');
  expect(printed(error)).toContain('please report it');
  expect(printed(error, true)).not.toContain('please report it');
  expect(printed(error)).not.toContain('error.test.ts');
  expect(printed(error, true)).toContain('error.test.ts');
  expect(printed('thrown text')).toContain('internal error thrown text\n');
});
