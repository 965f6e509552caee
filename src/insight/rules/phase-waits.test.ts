import {expect, test} from 'vitest';
import {runOf} from '../../../test/support/run.ts';
import {type PhaseWait, phaseWaitsOf} from './phase-waits.ts';

const lines = (waits: readonly PhaseWait[]): readonly string[] =>
  waits.map(({from, to, sources, targets}) => `${from}>${to} ${[...sources]}>${[...targets]}`).sort();

test('puts the waits of tasks together by phase, and tells needs from what is only written', () => {
  const {needs, written} = phaseWaitsOf(
    runOf({
      'a#build': {},
      'b#build': {needs: ['a#build']},
      'a#test': {needs: ['a#build'], behind: ['b#build']},
      'b#test': {needs: ['b#build']},
    }),
  );
  expect(lines(needs)).toEqual(['build>build a#build>b#build', 'build>test a#build,b#build>a#test,b#test']);
  expect(lines(written)).toEqual(['build>test b#build>a#test']);
});

test('goes through groups: a written edge anywhere on the way makes it written', () => {
  const {needs, written} = phaseWaitsOf(
    runOf({
      lint: {},
      types: {},
      inner: {group: true, needs: ['lint'], behind: ['types']},
      outer: {group: true, needs: ['inner']},
      test: {needs: ['outer']},
    }),
  );
  expect(lines(needs)).toEqual(['lint>test lint>test']);
  expect(lines(written)).toEqual(['types>test types>test']);
});

test('a written edge in front of a group makes needs behind it written; a hook of its phase is neither', () => {
  const {needs, written} = phaseWaitsOf(
    runOf({
      lint: {},
      check: {group: true, needs: ['lint']},
      test: {behind: ['check']},
      coverage: {hookOf: ['test']},
      pack: {needs: ['test'], hookOf: ['coverage']},
    }),
  );
  expect(lines(needs)).toEqual(['test>pack test>pack']);
  expect(lines(written)).toEqual(['coverage>pack coverage>pack', 'lint>test lint>test']);
});

test('groups in a circle end', () => {
  const run = runOf({a: {}, g: {group: true, needs: ['h', 'a']}, h: {group: true, needs: ['g']}, b: {needs: ['h']}});
  expect(lines(phaseWaitsOf(run).needs)).toEqual(['a>b a>b']);
});
