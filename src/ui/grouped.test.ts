import {expect, test} from 'vitest';
import {runStarted} from '../../test/support/run-events.ts';
import {displayContext, screen} from '../../test/support/screen.ts';
import type {NodeId} from '../plan/plan.ts';
import type {RunEvent} from '../record/events.ts';
import type {DisplayContext} from './display.ts';
import {groupedDisplay} from './grouped.ts';

const LOG = 'compiling\nno newline at the end';
const [lint, build, test_] = ['lint', 'build', 'test'] as NodeId[];
const exit1 = {kind: 'exit', code: 1} as const;
const events: readonly RunEvent[] = [
  runStarted(),
  {
    kind: 'notice',
    time: 4,
    level: 'warning',
    code: 'W_OTHER_RUN',
    message: 'Another run is under way in this checkout.',
  },
  {kind: 'task-started', time: 5, task: lint!, attempt: 1, log: {file: '1.log', start: 0, end: 0}},
  {
    kind: 'task-finished',
    time: 15,
    task: lint!,
    status: 'passed',
    attempts: 1,
    flaky: false,
    log: {file: '1.log', start: 0, end: 10},
  },
  {kind: 'task-started', time: 20, task: build!, attempt: 1, log: {file: '1.log', start: 0, end: 0}},
  {kind: 'task-retrying', time: 30, task: build!, attempt: 1, delayMs: 1000, end: exit1},
  {kind: 'task-started', time: 1030, task: build!, attempt: 2, log: {file: '1.log', start: 0, end: 0}},
  {
    kind: 'task-finished',
    time: 1040,
    task: build!,
    status: 'failed',
    attempts: 2,
    flaky: false,
    end: exit1,
    log: {file: '1.log', start: 0, end: LOG.length},
  },
  {kind: 'run-stopping', time: 1041, reason: 'failure', forced: false},
  {
    kind: 'task-finished',
    time: 1042,
    task: test_!,
    status: 'blocked',
    attempts: 0,
    flaky: false,
    reason: 'build did not succeed',
  },
  {kind: 'run-stopping', time: 1043, reason: 'signal', signal: 'SIGINT', forced: false},
];

function shown(more: Partial<DisplayContext> = {}): string {
  const on = screen();
  const {listener} = groupedDisplay(displayContext(on, LOG, more));
  for (const event of events) listener(event);
  return on.text();
}

test('the log of what failed in one piece, when it is done', () => {
  expect(shown()).toMatchInlineSnapshot(`
    "warning Another run is under way in this checkout. W_OTHER_RUN
    build: attempt 1 failed, next in 1.00 s
    ✗ build 1.02 s  exit 1, 2 attempts
    compiling
    no newline at the end

    · test  blocked: build did not succeed
    Got SIGINT: stopping; once more kills at once.
    "
  `);
});

test('all logs, in folds where these are understood', () => {
  const lines = shown({shown: 'all', groups: true}).split('\n');
  expect(lines.filter((line) => line.startsWith('::'))).toEqual([
    '::group::✓ lint 10 ms',
    '::endgroup::',
    '::group::✗ build 1.02 s  exit 1, 2 attempts',
    '::endgroup::',
  ]);
  expect(lines.filter((line) => line === 'compiling')).toHaveLength(2);
});

test('no logs', () => {
  expect(shown({shown: 'none'})).not.toContain('compiling');
});

test('no escape codes reach a file', () => {
  expect(shown({shown: 'all'})).not.toContain('\x1b');
});
