import {expect, test} from 'vitest';
import {runOf} from '../../test/support/run.ts';
import {NO_BUDGET} from './budget.ts';
import {findingsOf} from './findings.ts';
import {contextOf} from './rules/context.ts';

test('of all rules, what gains most first', () => {
  const run = runOf({
    lint: {start: 0, end: 500, line: 'eslint .', cacheable: false},
    test: {start: 500, end: 20_500, behind: ['lint'], cpu: 20_000},
  });
  const findings = findingsOf(contextOf(run, []), {...NO_BUDGET, totalMs: 1000});
  expect(findings.map(({code}) => code)).toEqual([
    'F_FAT_TASK',
    'F_LONG_TASK',
    'F_SERIAL_ORDER',
    'F_UNCACHED',
    'F_OVER_BUDGET',
  ]);
  const gains = findings.map(({impact}) => impact.ms);
  expect(gains).toEqual(gains.toSorted((one, other) => other - one));
});

test('of nothing, nothing', () => {
  expect(findingsOf(contextOf(runOf({}), []), NO_BUDGET)).toEqual([]);
});
