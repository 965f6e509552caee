import {expect, test} from 'vitest';
import {runOf, type TaskSketch} from '../../../test/support/run.ts';
import {alwaysMisses} from './always-misses.ts';
import {contextOf} from './context.ts';

const miss: TaskSketch = {
  start: 0,
  end: 800,
  missed: 'the variable BUILD_TIME changed',
  missedBy: ['BUILD_TIME changed', 'src/a.ts changed'],
};
const hit: TaskSketch = {start: 0, end: 5, status: 'cached'};

/** Of runs of one task, the newest first. */
function found(...tasks: readonly TaskSketch[]) {
  const [run, ...earlier] = tasks.map((task) => runOf({build: task}));
  return alwaysMisses(contextOf(run!, earlier));
}

test('a task that misses again and again for the same reason', () => {
  const other = {...miss, missedBy: ['BUILD_TIME changed', 'src/b.ts changed']};
  const [finding] = found(miss, other, miss, other, miss);
  expect(finding).toMatchObject({
    code: 'F_ALWAYS_MISSES',
    tasks: ['build'],
    evidence: ['executed in each of the last 5 runs, 800 ms this time', 'different each time: BUILD_TIME changed'],
    changes: [{kind: 'hit', task: '//#build'}],
  });
});

test('runs in which it did not take part do not count', () => {
  expect(found(miss, {status: 'skipped'}, miss, miss, miss, miss)).toHaveLength(1);
});

test('nothing is said of fewer misses, of a hit between, of other reasons, or of what failed', () => {
  expect(found(miss, miss, miss, miss)).toEqual([]);
  expect(found(miss, miss, hit, miss, miss, miss)).toEqual([]);
  expect(found(miss, miss, {...miss, missedBy: ['src/c.ts changed']}, miss, miss)).toEqual([]);
  expect(found(miss, miss, {...miss, status: 'failed'}, miss, miss)).toEqual([]);
  expect(found({...miss, end: 50}, miss, miss, miss, miss)).toEqual([]);
});
