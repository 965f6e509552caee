import {expect, test} from 'vitest';
import {runOf, type TaskSketch} from '../../../test/support/run.ts';
import type {NodeId} from '../../plan/plan.ts';
import {contextOf} from './context.ts';
import {retry} from './retry.ts';

const task = 'e2e' as NodeId;
const spans = [
  {kind: 'attempt', task, start: 0, end: 400},
  {kind: 'attempt', task, start: 500, end: 2000},
] as const;
const flaky: TaskSketch = {start: 0, end: 2000, attempts: 2, flaky: true};

test('attempts that failed before one passed', () => {
  expect(retry(contextOf(runOf({e2e: flaky}, {spans}), []))).toMatchObject([
    {
      code: 'F_RETRY',
      title: 'e2e needed 2 attempts',
      evidence: ['attempts that failed, and the pauses behind them, took 500 ms of its 2.00 s'],
      impact: {ms: 500, source: 'measured'},
      changes: [{kind: 'speed', task: '//#e2e', factor: 0.75}],
    },
  ]);
});

test('nothing is said of one attempt, or of a task that failed all the same', () => {
  expect(retry(contextOf(runOf({e2e: {...flaky, attempts: 1}}, {spans}), []))).toEqual([]);
  expect(retry(contextOf(runOf({e2e: {...flaky, status: 'failed', flaky: false}}, {spans}), []))).toEqual([]);
  expect(retry(contextOf(runOf({e2e: flaky}), []))).toEqual([]);
});
