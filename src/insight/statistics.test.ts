import {expect, test} from 'vitest';
import {bootstrapInterval, deviation, median, quantile, randomNumbers, studentQuantile} from './statistics.ts';

test('quantiles, as R gives them for type 7', () => {
  const numbers = [15, 20, 35, 40, 50];
  expect([0, 0.05, 0.4, 0.5, 0.9, 1].map((part) => quantile(numbers, part))).toEqual([15, 16, 29, 35, 46, 50]);
  expect(quantile([3, 1, 2, 4], 0.25)).toBe(1.75);
  expect(quantile([7], 0.9)).toBe(7);
  expect(quantile([], 0.5)).toBeUndefined();
});

test('the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([10, 9, 100])).toBe(10);
  expect(median([])).toBeUndefined();
});

test('standard deviation of a sample', () => {
  expect(deviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(2.13809, 5);
  expect(deviation([3])).toBe(0);
});

test("Student's t, as tables have it", () => {
  for (const [freedom, value] of [
    [7, 2.365],
    [11, 2.201],
    [29, 2.045],
    [1000, 1.962],
  ] as const)
    expect(Math.abs(studentQuantile(freedom) - value) / value).toBeLessThan(0.01);
});

test('numbers by chance are the same for a seed, between 0 and 1, and spread', () => {
  const draw = (seed: number) => Array.from({length: 1000}, randomNumbers(seed));
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  expect(draw(3).every((one) => one >= 0 && one < 1)).toBe(true);
  const tenths = Map.groupBy(draw(4), (one) => Math.floor(one * 10));
  expect([...tenths.values()].every(({length}) => length > 60 && length < 140)).toBe(true);
});

test('an interval is the same for the same numbers, holds the statistic, and gets narrower with more confidence lost', () => {
  const difference = (one: readonly number[], other: readonly number[]) => median(other)! - median(one)!;
  const [before, after] = [
    [10, 11, 12, 13, 14, 15],
    [20, 21, 22, 23, 24, 25],
  ];
  const wide = bootstrapInterval(before, after, difference);
  expect(wide).toEqual(bootstrapInterval(before, after, difference));
  expect(wide.low).toBeLessThan(10);
  expect(wide.high).toBeGreaterThan(10);
  expect(wide.low).toBeGreaterThan(4);
  const narrow = bootstrapInterval(before, after, difference, 0.5);
  expect(narrow.high - narrow.low).toBeLessThan(wide.high - wide.low);
});
