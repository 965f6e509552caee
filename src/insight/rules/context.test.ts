import {expect, test} from 'vitest';
import {runOf} from '../../../test/support/run.ts';
import {contextOf, listed, worthLooking} from './context.ts';

test('a gain is what the whole run would be shorter by, and never negative', () => {
  const {gain} = contextOf(runOf({a: {start: 0, end: 300}, b: {start: 0, end: 200}}), []);
  expect(gain({kind: 'drop', task: 'a'})).toBe(100);
  expect(gain({kind: 'drop', task: 'a'}, {kind: 'drop', task: 'b'})).toBe(300);
  expect(gain({kind: 'speed', task: 'a', factor: 3})).toBe(0);
});

test('looks at the longest tasks, and not at thousands', () => {
  const tasks = Array.from({length: 100}, (_, number) => [`t${number}`, {start: 0, end: number * 10}] as const);
  const looked = worthLooking(runOf(Object.fromEntries(tasks)).tasks);
  expect(looked).toHaveLength(40);
  expect(looked[0]!.task).toBe('t99');
});

test('names in a sentence', () => {
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c'], ['a', 'b', 'c', 'd', 'e']].map((names) => listed(names))).toEqual([
    '',
    'a',
    'a and b',
    'a, b and c',
    'a, b, c and 2 more',
  ]);
});
