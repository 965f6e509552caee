import {expect, test} from 'vitest';
import {runOf} from '../../test/support/run.ts';
import type {Run} from '../record/run.ts';
import type {Finding} from './finding.ts';
import {contextOf} from './rules/context.ts';
import {withSpread} from './spread.ts';

/** A build, and a test behind it that takes so long. */
function pipeline(ms: number, more: Partial<Run> = {}): Run {
  return runOf({build: {start: 0, end: 100}, test: {start: 100, end: 100 + ms, needs: ['build']}}, more);
}

const FINDING: Finding = {
  code: 'F_LONG_TASK',
  title: 'test is long',
  tasks: [],
  evidence: [],
  advice: '',
  impact: {ms: 500, source: 'assumed'},
  effort: 'low',
  risk: 'low',
  riskReason: '',
  changes: [{kind: 'speed', task: 'test', factor: 0.5}],
};

function impactOf(run: Run, earlier: readonly Run[], finding = FINDING): Finding['impact'] {
  return withSpread([finding], contextOf(run, earlier))[0]!.impact;
}

test('a gain varies as the runs do: from the least to the most that it would have been', () => {
  const earlier = [pipeline(800), pipeline(1400)];
  expect(impactOf(pipeline(1000), earlier)).toEqual({ms: 500, source: 'assumed', low: 400, high: 700});
});

test('runs that failed, or of another plan, say nothing', () => {
  const other = runOf({build: {start: 0, end: 100}, e2e: {start: 100, end: 9000}});
  const earlier = [pipeline(100, {status: 'failed'}), other];
  expect(impactOf(pipeline(1000), earlier)).toEqual(FINDING.impact);
  expect(impactOf(pipeline(1000), [])).toEqual(FINDING.impact);
});

test('what cannot be simulated has no spread', () => {
  const plain = {...FINDING, changes: []};
  expect(impactOf(pipeline(1000), [pipeline(800)], plain)).toEqual(FINDING.impact);
});
