import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {compareUtf8, inOrder} from './order.ts';

// few characters, so that texts often begin alike: on both sides of the surrogates, and behind them
const text = fc.string({unit: fc.constantFrom('a', 'b', 'é', '\ud7ff', '\ue000', '\uffff', '😀', '😁', '\u{10ffff}')});

test('compares as the UTF-8 bytes compare', () => {
  fc.assert(
    fc.property(text, text, (one, other) => {
      expect(Math.sign(compareUtf8(one, other))).toBe(Buffer.compare(Buffer.from(one), Buffer.from(other)));
    }),
    {numRuns: 2000},
  );
});

test('puts a list in order, equal keys as they came, and gives back one that is', () => {
  const list = [
    {key: 'b', place: 0},
    {key: 'a', place: 1},
    {key: 'b', place: 2},
    {key: 'a', place: 3},
  ];
  const sorted = inOrder(list, ({key}) => key);
  expect(sorted.map(({place}) => place)).toEqual([1, 3, 0, 2]);
  expect(inOrder(sorted, ({key}) => key)).toBe(sorted);
});
