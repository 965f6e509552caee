import {expect, test} from 'vitest';
import {runOf, type TaskSketch} from '../../test/support/run.ts';
import type {NodeId} from '../plan/plan.ts';
import type {RunCounters} from '../record/events.ts';
import {kpisOf} from './kpis.ts';

const counters: RunCounters = {
  filesStatted: 10,
  filesHashed: 3,
  hashedBytes: 100,
  filesHashedTwice: 0,
  filesRestored: 0,
  bytesStored: 0,
  stateWrites: 0,
  cpuMs: 80,
  peakMemoryBytes: 9e7,
};
const hit: TaskSketch = {start: 0, end: 5, status: 'cached'};
const miss: TaskSketch = {start: 0, end: 100, missed: 'a.ts changed'};

/** [value, isMet] by name. */
function kpis(tasks: Record<string, TaskSketch>, more: Parameters<typeof runOf>[1] = {}): Record<string, unknown> {
  return Object.fromEntries(kpisOf(runOf(tasks, more)).map(({name, value, isMet}) => [name, [value, isMet]]));
}

test('hits of what was asked for; what is never cached does not count', () => {
  const rate = (...tasks: readonly TaskSketch[]) =>
    kpis(Object.fromEntries(tasks.map((task, number) => [`t${number}`, task])))['cache hit rate'];
  expect(rate(hit, hit, hit, hit, miss)).toEqual([0.8, false]);
  expect(rate(hit, hit, hit, hit, hit, miss)).toEqual([5 / 6, true]);
  expect(rate(hit, {start: 0, end: 50})).toEqual([1, true]);
  expect(rate({start: 0, end: 50})).toEqual([undefined, undefined]);
});

test('the overhead of a task is its time without its commands and hooks', () => {
  const span = (task: string, start: number, end: number, kind: 'command' | 'hook' | 'store' = 'command') => ({
    task: task as NodeId,
    kind,
    start,
    end,
  });
  const spans = [
    span('a', 2, 50),
    span('a', 50, 98, 'hook'),
    span('a', 98, 99, 'store'),
    span('b', 0, 93),
    span('c', 0, 80),
  ];
  const task = {start: 0, end: 100};
  const name = 'own overhead of an executed task, median';
  expect(kpis({a: task, b: task, c: {...task, attempts: 2}}, {spans})[name]).toEqual([5.5, false]);
  expect(kpis({a: task}, {spans})[name]).toEqual([4, true]);
  expect(kpis({a: task})[name]).toEqual([undefined, undefined]);
});

test('counters, with a verdict only where there is something to hold them against', () => {
  expect(kpis({a: hit}, {counters})).toMatchObject({
    'files hashed twice': [0, true],
    'states of tasks written': [0, true],
    'looks at files': [10, undefined],
    'processor time of paceline': [80, undefined],
  });
  expect(kpis({a: hit}, {counters: {...counters, filesHashedTwice: 1, stateWrites: 2}})).toMatchObject({
    'files hashed twice': [1, false],
    'states of tasks written': [2, false],
  });
  // a task that was executed is written
  expect(kpis({a: miss}, {counters})['states of tasks written']).toEqual([undefined, undefined]);
  expect(kpis({a: hit})['files hashed twice']).toEqual([undefined, undefined]);
});
