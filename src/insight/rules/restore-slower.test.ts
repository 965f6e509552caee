import {expect, test} from 'vitest';
import {runOf, type TaskSketch} from '../../../test/support/run.ts';
import {contextOf} from './context.ts';
import {restoreSlower} from './restore-slower.ts';

const hit: TaskSketch = {
  start: 0,
  end: 1000,
  status: 'cached',
  savedMs: 200,
  times: {free: 0, slot: 0, restore: {start: 10, end: 990}},
  outputs: {files: 5000, bytes: 9e7},
};

function found(task: Partial<TaskSketch>) {
  return restoreSlower(contextOf(runOf({copy: {...hit, ...task}}), []));
}

test('outputs that take longer to bring back than to make', () => {
  expect(found({})).toMatchObject([
    {
      code: 'F_RESTORE_SLOWER',
      evidence: ['its hit took 1.00 s, its execution 200 ms', '5000 files, 90.0 MB'],
      impact: {ms: 800},
      changes: [{kind: 'speed', task: '//#copy', factor: 0.2}],
    },
  ]);
});

test('nothing is said when it is faster, nearly as fast, or nothing was brought back', () => {
  expect(found({savedMs: 2000})).toEqual([]);
  expect(found({savedMs: 960})).toEqual([]);
  expect(found({times: {free: 0, slot: 0}})).toEqual([]);
  expect(found({status: 'passed'})).toEqual([]);
});
