import {expect, test} from 'vitest';
import {differenceOf, ratioOf, spreadOf} from './statistics.ts';

test('the median of an even number of values lies between the middle two', () => {
  expect(spreadOf([4, 1, 3, 2])).toEqual({median: 2.5, min: 1, max: 4});
  expect(spreadOf([7])).toEqual({median: 7, min: 7, max: 7});
  expect(() => spreadOf([])).toThrow(RangeError);
});

test('ratios and differences are taken round by round, so a slow round moves neither', () => {
  expect(ratioOf([10, 100, 10], [5, 50, 5])).toBe(2);
  expect(differenceOf([10, 105, 12], [5, 100, 7])).toBe(5);
});
