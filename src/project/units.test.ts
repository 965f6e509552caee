import {expect, test} from 'vitest';
import {byteSize, durationMs} from './units.ts';

test.each([
  [90, 90_000],
  [0.5, 500],
  ['90', 90_000],
  ['90s', 90_000],
  ['2m', 120_000],
  ['1h30m', 5_400_000],
  ['500ms', 500],
  ['1.5s', 1500],
  [' 1 m 30 s ', 90_000],
  ['', undefined],
  ['soon', undefined],
  ['5 minutes', undefined],
  ['-5s', undefined],
  [-1, undefined],
  [true, undefined],
])('durationMs(%j) is %j', (value, ms) => {
  expect(durationMs(value)).toBe(ms);
});

test.each([
  [1024, 1024],
  ['512MB', 512_000_000],
  ['2GiB', 2 ** 31],
  ['2g', 2 ** 31],
  ['1.5 KiB', 1536],
  ['7', 7],
  ['2 gigs', undefined],
  [1.5, undefined],
  [-1, undefined],
])('byteSize(%j) is %j', (value, bytes) => {
  expect(byteSize(value)).toBe(bytes);
});
