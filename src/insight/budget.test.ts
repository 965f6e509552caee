import {expect, test} from 'vitest';
import {runOf} from '../../test/support/run.ts';
import {budgetLinesOf, longTasks, NO_BUDGET} from './budget.ts';

const run = runOf(
  {
    build: {start: 100, end: 1000},
    'web#build': {start: 300, end: 2100},
    'web#build~1': {start: 200, end: 300},
    'web#rebuild': {start: 0, end: 9000},
    'web#test': {start: 2100, end: 14_000, status: 'cached'},
    server: {start: 0, ready: 12_000, end: 13_000, status: 'stopped'},
    skipped: {status: 'skipped'},
  },
  {wallMs: 20_000},
);

test('target, actual and gap, the worst first, with priorities for what is over', () => {
  const phases = new Map([
    ['build', 1500],
    ['server', 20_000],
    ['test', 11_000],
    ['skipped', 5],
    ['unknown', 5],
  ]);
  expect(budgetLinesOf(run, {...NO_BUDGET, totalMs: 60_000, stretchMs: 15_000, phases})).toEqual([
    {name: 'stretch', targetMs: 15_000, actualMs: 20_000, gapMs: 5000, priority: 1},
    {name: 'test', targetMs: 11_000, actualMs: 11_900, gapMs: 900, priority: 2},
    // from its first start to its last end, over all workspaces
    {name: 'build', targetMs: 1500, actualMs: 2000, gapMs: 500, priority: 3},
    {name: 'server', targetMs: 20_000, actualMs: 12_000, gapMs: -8000},
    {name: 'total', targetMs: 60_000, actualMs: 20_000, gapMs: -40_000},
  ]);
});

test('no limits, no lines', () => {
  expect(budgetLinesOf(run, NO_BUDGET)).toEqual([]);
});

test('tasks over the limit for one task, the longest first; a hit is none', () => {
  expect(longTasks(run, {...NO_BUDGET, taskMs: 2000})).toEqual([
    {task: 'server', ms: 12_000},
    {task: 'web#rebuild', ms: 9000},
  ]);
  expect(longTasks(run, NO_BUDGET)).toEqual([{task: 'server', ms: 12_000}]);
});
