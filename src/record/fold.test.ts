import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {anyRun, planOfTasks, runStarted} from '../../test/support/run-events.ts';
import type {NodeId} from '../plan/plan.ts';
import type {RunEvent} from './events.ts';
import {foldEvents, RunFold} from './fold.ts';
import type {Run} from './run.ts';

const build = 'build' as NodeId;
const log = {file: '1.log', start: 0, end: 0};
const failed = {kind: 'exit', code: 1} as const;
const passed = {kind: 'exit', code: 0} as const;

/** A task that fails, is tried again, and passes. */
const flaky: readonly RunEvent[] = [
  runStarted(),
  {kind: 'task-started', time: 10, task: build, attempt: 1, log},
  {kind: 'command-started', time: 11, task: build, attempt: 1, command: 0, line: 'tsc', pid: 9},
  {kind: 'command-finished', time: 20, task: build, attempt: 1, command: 0, end: failed},
  {kind: 'task-retrying', time: 21, task: build, attempt: 1, delayMs: 9, end: failed},
  {kind: 'task-started', time: 30, task: build, attempt: 2, log: {...log, start: 5}},
  {kind: 'command-started', time: 31, task: build, attempt: 2, command: 0, line: 'tsc', pid: 10},
  {kind: 'command-finished', time: 40, task: build, attempt: 2, command: 0, end: passed},
  {kind: 'task-finished', time: 41, task: build, status: 'passed', attempts: 2, flaky: true, end: passed, log},
  {kind: 'notice', time: 42, level: 'warning', code: 'W_LEFTOVER', message: 'left', task: build},
  {kind: 'run-finished', time: 50, status: 'passed', exitCode: 0},
];

/** A line a span, indented by its parents: `command 11-20 failed tsc`. */
function spanLines(run: Run): readonly string[] {
  const depth = (id: number | undefined): number => (id === undefined ? 0 : 1 + depth(run.spans[id]!.parent));
  return run.spans.map(({kind, parent, task, label, start, end, ok}) =>
    `${'  '.repeat(depth(parent))}${kind} ${start}-${end} ${ok ? 'ok' : 'failed'} ${label ?? task ?? ''}`.trimEnd(),
  );
}

test('spans nest, attempt by attempt', () => {
  expect(spanLines(foldEvents(flaky)!)).toMatchInlineSnapshot(`
    [
      "run 0-50 ok",
      "  config 0-1 ok",
      "  plan 1-2 ok",
      "  task 10-41 ok build",
      "    attempt 10-21 failed build",
      "      command 11-20 failed tsc",
      "    attempt 30-41 ok build",
      "      command 31-40 ok tsc",
    ]
  `);
});

test('a run is what its first and last events say, and what happened to each task', () => {
  const {spans: _spans, plan: _plan, ...rest} = foldEvents(flaky)!;
  expect(rest).toMatchInlineSnapshot(`
    {
      "at": 1700000000000,
      "command": [
        "run",
        "build",
      ],
      "exitCode": 0,
      "format": 1,
      "id": "0run",
      "jobs": 4,
      "notices": [
        {
          "code": "W_LEFTOVER",
          "level": "warning",
          "message": "left",
          "task": "build",
        },
      ],
      "root": "/project",
      "status": "passed",
      "tasks": [
        {
          "attempts": 2,
          "end": {
            "code": 0,
            "kind": "exit",
          },
          "finish": 41,
          "flaky": true,
          "log": {
            "end": 0,
            "file": "1.log",
            "start": 0,
          },
          "start": 10,
          "status": "passed",
          "task": "build",
        },
      ],
      "version": "1.0.0",
      "wallMs": 50,
    }
  `);
});

