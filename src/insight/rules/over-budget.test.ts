import {expect, test} from 'vitest';
import {runOf} from '../../../test/support/run.ts';
import {NO_BUDGET} from '../budget.ts';
import {contextOf} from './context.ts';
import {overBudget} from './over-budget.ts';

const run = runOf({build: {start: 0, end: 4000}, 'web#test': {start: 4000, end: 16_000, needs: ['build']}});

test('limits that were not kept, and tasks that take too long', () => {
  const budget = {...NO_BUDGET, totalMs: 15_000, stretchMs: 20_000, phases: new Map([['test', 12_500]])};
  expect(overBudget(contextOf(run, []), budget)).toMatchObject([
    {
      code: 'F_OVER_BUDGET',
      title: 'the run is over its total budget',
      evidence: ['16.0 s against 15.0 s: 1.00 s too much'],
      impact: {ms: 0, source: 'declared'},
      changes: [],
    },
    {
      code: 'F_LONG_TASK',
      tasks: ['web#test'],
      impact: {ms: 2000, source: 'assumed'},
      changes: [{kind: 'speed', task: 'web#test', factor: 10_000 / 12_000}],
    },
  ]);
});

test('nothing is said of limits that were kept, or that there are not', () => {
  const budget = {
    totalMs: 16_000,
    phases: new Map([
      ['test', 12_000],
      ['deploy', 1],
    ]),
    taskMs: 12_000,
  };
  expect(overBudget(contextOf(run, []), budget)).toEqual([]);
});

test('of very many long tasks, the longest', () => {
  const tasks = Array.from({length: 30}, (_, number) => [`t${number}`, {start: 0, end: 11_000 + number}] as const);
  const findings = overBudget(contextOf(runOf(Object.fromEntries(tasks)), []), NO_BUDGET);
  expect(findings).toHaveLength(20);
  expect(findings[0]!.tasks).toEqual(['t29']);
});
