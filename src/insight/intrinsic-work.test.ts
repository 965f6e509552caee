import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {modelOfTasks, recordedRun, runOf, type TaskSketch} from '../../test/support/run.ts';
import type {NodeId} from '../plan/plan.ts';
import {intrinsicWorks} from './intrinsic-work.ts';
import {modelOf, outcomeOf} from './model.ts';

/** [ms, width] of each task, rounded. */
function worksOf(
  tasks: Readonly<Record<string, TaskSketch>>,
  cores: number | undefined,
): Record<string, readonly number[]> {
  const works = intrinsicWorks(runOf(tasks, {cores}));
  return Object.fromEntries(
    [...works].map(([id, {work}]) => [id, [Math.round(work.ms), Math.round(work.width * 100) / 100]]),
  );
}

test('tasks that shared too few cores are taken to want one each, and half as long', () => {
  const shared = {start: 0, end: 1000, cpu: 500};
  expect(worksOf({a: shared, b: shared, c: shared, d: shared}, 2)).toEqual({
    a: [500, 1],
    b: [500, 1],
    c: [500, 1],
    d: [500, 1],
  });
});

test('tasks that had all cores that they wanted stay as they are', () => {
  expect(worksOf({a: {start: 0, end: 1000, cpu: 500}, b: {start: 0, end: 1000, cpu: 900}}, 2)).toEqual({
    a: [1000, 0.5],
    b: [1000, 0.9],
  });
  // 4 cores of 8
  const half = {start: 0, end: 1000, cpu: 500};
  const many = Object.fromEntries(Array.from({length: 8}, (_, number) => [`t${number}`, half]));
  expect(worksOf(many, 8).t0).toEqual([1000, 0.5]);
});

test('one that waits beside them is hardly shortened, and keeps its little width', () => {
  const busy = {start: 0, end: 1000, cpu: 490};
  const works = worksOf({a: busy, b: busy, c: busy, d: busy, waits: {start: 0, end: 1000, cpu: 40}}, 2);
  expect(works.a?.[0]).toBeCloseTo(490, -1);
  expect(works.a?.[1]).toBe(1);
  expect(works.waits?.[0]).toBeGreaterThan(940);
  expect(works.waits?.[1]).toBeLessThan(0.06);
});

test('a task that was slowed down for a part of its time loses only that', () => {
  // both compute all the time on one core; `long` is alone for its second half
  const works = worksOf({short: {start: 0, end: 1000, cpu: 500}, long: {start: 0, end: 1500, cpu: 1000}}, 1);
  expect(works).toEqual({short: [500, 1], long: [1000, 1]});
});

test('cores that are nearly all busy count as busy: the kernel needs some', () => {
  const shared = {start: 0, end: 1000, cpu: 475};
  const works = worksOf({a: shared, b: shared, c: shared, d: shared}, 2);
  expect(works.a?.[1]).toBeCloseTo(1, 1);
  expect(works.a?.[0]).toBeLessThan(530);
});

test('short tasks whose processor time is rounded to ticks still show that they shared busy cores', () => {
  // four at a time on two cores, 30 ms each and 15 of the processor, told as 0, 10, 20 or 30
  const told = [10, 0, 20, 10, 30, 20, 30, 10, 0, 20, 10, 20];
  const tasks = Object.fromEntries(
    Array.from({length: 80}, (_, number) => {
      const start = Math.floor(number / 4) * 30;
      return [`t${number}`, {start, end: start + 30, cpu: told[number % told.length] ?? 0}] as const;
    }),
  );
  const all = Object.values(worksOf(tasks, 2));
  expect(all.reduce((sum, [ms = 0]) => sum + ms, 0)).toBeLessThan(80 * 19);
  expect(all.reduce((sum, [ms = 0]) => sum + ms, 0)).toBeGreaterThan(80 * 14);
  // with a break between all of them, nobody shared: they got what they wanted
  const apart = Object.fromEntries(
    Object.entries(tasks).map(([id, task], number) => [id, {...task, start: number * 40, end: number * 40 + 30}]),
  );
  expect(Object.values(worksOf(apart, 2)).every(([ms]) => ms === 30)).toBe(true);
});

test('tasks whose processor time is not known are assumed to wait', () => {
  const works = intrinsicWorks(runOf({a: {start: 0, end: 1000}, b: {start: 0, end: 1000, cpu: 1000}}, {cores: 1}));
  expect(works.get('a' as NodeId)).toMatchObject({work: {ms: 1000, width: 0}, source: 'assumed'});
  expect(works.get('b' as NodeId)).toMatchObject({work: {ms: 1000, width: 1}, source: 'measured'});
});

