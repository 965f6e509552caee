import {expect, test} from 'vitest';
import {runOf} from '../../test/support/run.ts';
import type {RunId} from '../record/events.ts';
import type {Run} from '../record/run.ts';
import {trendOf} from './trend.ts';

function runAfter(id: string, ms: number, command: readonly string[]): Run {
  return {...runOf({a: {start: 0, end: ms}}), id: id as RunId, wallMs: ms, command};
}

test('a trend has the runs of the same command, the oldest first', () => {
  const build = ['run', 'build'];
  const now = runAfter('d', 40, build);
  const earlier = [runAfter('c', 30, build), runAfter('b', 20, ['run', 'test']), runAfter('a', 10, build)];
  expect(trendOf(now, earlier).map(({run, wallMs, executed, hits}) => [run, wallMs, executed, hits])).toEqual([
    ['a', 10, 1, 0],
    ['c', 30, 1, 0],
    ['d', 40, 1, 0],
  ]);
});

test('a trend has thirty points at most, the latest ones', () => {
  const earlier = Array.from({length: 50}, (_, number) => runAfter(`r${number}`, number, []));
  const trend = trendOf(runAfter('now', 99, []), earlier);
  expect(trend).toHaveLength(30);
  expect(trend.at(-1)?.run).toBe('now');
  expect(trend[0]?.run).toBe('r28');
});
