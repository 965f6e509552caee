import {expect, test} from 'vitest';
import {whyOf} from './outcome.ts';

const exit1 = {kind: 'exit', code: 1} as const;

test.each([
  [{kind: 'exit', code: 2} as const, 'exit 2'],
  [{kind: 'exit', code: 127} as const, 'exit 127 (command not found)'],
  [{kind: 'signal', signal: 'SIGKILL'} as const, 'ended by SIGKILL'],
  [{kind: 'timeout', limitMs: 90_000, of: 'phase'} as const, 'over the time limit of the phase, 1 min 30 s'],
  [{kind: 'unstartable', reason: 'no such program'} as const, 'no such program'],
])('%j', (end, text) => {
  expect(whyOf({status: 'failed', flaky: false, attempts: 1, end})).toBe(text);
});

test('says why a task ended as it did', () => {
  const base = {flaky: false, attempts: 1} as const;
  expect(whyOf({...base, status: 'passed', end: {kind: 'exit', code: 0}})).toBe('');
  expect(whyOf({...base, status: 'passed', flaky: true, attempts: 3})).toBe('flaky: passed at attempt 3');
  expect(whyOf({...base, status: 'failed', end: exit1})).toBe('exit 1');
  expect(whyOf({...base, status: 'failed', end: exit1, attempts: 2})).toBe('exit 1, 2 attempts');
  expect(whyOf({...base, status: 'tolerated', end: exit1})).toBe('failed (exit 1), which this phase allows');
  expect(whyOf({...base, status: 'blocked', reason: 'a did not succeed'})).toBe('blocked: a did not succeed');
  expect(whyOf({...base, status: 'cancelled'})).toBe('cancelled');
  expect(whyOf({...base, status: 'stopped', end: {kind: 'signal', signal: 'SIGTERM'}})).toBe('');
});
