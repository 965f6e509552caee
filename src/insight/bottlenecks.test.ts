import {expect, test} from 'vitest';
import {modelOfTasks, type NodeSketch} from '../../test/support/run.ts';
import {bottlenecksOf} from './bottlenecks.ts';
import type {Experience} from './change.ts';

const experience: Experience = {hitMs: () => 5, executed: () => undefined};

test('are ranked by what the run gains, and a long task beside the critical path gains nothing', () => {
  const model = modelOfTasks({
    build: {ms: 300},
    test: {ms: 400, needs: ['build']},
    long: {ms: 500},
  });
  const found = bottlenecksOf(model, experience);
  expect(found.map(({task, gone}) => [task, gone])).toEqual([
    ['test', 200],
    ['build', 200],
  ]);
  // behind either of them the 500 ms of `long` remain
  expect(found[1]).toEqual({
    task: 'build',
    ms: 300,
    faster10: 30,
    faster50: 150,
    gone: 200,
    hit: 200,
    split2: 150,
    split4: 200,
  });
  expect(found[0]).toMatchObject({gone: 200, faster50: 200, hit: 200, withoutNeed: {from: 'build', ms: 200}});
});

test('a task that gains more comes before a longer one', () => {
  const model = modelOfTasks({x: {ms: 200}, y: {ms: 500, needs: ['x']}, z: {ms: 400, needs: ['x']}});
  expect(bottlenecksOf(model, experience).map(({task, gone}) => [task, gone])).toEqual([
    ['x', 200],
    ['y', 100],
  ]);
});

test('a single slot makes every task one', () => {
  const model = modelOfTasks({a: {ms: 100}, b: {ms: 300}}, {jobs: 1});
  const found = bottlenecksOf(model, experience);
  expect(found.map(({task, gone}) => [task, gone])).toEqual([
    ['b', 300],
    ['a', 100],
  ]);
  // parts of it need slots, too
  expect(found[0]!.split4).toBe(0);
});

test('parts that would share the cores gain only as much as there are', () => {
  const model = modelOfTasks({a: {ms: 400, width: 2}}, {cores: 2});
  expect(bottlenecksOf(model, experience)[0]!.split4).toBeCloseTo(0, 6);
  expect(bottlenecksOf({...model, cores: 8}, experience)[0]!.split4).toBeCloseTo(300, 6);
});

test('finds the need that kept a task, through groups', () => {
  const model = modelOfTasks({
    short: {ms: 10},
    lint: {ms: 200},
    step: {ms: 0, group: true, behind: ['lint', 'short']},
    test: {ms: 300, behind: ['step']},
  });
  expect(bottlenecksOf(model, experience)[0]).toMatchObject({task: 'test', withoutNeed: {from: 'lint', ms: 190}});
});

test('a task of the root is not mistaken for its phase in all workspaces', () => {
  const model = modelOfTasks({test: {ms: 100}, 'web#test': {ms: 100, needs: ['test']}});
  expect(bottlenecksOf(model, experience).map(({task, gone}) => [task, gone])).toEqual([
    ['test', 100],
    ['web#test', 100],
  ]);
});

test('looks at the longest chain before tasks that are longer and not on it', () => {
  const beside = Array.from({length: 20}, (_, number): [string, NodeSketch] => [`beside${number}`, {ms: 150}]);
  const model = modelOfTasks({a: {ms: 90}, b: {ms: 90, needs: ['a']}, ...Object.fromEntries(beside)});
  expect(bottlenecksOf(model, experience, {candidates: 4}).map(({task}) => task)).toEqual(['a', 'b']);
});
