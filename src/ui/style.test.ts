import {expect, test} from 'vitest';
import {painted, screenOf} from './style.ts';

type Env = Readonly<Record<string, string>>;

function looks(isTTY: boolean, env: Env): string {
  const {colour, live} = screenOf({isTTY, write: () => true} as unknown as NodeJS.WriteStream, env);
  return `${colour ? 'colour' : 'plain'} ${live ? 'live' : 'grouped'}`;
}

test.each<[boolean, Env, string]>([
  [true, {}, 'colour live'],
  [false, {}, 'plain grouped'],
  [true, {NO_COLOR: '1'}, 'plain live'],
  [true, {NO_COLOR: ''}, 'colour live'],
  [false, {FORCE_COLOR: '1'}, 'colour grouped'],
  [false, {FORCE_COLOR: '3', NO_COLOR: '1'}, 'plain grouped'],
  [true, {FORCE_COLOR: '0'}, 'plain live'],
  [true, {TERM: 'dumb'}, 'plain grouped'],
  [true, {CI: 'true'}, 'colour grouped'],
  [true, {CI: 'false'}, 'colour live'],
])('terminal %j with %j: %s', (isTTY, env, expected) => {
  expect(looks(isTTY, env)).toBe(expected);
});

test('paints where there are colours', () => {
  expect(painted({colour: true}, 'red', 'x')).toBe('\x1b[31mx\x1b[39m');
  expect(painted({colour: false}, 'red', 'x')).toBe('x');
});
