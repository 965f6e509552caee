import fc from 'fast-check';
import {expect, test} from 'vitest';
import {HASHED_NAMES, NameList, PASSED_NAMES} from './environment-names.ts';

function having(names: readonly string[], candidates: readonly string[]): readonly string[] {
  const list = new NameList(names);
  return candidates.filter((name) => list.has(name));
}

test.for<readonly [readonly string[], readonly string[], readonly string[]]>([
  [['A'], ['A', 'AB', 'BA', 'a', ''], ['A']],
  [['A_*'], ['A_', 'A_B', 'A', 'B_A_C'], ['A_', 'A_B']],
  [['*'], ['A', ''], ['A', '']],
  [['*_URL'], ['API_URL', '_URL', 'URL', 'API_URLS'], ['API_URL', '_URL']],
  [['A_*_B'], ['A_X_B', 'A__B', 'A_B', 'A_X_C'], ['A_X_B', 'A__B']],
  [
    ['A*', '!AB'],
    ['A', 'AB', 'ABC'],
    ['A', 'ABC'],
  ],
  [
    ['!AB', 'A*'],
    ['A', 'AB', 'ABC'],
    ['A', 'ABC'],
  ],
  [['A*', '!AB*'], ['A', 'AB', 'ABC'], ['A']],
  [['!A'], ['A', 'B'], []],
  [[], ['A'], []],
  [['A.B'], ['A.B', 'AxB'], ['A.B']],
  [['A(*)'], ['A(b)', 'Ab'], ['A(b)']],
])('%j of %j', ([names, candidates, found]) => {
  expect(having(names, candidates)).toEqual(found);
});

test('a star stands for any text, and every other letter for itself', () => {
  const letters = fc.string({unit: fc.constantFrom('A', 'B', '_', '*', '.', '+'), maxLength: 6});
  const plain = fc.string({unit: fc.constantFrom('A', 'B', '_', '.', '+'), maxLength: 6});
  /** The obvious way, one letter after the other. */
  const matches = (pattern: string, name: string): boolean => {
    if (pattern === '') return name === '';
    const rest = pattern.slice(1);
    if (pattern.startsWith('*')) return matches(rest, name) || (name !== '' && matches(pattern, name.slice(1)));
    return name.startsWith(pattern[0]!) && matches(rest, name.slice(1));
  };
  fc.assert(
    fc.property(letters, plain, (pattern, name) => {
      expect(new NameList([pattern]).has(name)).toBe(matches(pattern, name));
    }),
    {numRuns: 1000},
  );
});

test('nothing is both hashed and only passed', () => {
  const hashed = new NameList(HASHED_NAMES);
  expect(PASSED_NAMES.filter((name) => hashed.has(name.replace('*', 'X')))).toEqual([]);
});
