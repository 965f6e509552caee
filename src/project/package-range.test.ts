import fc from 'fast-check';
import {satisfies} from 'semver';
import {expect, test} from 'vitest';
import {rangeMayLink} from './package-range.ts';

const number = fc.nat({max: 3});
const version = fc.tuple(number, number, number).map((parts) => parts.join('.'));
const partial = fc.oneof(
  version,
  fc.tuple(number, number).map((parts) => parts.join('.')),
  number.map(String),
  fc.tuple(number, fc.constantFrom('x', '*')).map((parts) => parts.join('.')),
  fc.tuple(number, number, fc.constantFrom('x', '*')).map((parts) => parts.join('.')),
);

test('decides plain ranges as semver does', () => {
  const range = fc
    .tuple(fc.constantFrom('', '^', '~', '~>', '>=', '>', '<', '<=', '=', '^ ', '>= '), partial)
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(range, version, (wanted, given) => {
      expect(rangeMayLink(wanted, given)).toBe(satisfies(given, wanted, true));
    }),
    {numRuns: 3000},
  );
});

test('takes what it cannot decide for a link', () => {
  for (const range of ['*', '', 'latest', '1 || 2', '1 - 2', '>=1 <2', '^1.0.0-beta'])
    expect(rangeMayLink(range, '9.9.9'), range).toBe(true);
  expect(rangeMayLink('^1.0.0', undefined)).toBe(true);
  expect(rangeMayLink('^1.0.0', '2.0.0-rc.1')).toBe(true);
});
