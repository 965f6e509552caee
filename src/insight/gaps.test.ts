import {expect, test} from 'vitest';
import {type RunSketch, runOf, type TaskSketch} from '../../test/support/run.ts';
import {gapsOf} from './gaps.ts';

const whole: TaskSketch = {start: 0, end: 100, cpu: 50};

function gaps(tasks: Record<string, TaskSketch>, more: RunSketch = {}): readonly string[] {
  return gapsOf(runOf(tasks, more)).map(({kind, message}) => `${kind}: ${message}`);
}

test('a run that tells everything has none', () => {
  const times = {free: 0, slot: 0, lookup: {start: 0, end: 5}, store: {start: 90, end: 100}};
  const server: TaskSketch = {start: 0, ready: 10, end: 90, status: 'stopped'};
  expect(gaps({a: {...whole, times}, group: {group: true, needs: ['a']}, server, clean: {final: 'on_error'}})).toEqual(
    [],
  );
});

test('a run that was ended, and tasks that it did not reach', () => {
  expect(gaps({a: whole, b: {}, c: {}}, {status: 'interrupted'})).toEqual([
    'unfinished: The run was ended before it was done (interrupted); its total is what had passed until then.',
    'not-reached: 2 tasks of the plan were not reached; they count as no time.',
  ]);
});

test('tasks that the plan does not know', () => {
  const run = runOf({a: whole, b: whole});
  const [a] = run.plan.nodes;
  expect(gapsOf({...run, plan: {...run.plan, nodes: [a!]}})).toEqual([
    {kind: 'unknown-task', message: '1 task is not in the plan: b; the simulation lets it wait for nothing.'},
  ]);
});

test('a plan that cannot be carried out', () => {
  expect(gaps({a: {...whole, needs: ['b']}, b: {...whole, needs: ['a', 'b']}})).toEqual([
    'impossible-plan: The dependency b -> a closes a cycle (and 1 more like it); it is left out.',
  ]);
  expect(gaps({a: {...whole, needs: ['nobody']}})).toEqual([
    'impossible-plan: The dependency nobody -> a leads to or from no task of the plan; it is left out.',
  ]);
});

test('times that cannot have been', () => {
  const impossible = (task: TaskSketch, more: RunSketch = {wallMs: 200}) =>
    gaps({a: {cpu: 1, ...task}}, more).map((line) => line.split(':')[0]);
  expect(impossible({start: 50, end: 10})).toEqual(['impossible-time']);
  expect(impossible({start: -50, end: 10})).toEqual(['impossible-time']);
  expect(impossible({start: 0, end: 300})).toEqual(['impossible-time']);
  expect(impossible({start: 0, end: 100, times: {free: 50, slot: 10}})).toEqual(['impossible-time']);
  expect(impossible({start: 0, end: 100, times: {free: 0, store: {start: 90, end: 150}}})).toEqual(['impossible-time']);
  expect(impossible({start: 0, end: 100, ready: 150})).toEqual(['impossible-time']);
  expect(impossible({start: 0, end: Number.NaN})).toEqual(['impossible-time']);
  expect(impossible({start: 0, end: 100}, {spans: [{start: 20, end: 10}], wallMs: 200})).toEqual(['impossible-time']);
  // clocks are read one after the other
  expect(impossible({start: 10, end: 9.5})).toEqual([]);
});

test('processor time and machine that are not known', () => {
  expect(gaps({a: {start: 0, end: 100}, b: whole, c: {...whole, status: 'cached'}}, {cores: undefined})).toEqual([
    'no-usage: The processor time of 1 task is not known; the simulation takes it to wait all the time.',
    'no-machine: The run does not say how many cores the machine has; the simulation takes them to be enough.',
  ]);
});