test('a persistent task takes until it is ready; a task that did not start takes nothing', () => {
  const works = worksOf(
    {server: {start: 100, ready: 300, end: 9000, status: 'stopped', cpu: 5000}, idle: {status: 'skipped'}},
    4,
  );
  expect(works).toEqual({server: [200, 0]});
});

test("waiting until others are started is not a task's own time", () => {
  const task: TaskSketch = {start: 0, end: 110, cpu: 50};
  const spans = [
    {task: 'a' as NodeId, start: 10, end: 100},
    {task: 'b' as NodeId, start: 20, end: 110},
  ];
  const works = intrinsicWorks(runOf({a: task, b: task}, {spans}));
  expect(works.get('a' as NodeId)!.work).toMatchObject({ms: 110, startMs: 10});
  expect(works.get('b' as NodeId)!.work).toMatchObject({ms: 100, startMs: 10});
});

test('odd runs have works all the same', () => {
  const odd: Readonly<Record<string, TaskSketch>> = {
    backwards: {start: 500, end: 100, cpu: 50},
    greedy: {start: 0, end: 100, cpu: 100_000},
    early: {start: -50, end: 100, cpu: 20},
    still: {start: 100, end: 100, cpu: 10},
  };
  for (const cores of [undefined, 0, 1, 2]) {
    for (const [ms = 0, width = 0] of Object.values(worksOf(odd, cores))) {
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(width).toBeGreaterThanOrEqual(0);
    }
  }
  expect(worksOf({}, 2)).toEqual({});
  // a machine without cores is one that nobody knows
  expect(worksOf(odd, 0)).toEqual(worksOf(odd, undefined));
});

const randomModel = fc
  .record({
    tasks: fc.array(
      fc.record({
        ms: fc.integer({min: 20, max: 3000}),
        width: fc.oneof(fc.constant(1), fc.constant(0), fc.double({min: 0.05, max: 3, noNaN: true})),
        before: fc.array(fc.nat({max: 30}), {maxLength: 2}),
      }),
      {minLength: 1, maxLength: 14},
    ),
    jobs: fc.constantFrom(1, 2, 4, 8, Number.POSITIVE_INFINITY),
    cores: fc.constantFrom(1, 2, 3, 4, 8),
    before: fc.integer({min: 0, max: 200}),
    after: fc.integer({min: 0, max: 50}),
  })
  .map(({tasks, ...rest}) => {
    const sketches = tasks.map(({ms, width, before}, number) => {
      const needs = [...new Set(before.filter((one) => one < number))].map((one) => `t${one}`);
      return [`t${number}`, {ms, width, needs}] as const;
    });
    return modelOfTasks(Object.fromEntries(sketches), rest);
  });

test('the simulation slows the tasks of a run down by what was taken off: it comes back to what was measured', () => {
  fc.assert(
    fc.property(randomModel, (model) => {
      const run = recordedRun(model);
      const engine = model.nodes.map(({work}) => work.ms);
      // the order in which the engine starts tasks comes from what it expects of them
      const {wallMs, simulation} = outcomeOf(modelOf(run), engine);
      expect(Math.abs(wallMs - run.wallMs)).toBeLessThanOrEqual(0.02 * run.wallMs);
      for (const [number, {task}] of run.tasks.entries()) {
        expect(task).toBe(`t${number}`);
        expect(model.before + (simulation.end[number] ?? 0)).toBeCloseTo(run.tasks[number]!.finish, 2);
      }
    }),
    {numRuns: 1000},
  );
});

test('tasks that compute all the time, or wait all the time, come out as they were', () => {
  const sharp = randomModel.map((model) => ({
    ...model,
    // long against the rounding of processor times
    nodes: model.nodes.map((node) => ({
      ...node,
      work: {ms: node.work.ms * 100, width: node.work.width >= 0.5 ? 1 : 0},
    })),
  }));
  fc.assert(
    fc.property(sharp, (model) => {
      const works = intrinsicWorks(recordedRun(model));
      for (const {id, work} of model.nodes) {
        const found = works.get(id as NodeId)!.work;
        expect(Math.abs(found.ms - work.ms)).toBeLessThanOrEqual(0.02 * work.ms);
        expect(found.width).toBeCloseTo(work.width, 1);
      }
    }),
    {numRuns: 500},
  );
});
