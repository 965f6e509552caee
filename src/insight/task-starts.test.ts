import {expect, test} from 'vitest';
import {digraph} from '../graph/digraph.ts';
import {simulate} from '../graph/simulate.ts';
import type {Run} from '../record/run.ts';
import {taskStartsOf} from './task-starts.ts';

/** Tasks that all got their slot at 100 ms, and when the command of each was started. */
function runWith(commands: Readonly<Record<string, number>>): Run {
  const names = Object.keys(commands);
  return {
    tasks: names.map((task) => ({task, start: 100, finish: 1000, status: 'passed'})),
    spans: names.map((task, id) => ({id, kind: 'command', task, start: commands[task], end: 1000, ok: true})),
  } as unknown as Run;
}

test('tasks that are free together are started one after the other', () => {
  const starts = taskStartsOf(runWith({a: 110, b: 130, c: 135}));
  expect([...starts]).toEqual([
    ['a', {waitMs: 0, ms: 10}],
    ['b', {waitMs: 10, ms: 20}],
    ['c', {waitMs: 30, ms: 5}],
  ]);
});

test('what takes many times as long as other starts is not the thread that starts them', () => {
  expect(taskStartsOf(runWith({a: 110, b: 120, c: 900})).get('c' as never)).toEqual({waitMs: 20, ms: 40});
});

test('the simulation starts one task at a time, and waits alone for nobody', () => {
  const {start, end} = simulate({
    graph: digraph(3, [], []),
    priorities: [3, 2, 1],
    capacities: [],
    takes: () => [],
    work: () => ({ms: 100, width: 0, startMs: 10}),
    cores: 2,
  });
  expect([...start]).toEqual([0, 0, 0]);
  expect([...end]).toEqual([100, 110, 120]);
});
