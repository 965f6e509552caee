import {expect, test} from 'vitest';
import {type RunSketch, runOf, type TaskSketch} from '../../../test/support/run.ts';
import {contextOf} from './context.ts';
import {fatTask} from './fat-task.ts';

const e2e: TaskSketch = {start: 1000, end: 9000, cpu: 8000, needs: ['build']};

function found(task: Partial<TaskSketch> = {}, more: RunSketch = {cores: 4}, others: Record<string, TaskSketch> = {}) {
  return fatTask(contextOf(runOf({build: {start: 0, end: 1000}, 'web#e2e': {...e2e, ...task}, ...others}, more), []));
}

test('a long task that runs alone beside idle cores, with a set-up for each part', () => {
  expect(found()).toMatchObject([
    {
      code: 'F_FAT_TASK',
      tasks: ['web#e2e'],
      evidence: ['nothing else ran in 8.00 s of its 8.00 s', 'it kept 1.0 of 4 cores busy'],
      // 800 ms of set-up and a quarter of 7,200 ms
      impact: {ms: 8000 - 2600, source: 'assumed'},
      changes: [{kind: 'split', task: 'web#e2e', parts: 4, setupMs: 800}],
    },
  ]);
});

test('no more parts than find cores', () => {
  expect(found({cpu: 16_000}, {cores: 8})[0]!.changes).toMatchObject([{parts: 4}]);
});

test('nothing is said when it keeps the cores busy, is short, or has company', () => {
  expect(found({cpu: 30_000})).toEqual([]);
  expect(found({cpu: 25_600})).toEqual([]);
  expect(found({end: 1200, cpu: 200})).toEqual([]);
  expect(found({}, {cores: 4}, {other: {start: 1000, end: 8800, cpu: 7000}})).toEqual([]);
  expect(found({}, {cores: 1})).toEqual([]);
});

test('nothing is said when nobody knows how many cores there are, or how busy it kept them', () => {
  expect(found({}, {cores: undefined})).toEqual([]);
  const {cpu: _cpu, ...unknown} = e2e;
  expect(fatTask(contextOf(runOf({'web#e2e': unknown}, {cores: 4}), []))).toEqual([]);
});

test('nothing is said when there is one slot', () => {
  expect(found({}, {cores: 4, jobs: 1})).toEqual([]);
});
