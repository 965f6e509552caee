import {expect, test} from 'vitest';
import {barsOf, type Case, errorsOf} from './score.ts';

const caseOf = (more: Partial<Case>): Case => ({
  family: 'sleep',
  pipeline: 'one',
  change: '--drop a',
  earlierMs: [1000, 1000, 1000],
  predictedMs: 800,
  naive: {same: 1000, subtracted: 500},
  rounds: [{before: 1000, changed: 800, after: 1000}],
  ...more,
});

test('a machine that became slower is not held against a prediction', () => {
  const {raw, corrected, same, subtracted} = errorsOf(caseOf({rounds: [{before: 1900, changed: 1600, after: 2100}]}));
  expect(raw).toBeCloseTo(-0.5);
  expect(corrected).toBeCloseTo(0);
  expect(same).toBeCloseTo(0.25);
  expect(subtracted).toBeCloseTo(-0.375);
});

test('one round that went wrong does not decide', () => {
  const round = {before: 1000, changed: 800, after: 1000};
  expect(errorsOf(caseOf({rounds: [round, {...round, changed: 8000}, round]})).corrected).toBeCloseTo(0);
});

test('unchanged plans have a bar of their own, and each family has to beat whoever does not simulate', () => {
  const unchanged = caseOf({change: '', rounds: [{before: 1000, changed: 1000, after: 1000}]});
  const poor = caseOf({family: 'cpu', predictedMs: 1120});
  const bars = barsOf([unchanged, caseOf({}), poor]);
  expect(bars.map(({title, measured, met}) => [title, Number(measured.toFixed(3)), met])).toEqual([
    ['Unchanged plans, median', 0.2, false],
    ['Changed plans, median', 0.2, false],
    ['Changed plans, worst of 2', 0.4, false],
    ['sleep: the better of the naive predictors', 0, true],
    ['cpu: the better of the naive predictors', 0.4, false],
  ]);
});
