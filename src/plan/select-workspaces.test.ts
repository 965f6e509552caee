import {expect, test} from 'vitest';
import {project, workspace} from '../../test/support/project.ts';
import {selectWorkspaces} from './select-workspaces.ts';

/** web -> ui -> tokens, api -> tokens, @shop/web alone. */
const given = project(
  [],
  [
    workspace('web', [], {on: ['ui'], directory: 'apps/web'}),
    workspace('api', [], {on: ['tokens'], directory: 'apps/api'}),
    workspace('ui', [], {on: ['tokens'], directory: 'packages/ui'}),
    workspace('tokens', [], {directory: 'packages/tokens'}),
    workspace('@shop/web', [], {directory: 'packages/shop/web'}),
    workspace('@shop/cart', [], {directory: 'packages/shop/cart'}),
  ],
);

function selected(...filters: readonly string[]): string {
  return [...selectWorkspaces(given, filters)].sort().join(' ');
}

test.each([
  ['web', 'web'],
  ['cart', '@shop/cart'],
  ['@shop/web', '@shop/web'],
  ['@shop/*', '@shop/cart @shop/web'],
  ['t*', 'tokens'],
  ['{web,api}', '@shop/web api web'],
  ['.', '//'],
  ['//', '//'],
  ['./', '//'],
  ['./apps/web', 'web'],
  ['./apps/web/', 'web'],
  ['./apps', 'api web'],
  ['./apps/*', 'api web'],
  ['./packages/**', '@shop/cart @shop/web tokens ui'],
  ['{./apps/*}', 'api web'],
  ['web...', 'tokens ui web'],
  ['web^...', 'tokens ui'],
  ['...tokens', 'api tokens ui web'],
  ['...^tokens', 'api ui web'],
  ['...ui...', 'tokens ui web'],
  ['...^ui^...', 'tokens web'],
  ['...{./packages/ui}', 'ui web'],
  ['!./packages', '// api web'],
  ['!...tokens', '// @shop/cart @shop/web'],
])('%s', (filter, names) => {
  expect(selected(filter)).toBe(names);
});

test('filters add up, and what is taken away is taken away at the end', () => {
  expect(selected('!api', './apps/*', 'tokens')).toBe('tokens web');
  expect(selected('web...', '!tokens')).toBe('ui web');
  expect(selected()).toBe('// @shop/cart @shop/web api tokens ui web');
});

test.each(['wbe', '', '!', './nowhere', 'apps/web', '[main]', '...[main]'])(
  '%j matches nothing, which is an error',
  (filter) => {
    expect(() => selected(filter)).toThrow(expect.objectContaining({code: 'E_UNKNOWN_WORKSPACE'}));
  },
);

test('the error names the nearest workspace', () => {
  expect(() => selected('tokesn')).toThrow(expect.objectContaining({hint: 'Did you mean "tokens"?'}));
});

test.each([
  ['wbe', 'Did you mean "web"?'],
  ['apps/web', 'A path begins so: "./apps/web".'],
  ['...[main]', 'What has changed since a revision: --affected=main.'],
  ['something-else', 'See `paceline list` for the workspaces.'],
])('%s: %s', (filter, hint) => {
  expect(() => selected(filter)).toThrow(expect.objectContaining({hint}));
});
