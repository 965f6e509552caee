import {expect, test} from 'vitest';
import {runOf, type TaskSketch} from '../../test/support/run.ts';
import type {Run} from '../record/run.ts';
import {compare} from './compare.ts';
import {randomNumbers} from './statistics.ts';

function run(ms: number, more: Parameters<typeof runOf>[1] = {}, task: Partial<TaskSketch> = {}): Run {
  return runOf({build: {start: 0, end: ms, ...task}}, more);
}

const runs = (...times: readonly number[]): readonly Run[] => times.map((ms) => run(ms));

test('a change beyond the noise of both sides', () => {
  const {total, tasks} = compare(runs(100, 101, 102, 99), runs(120, 121, 119, 122));
  expect(total).toMatchObject({before: 100.5, after: 120.5, verdict: 'outside'});
  expect(total.ratio).toBeCloseTo(0.199, 3);
  expect(total.interval!.low).toBeGreaterThan(0.1);
  expect(tasks).toMatchObject([{task: 'build', verdict: 'outside'}]);
  expect(compare(runs(120, 121, 119, 122), runs(100, 101, 102, 99)).total.verdict).toBe('outside');
});

test('a change within it', () => {
  expect(compare(runs(100, 130, 90, 110), runs(105, 125, 95, 120)).total.verdict).toBe('within');
});

test('too few runs say nothing, unless earlier ones show the noise', () => {
  const usual = runs(100, 103, 98, 101, 99, 102, 97, 100);
  expect(compare(runs(100), runs(150)).total).toMatchObject({ratio: 0.5, verdict: 'unknown'});
  expect(compare(runs(100), runs(150), usual.slice(1)).total.verdict).toBe('unknown');
  expect(compare(runs(100), runs(150), usual).total.verdict).toBe('outside');
  expect(compare(runs(100), runs(104), usual).total.verdict).toBe('within');
});

test('tasks: what moved most first, hits and failures measure nothing, nor does what is on one side only', () => {
  const before = runOf({
    a: {start: 0, end: 100},
    b: {start: 0, end: 100},
    c: {start: 0, end: 5, status: 'cached'},
    gone: {start: 0, end: 50},
  });
  const after = runOf({
    a: {start: 0, end: 110},
    b: {start: 0, end: 300},
    c: {start: 0, end: 90},
    fresh: {start: 0, end: 20},
  });
  const {tasks, hits} = compare([before], [after]);
  expect(tasks.map(({task, before: from, after: to, ratio}) => [task, from, to, ratio])).toEqual([
    ['b', 100, 300, 2],
    ['c', undefined, 90, undefined],
    ['gone', 50, undefined, undefined],
    ['fresh', undefined, 20, undefined],
    ['a', 100, 110, 0.1],
  ]);
  expect(hits).toEqual({before: 0.25, after: 0});
});

test('critical paths of both, and what differs between the machines', () => {
  const path = (long: string, short: string): Run =>
    runOf(
      {[long]: {start: 0, end: 100}, [short]: {start: 0, end: 50}},
      {cores: long === 'a' ? 4 : 8, jobs: long === 'a' ? 2 : 3},
    );
  const {oldPath, newPath, machine} = compare([path('a', 'b')], [path('b', 'a')]);
  expect([oldPath, newPath]).toEqual([['a'], ['b']]);
  expect(machine).toEqual(['4 cores before, 8 after', '2 jobs before, 3 after']);
});

test('of nothing', () => {
  expect(compare([], [])).toMatchObject({total: {before: undefined, verdict: 'unknown'}, tasks: [], oldPath: []});
  expect(compare(runs(0, 0, 0, 0), runs(1, 1, 1, 1)).total.verdict).toBe('unknown');
});

/** The share of comparisons of noise with noise that are called a change. */
function falseAlarms(draw: () => number, [before, after, usual]: readonly [number, number, number]): number {
  const group = (size: number): readonly Run[] => Array.from({length: size}, () => runOf({}, {wallMs: draw()}));
  const comparisons = 400;
  let alarms = 0;
  for (let time = 0; time < comparisons; time++)
    if (compare(group(before), group(after), group(usual)).total.verdict === 'outside') alarms++;
  return alarms / comparisons;
}

test('noise is rarely called a change', () => {
  const random = randomNumbers(7);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const noises = {
    normal: () => 10_000 * (1 + 0.05 * normal()),
    skewed: () => 10_000 * Math.exp(0.1 * normal()),
  };
  for (const [name, draw] of Object.entries(noises))
    for (const sizes of [
      [4, 4, 0],
      [1, 1, 8],
      [1, 3, 20],
    ] as const) {
      const share = falseAlarms(draw, sizes);
      console.info(
        `${name} noise, ${sizes[0]} against ${sizes[1]} runs, ${sizes[2]} usual: ${(share * 100).toFixed(1)} % outside`,
      );
      expect(share).toBeLessThan(0.09);
    }
});
