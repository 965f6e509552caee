import {expect, test} from 'vitest';
import {runOf} from '../../test/support/run.ts';
import {averageParallelism, parallelismOf} from './parallelism.ts';

test('counts the tasks at once, servers until they are ready, and the average while any runs', () => {
  const steps = parallelismOf(
    runOf({
      a: {start: 10, end: 110},
      b: {start: 10, end: 60},
      server: {start: 60, ready: 80, end: 500, status: 'stopped'},
      later: {start: 200, end: 300},
      skipped: {status: 'skipped'},
      still: {start: 50, end: 50},
    }),
  );
  expect(steps).toEqual([
    {time: 10, running: 2},
    {time: 60, running: 2},
    {time: 80, running: 1},
    {time: 110, running: 0},
    {time: 200, running: 1},
    {time: 300, running: 0},
  ]);
  expect(averageParallelism(steps)).toBeCloseTo((50 * 2 + 20 * 2 + 30 + 100) / 200, 9);
});

test('of nothing', () => {
  expect(parallelismOf(runOf({}))).toEqual([]);
  expect(averageParallelism([])).toBe(0);
});