test('events that stop in the middle make an interrupted run', () => {
  const run = foldEvents(flaky.slice(0, 7))!;
  expect(run).toMatchObject({status: 'interrupted', exitCode: 137, wallMs: 31});
  expect(run.tasks).toEqual([
    {
      task: build,
      status: 'cancelled',
      attempts: 2,
      flaky: false,
      reason: 'paceline was killed',
      log: {...log, start: 5},
      start: 10,
      finish: 31,
    },
  ]);
  expect(spanLines(run)).toMatchInlineSnapshot(`
    [
      "run 0-31 failed",
      "  config 0-1 ok",
      "  plan 1-2 ok",
      "  task 10-31 failed build",
      "    attempt 10-21 failed build",
      "      command 11-20 failed tsc",
      "    attempt 30-31 failed build",
      "      command 31-31 failed tsc",
    ]
  `);
});

test('tasks that have the names of spans keep their own', () => {
  const names = ['run', 'plan', 'config'] as NodeId[];
  const events = names.flatMap((task, index): RunEvent[] => [
    {kind: 'task-started', time: 10 * index + 10, task, attempt: 1, log},
    {kind: 'task-finished', time: 10 * index + 15, task, status: 'passed', attempts: 1, flaky: false},
  ]);
  const run = foldEvents([
    runStarted({plan: planOfTasks(...names)}),
    ...events,
    {kind: 'run-finished', time: 50, status: 'passed', exitCode: 0},
  ])!;
  expect(spanLines(run).filter((line) => !line.includes('attempt'))).toEqual([
    'run 0-50 ok',
    '  config 0-1 ok',
    '  plan 1-2 ok',
    '  task 10-15 ok run',
    '  task 20-25 ok plan',
    '  task 30-35 ok config',
  ]);
});

test('without a beginning there is no run', () => {
  expect(foldEvents([])).toBe(undefined);
  expect(foldEvents(flaky.slice(1))).toBe(undefined);
});

function assertWhole(run: Run, events: readonly RunEvent[]): void {
  const started = new Set(events.flatMap((event) => (event.kind === 'task-started' ? [event.task] : [])));
  const finished = new Set(events.flatMap((event) => (event.kind === 'task-finished' ? [event.task] : [])));
  expect(run.tasks.map((task) => task.task).sort()).toEqual([...new Set([...started, ...finished])].sort());
  for (const task of run.tasks) if (!finished.has(task.task)) expect(task.status).toBe('cancelled');
  for (const [id, span] of run.spans.entries()) {
    expect(span.id).toBe(id);
    expect(span.start).toBeLessThanOrEqual(span.end);
    expect(span.end).toBeLessThanOrEqual(run.wallMs);
    const parent = span.parent === undefined ? undefined : run.spans[span.parent]!;
    expect(parent === undefined).toBe(span.kind === 'run');
    if (parent === undefined) continue;
    expect(parent.id).toBeLessThan(id);
    expect(parent.start <= span.start && span.end <= parent.end).toBe(true);
    if (span.kind === 'command' || span.kind === 'attempt') expect(parent.task).toBe(span.task);
  }
  expect(run.status === 'interrupted').toBe(!events.some((event) => event.kind === 'run-finished'));
}

test('whatever part of a run is there, it makes a run', () => {
  fc.assert(
    fc.property(anyRun, fc.nat(), (events, cut) => {
      const some = events.slice(0, 1 + (cut % events.length));
      assertWhole(foldEvents(some)!, some);
      assertWhole(foldEvents(events)!, events);
    }),
  );
});

test('looking at a run while it goes on does not change it', () => {
  fc.assert(
    fc.property(anyRun, (events) => {
      const [first, ...rest] = events;
      const fold = new RunFold(first as ReturnType<typeof runStarted>);
      for (const event of rest) {
        fold.run();
        fold.add(event);
      }
      expect(fold.run()).toEqual(foldEvents(events));
    }),
  );
});

test('lost lines of a journal do not stop the fold', () => {
  fc.assert(
    fc.property(anyRun, fc.array(fc.boolean(), {minLength: 60}), (events, lost) => {
      const some = events.filter((_, index) => index === 0 || lost[index % lost.length] !== true);
      expect(foldEvents(some)).toMatchObject({id: '0run'});
    }),
  );
});
