import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {anyRun, planOfTasks, runStarted} from '../../test/support/run-events.ts';
import type {NodeId} from '../plan/plan.ts';
import type {RunEvent, Usage} from './events.ts';
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
      "    retry 21-30 ok build",
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
      "format": 2,
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
      "    retry 21-30 ok build",
      "    attempt 30-31 failed build",
      "      command 31-31 failed tsc",
    ]
  `);
});

/** What is known of a task only when it has ended, and what paceline did for the whole run. */
const cachedAndStored: readonly RunEvent[] = [
  runStarted({plan: planOfTasks('lib', 'build', 'late')}),
  {kind: 'step-finished', time: 5, step: 'index', start: 4},
  {
    kind: 'task-finished',
    time: 16,
    task: 'lib' as NodeId,
    status: 'cached',
    attempts: 0,
    flaky: false,
    times: {free: 5, slot: 8, lookup: {start: 9, end: 11}, restore: {start: 11, end: 15}},
  },
  {kind: 'task-started', time: 20, task: build, attempt: 1, log},
  {kind: 'command-started', time: 21, task: build, attempt: 1, command: 0, line: 'echo', pid: 9, role: 'before'},
  {kind: 'command-finished', time: 22, task: build, attempt: 1, command: 0, end: passed},
  {kind: 'command-started', time: 23, task: build, attempt: 1, command: 1, line: 'tsc', pid: 10},
  {kind: 'command-finished', time: 24, task: build, attempt: 1, command: 1, end: passed},
  {
    kind: 'task-finished',
    time: 30,
    task: build,
    status: 'passed',
    attempts: 1,
    flaky: false,
    times: {free: 16, slot: 16, lookup: {start: 17, end: 19}, store: {start: 25, end: 29}},
  },
  {
    kind: 'task-finished',
    time: 31,
    task: 'late' as NodeId,
    status: 'blocked',
    attempts: 0,
    flaky: false,
    times: {free: 31},
  },
  {kind: 'step-finished', time: 35, step: 'finish', start: 32},
  {kind: 'run-finished', time: 36, status: 'passed', exitCode: 0},
];

test('waiting, lookups, restoring and storing are spans; a cached task has a start, one that never got a slot has none', () => {
  const run = foldEvents(cachedAndStored)!;
  expect(spanLines(run)).toMatchInlineSnapshot(`
    [
      "run 0-36 ok",
      "  config 0-1 ok",
      "  plan 1-2 ok",
      "  index 4-5 ok",
      "  task 8-16 ok lib",
      "  wait 5-8 ok lib",
      "    lookup 9-11 ok lib",
      "    restore 11-15 ok lib",
      "  task 16-30 ok build",
      "    attempt 20-25 ok build",
      "      hook 21-22 ok echo",
      "      command 23-24 ok tsc",
      "    lookup 17-19 ok build",
      "    store 25-29 ok build",
      "  finish 32-35 ok",
    ]
  `);
  expect(run.tasks.map(({task, start}) => [task, start])).toEqual([
    ['lib', 8],
    ['build', 16],
    ['late', undefined],
  ]);
});

test('a run that ends in the pause before another attempt: the attempt ended when the pause began', () => {
  const stopped: RunEvent = {
    kind: 'task-finished',
    time: 25,
    task: build,
    status: 'cancelled',
    attempts: 1,
    flaky: false,
  };
  const ended = spanLines(
    foldEvents([
      ...flaky.slice(0, 5),
      stopped,
      {kind: 'run-finished', time: 26, status: 'interrupted', exitCode: 130},
    ])!,
  );
  const notice: RunEvent = {kind: 'notice', time: 25, level: 'info', code: 'W_LEFTOVER', message: 'late'};
  const killed = spanLines(foldEvents([...flaky.slice(0, 5), notice])!);
  for (const lines of [ended, killed])
    expect(lines.slice(3)).toEqual([
      '  task 10-25 failed build',
      '    attempt 10-21 failed build',
      '      command 11-20 failed tsc',
      '    retry 21-25 failed build',
    ]);
});

test('usage is that of all commands; what one of them does not tell is not told of the task', () => {
  const command = (number: number, usage: Usage | undefined): RunEvent[] => [
    {kind: 'command-started', time: 11, task: build, attempt: 1, command: number, line: 'tsc', pid: 9},
    {
      kind: 'command-finished',
      time: 12,
      task: build,
      attempt: 1,
      command: number,
      end: passed,
      ...(usage !== undefined && {usage}),
    },
  ];
  const usageOf = (...usages: readonly (Usage | undefined)[]): Usage | undefined =>
    foldEvents([...flaky.slice(0, 2), ...usages.flatMap((usage, number) => command(number, usage)), flaky[8]!])!
      .tasks[0]!.usage;
  expect(usageOf(undefined)).toBe(undefined);
  expect(
    usageOf(
      {cpuMs: 10, readBytes: 1, peakMemoryBytes: 5},
      {cpuMs: 20, writtenBytes: 7, peakMemoryBytes: 9, shared: true},
    ),
  ).toEqual({
    cpuMs: 30,
    peakMemoryBytes: 9,
    shared: true,
  });
  expect(usageOf({cpuMs: 10}, {peakMemoryBytes: 9}, {cpuMs: 5})).toEqual({peakMemoryBytes: 9});
});

test('what is known of a task when the program is killed is kept', () => {
  const events: RunEvent[] = [
    ...flaky.slice(0, 1),
    {kind: 'cache-missed', time: 9, task: build, reason: 'src/a.ts changed', differences: ['src/a.ts']},
    ...flaky.slice(1, 3),
    {kind: 'command-finished', time: 20, task: build, attempt: 1, command: 0, end: passed, usage: {cpuMs: 10}},
    {kind: 'task-ready', time: 21, task: build},
  ];
  expect(foldEvents(events)!.tasks).toMatchObject([
    {
      status: 'cancelled',
      missed: 'src/a.ts changed',
      missedBy: ['src/a.ts'],
      ready: 21,
      usage: {cpuMs: 10},
      finish: 21,
    },
  ]);
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
