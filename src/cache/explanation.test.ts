import fc from 'fast-check';
import {expect, test} from 'vitest';
import {type Difference, differencesText, differenceText, type Explanation, nearest} from './explanation.ts';

function explanation(more: Partial<Explanation> = {}): Explanation {
  return {
    action: 'x',
    at: 0,
    commands: ['tsc'],
    settings: {format: '1', node: 'v24.0.0'},
    variables: {CI: '1'},
    files: {'src/a.ts': '1', 'src/b.ts': '1'},
    rootFiles: {'tsconfig.json': '1'},
    needs: {'lib#build': '1'},
    ...more,
  };
}

function told(before: Explanation, now: Explanation): readonly string[] {
  return nearest([before], now)!.differences.map(differenceText);
}

test.for<readonly [string, Partial<Explanation>, string]>([
  ['a changed file', {files: {'src/a.ts': '2', 'src/b.ts': '1'}}, 'src/a.ts changed'],
  ['a new file', {files: {'src/a.ts': '1', 'src/b.ts': '1', 'src/c.ts': '1'}}, 'src/c.ts added'],
  ['a removed file', {files: {'src/a.ts': '1'}}, 'src/b.ts removed'],
  [
    'a changed file of the root',
    {rootFiles: {'tsconfig.json': '2'}},
    'tsconfig.json changed (a file of the root counts for every task)',
  ],
  ['a changed variable', {variables: {CI: '2'}}, 'variable CI changed'],
  ['a new variable', {variables: {CI: '1', API: '1'}}, 'variable API added'],
  ['a variable that is not set any more', {variables: {}}, 'variable CI removed'],
  ['a changed result', {needs: {'lib#build': '2'}}, 'result of lib#build changed'],
  ['a new need', {needs: {'lib#build': '1', 'ui#build': '1'}}, 'result of ui#build added'],
  ['another command', {commands: ['tsc --strict']}, 'command changed'],
  [
    'another version of Node',
    {settings: {format: '1', node: 'v26.0.0'}},
    'version of Node changed: v24.0.0 -> v26.0.0',
  ],
  ['a tool', {settings: {format: '1', node: 'v24.0.0', 'tool:go': 'go1.24'}}, 'version of go changed: none -> go1.24'],
  ['a setting that goes', {settings: {format: '1'}}, 'version of Node changed: v24.0.0 -> none'],
])('%s', ([, more, text]) => {
  expect(told(explanation(), explanation(more))).toEqual([text]);
});

test('what says the same has no differences', () => {
  expect(told(explanation(), explanation({action: 'y', at: 5}))).toEqual([]);
});

test('names that every object has are names as any other', () => {
  expect(told(explanation({files: {}}), explanation({files: {constructor: '1', toString: '1'}}))).toEqual([
    'constructor added',
    'toString added',
  ]);
});

test('files come last, in order', () => {
  const now = explanation({files: {z: '1', a: '1'}, variables: {}, needs: {}, commands: []});
  expect(told(explanation({files: {}}), now)).toEqual([
    'command changed',
    'variable CI removed',
    'result of lib#build removed',
    'a added',
    'z added',
  ]);
});

test('the nearest has the fewest differences; of equals, the newest', () => {
  const far = explanation({action: 'far', files: {}, variables: {}});
  const near = explanation({action: 'near', variables: {CI: '2'}});
  const older = explanation({action: 'older', variables: {CI: '3'}});
  expect(nearest([far, near, older], explanation())?.explanation.action).toBe('near');
  expect(nearest([], explanation())).toBeUndefined();
});

const record = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('1', '2'));
const any = fc
  .record({files: record, rootFiles: record, variables: record, needs: record, settings: record})
  .map((more) => explanation(more));

test('there are no differences just where everything is the same; both ways as many', () => {
  fc.assert(
    fc.property(any, any, (one, other) => {
      const there = nearest([one], other)!.differences;
      const back = nearest([other], one)!.differences;
      expect(there.length).toBe(back.length);
      const opposite = {added: 'removed', removed: 'added', changed: 'changed'} as const;
      expect(
        there.map((found) => ('change' in found ? {...found, change: opposite[found.change]} : found.kind)),
      ).toEqual(back.map((found) => ('change' in found ? found : found.kind)));
      const same = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
      expect(there.length === 0).toBe(same);
    }),
  );
});

function sorted(value: object): unknown {
  return Object.entries(value)
    .map(([key, inner]) => [key, typeof inner === 'object' ? sorted(inner) : inner])
    .sort();
}

test('the first three are told, and how many more there are', () => {
  const found = ['a', 'b', 'c', 'd', 'e'].map((name): Difference => ({kind: 'file', change: 'changed', name}));
  expect(differencesText(found)).toBe('a changed, b changed, c changed and 2 more');
  expect(differencesText(found.slice(0, 2))).toBe('a changed, b changed');
  expect(differencesText(found, 1)).toBe('a changed and 4 more');
});
