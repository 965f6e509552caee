import {expect, test} from 'vitest';
import {runOf, type TaskSketch} from '../../test/support/run.ts';
import type {RunId} from '../record/events.ts';
import type {Run} from '../record/run.ts';
import {isSamePlan, pastErrorsOf, predict} from './prediction.ts';

/** `a`, then `b` behind it. */
function chain(a: number, b: number, more: Parameters<typeof runOf>[1] = {}, ofB: Partial<TaskSketch> = {}): Run {
  return runOf({a: {start: 10, end: 10 + a}, b: {start: 10 + a, end: 10 + a + b, needs: ['a'], ...ofB}}, more);
}

const runs = [chain(100, 50), chain(110, 50), chain(90, 60), chain(100, 55), chain(300, 50)];

test('of one run is that run', () => {
  expect(predict([chain(100, 50)], [])).toEqual({p50: 160, p90: 160, runs: 1});
  expect(predict([chain(100, 50)], [{kind: 'drop', task: 'a'}])).toEqual({p50: 60, p90: 60, runs: 1});
  expect(predict([], [])).toBeUndefined();
});

test('of several is their spread, always the same, and with whole runs drawn', () => {
  const found = predict(runs, [])!;
  expect(found).toEqual(predict(runs, []));
  expect(found.runs).toBe(5);
  expect([160, 170, 165]).toContain(found.p50);
  // one of five runs was slow, and 160 + 200 is what it took: never a slow `a` with another's `b`
  expect(found.p90).toBe(360);
});

test('takes changes into account in each draw', () => {
  const found = predict(runs, [{kind: 'speed', task: 'a', factor: 0}])!;
  expect(found.p50).toBeGreaterThanOrEqual(60);
  expect(found.p90).toBeLessThanOrEqual(70);
});

test('a hit stays one unless everything is cold; then its earlier executions are drawn', () => {
  const hit = chain(100, 5, {}, {status: 'cached'});
  expect(predict([hit, ...runs.slice(0, 4)], [])!.p90).toBeLessThan(130);
  const cold = predict([hit, ...runs.slice(0, 4)], [{kind: 'cold'}])!;
  expect(cold.p50).toBeGreaterThanOrEqual(155);
  expect(cold.p90).toBeLessThanOrEqual(175);
});

test('only runs of the same plan count', () => {
  const other = runOf({a: {start: 10, end: 5000}, b: {start: 10, end: 60}});
  expect(isSamePlan(chain(1, 1), chain(2, 2))).toBe(true);
  expect(isSamePlan(chain(1, 1), other)).toBe(false);
  expect(predict([chain(100, 50), other, chain(100, 50)], [])).toEqual({p50: 160, p90: 160, runs: 2});
});

test('each run is foretold from those before it, with its own hits', () => {
  const named = (run: Run, id: string): Run => ({...run, id: id as RunId});
  const history = [
    named(chain(100, 5, {}, {status: 'cached'}), 'hit'),
    named(chain(150, 50), 'slower'),
    named(chain(100, 50), 'second'),
    named(chain(100, 50, {status: 'failed'}), 'failed'),
    named(chain(100, 50), 'first'),
  ];
  const errors = pastErrorsOf(history).map(({run, predictedMs, actualMs, error}) => [
    run,
    predictedMs,
    actualMs,
    Math.round(error * 100),
  ]);
  expect(errors).toEqual([
    // as the newest before it, with `b` as a hit of 5 ms that nobody had seen
    ['hit', 165, 115, 43],
    ['slower', 160, 210, -24],
    ['second', 160, 160, 0],
  ]);
  expect(pastErrorsOf(history, 1)).toHaveLength(1);
});

test('nothing is foretold of what was never executed before, or of nothing', () => {
  const hit = chain(100, 5, {}, {status: 'cached'});
  expect(pastErrorsOf([chain(100, 50), hit])).toEqual([]);
  expect(pastErrorsOf([runOf({}), runOf({})])).toEqual([]);
  expect(pastErrorsOf([])).toEqual([]);
});

test('runs with servers are foretold, too', () => {
  const served = (end: number) =>
    runOf({server: {start: 0, ready: 30, end, status: 'stopped'}, test: {start: 30, end, needs: ['server']}});
  expect(pastErrorsOf([served(130), served(130)])).toMatchObject([{predictedMs: 130, error: 0}]);
});
