import {expect, test} from 'vitest';
import {planOfTasks, runStarted} from '../../test/support/run-events.ts';
import {displayContext, screen} from '../../test/support/screen.ts';
import type {NodeId, Plan} from '../plan/plan.ts';
import type {RunEvent, RunStatus, TaskFinished} from '../record/events.ts';
import {foldEvents} from '../record/fold.ts';
import type {Run} from '../record/run.ts';
import {criticalPath, printSummary} from './summary.ts';

type Outcome = Partial<TaskFinished> & {readonly at?: number; readonly ms?: number};

/** A run of tasks that ended like this; without `ms` they never started. */
function runOf(tasks: Readonly<Record<string, Outcome>>, more: {status?: RunStatus; plan?: Plan} = {}): Run {
  const status = more.status ?? 'passed';
  const events = Object.entries(tasks).flatMap(([name, {at = 10, ms, ...outcome}]): RunEvent[] => {
    const task = name as NodeId;
    const log = {file: '1.log', start: 0, end: 0};
    const started: RunEvent = {kind: 'task-started', time: at, task, attempt: 1, log};
    const finished: RunEvent = {
      kind: 'task-finished',
      time: at + (ms ?? 0),
      task,
      status: 'passed',
      attempts: 1,
      flaky: false,
      ...outcome,
    };
    return ms === undefined ? [finished] : [started, finished];
  });
  const plan = more.plan ?? planOfTasks(...Object.keys(tasks));
  return foldEvents([
    runStarted({plan}),
    ...events,
    {kind: 'run-finished', time: 5000, status, exitCode: status === 'passed' ? 0 : 1},
  ])!;
}

function shown(run: Run, log = '', more: Parameters<typeof displayContext>[2] = {}): string {
  const on = screen();
  printSummary(displayContext(on, log, more), run);
  return on.text();
}

const exit2 = {kind: 'exit', code: 2} as const;

test('a line a task, then what failed, then the total', () => {
  const run = runOf(
    {
      'lib#build': {ms: 1200},
      'web#build': {
        ms: 800,
        status: 'failed',
        end: exit2,
        line: 'tsc -p .',
        attempts: 2,
        log: {file: '1.log', start: 0, end: 12},
      },
      'web#test': {status: 'blocked', attempts: 0, reason: 'web#build did not succeed'},
      'web#lint': {ms: 90, flaky: true, attempts: 3},
      'web#docs': {ms: 5, status: 'tolerated', end: {kind: 'signal', signal: 'SIGSEGV'}},
      setup: {status: 'skipped', attempts: 0, reason: 'lib does not exist'},
      server: {ms: 4000, status: 'stopped'},
      deploy: {status: 'cancelled', attempts: 0, reason: 'another task failed'},
    },
    {status: 'failed'},
  );
  expect(shown(run, 'some output\n', {shown: 'none'})).toMatchInlineSnapshot(`
    "
    ✓ lib#build     1.20 s
    ✗ web#build     800 ms  exit 2, 2 attempts
    · web#test              blocked: web#build did not succeed
    ~ web#lint       90 ms  flaky: passed at attempt 3
    ! web#docs        5 ms  failed (ended by SIGSEGV), which this phase allows
    ○ setup                 skipped: lib does not exist
    ■ server        4.00 s
    · deploy                cancelled: another task failed

    ✗ web#build exit 2, 2 attempts
      $ tsc -p .
      some output
      run it alone: paceline run web#build --only

    failed  8 tasks (1 passed, 1 failed, 1 blocked, 1 flaky, 1 tolerated, 1 skipped, 1 stopped, 1 cancelled) in 5.00 s
    "
  `);
});

test('in a grouped display the log stands above already', () => {
  const run = runOf(
    {build: {ms: 8, status: 'failed', end: exit2, log: {file: '1.log', start: 0, end: 12}}},
    {status: 'failed'},
  );
  expect(shown(run, 'some output\n')).not.toContain('some output');
});

test('of many tasks only the slowest and the special ones are listed', () => {
  const passed = Array.from({length: 100}, (_, number): [string, Outcome] => [`p${number}`, {ms: number}]);
  const run = runOf(
    {
      ...Object.fromEntries(passed),
      bad: {ms: 0.5, status: 'failed', end: exit2},
      odd: {ms: 0.5, flaky: true, attempts: 2},
    },
    {status: 'failed'},
  );
  const lines = shown(run).split('\n');
  expect(lines.filter((line) => /^[✓✗~] /.test(line)).map((line) => line.split(/\s+/)[1])).toEqual([
    ...Array.from({length: 10}, (_, index) => `p${90 + index}`),
    'bad',
    'odd',
    'bad',
  ]);
  expect(lines).toContain('  and 90 more that passed');
  expect(lines).toContain('failed  102 tasks (100 passed, 1 failed, 1 flaky) in 5.00 s');
});

test('of not so many all are', () => {
  const names = Array.from({length: 60}, (_, number) => `p${number}`);
  const text = shown(runOf(Object.fromEntries(names.map((name) => [name, {ms: 1}]))));
  for (const name of names) expect(text).toContain(`✓ ${name} `);
  expect(text).not.toContain('more that passed');
});

test('a run without tasks is summed up too', () => {
  expect(shown(runOf({}))).toBe('\npassed  0 tasks in 5.00 s\n');
  expect(shown(runOf({}, {status: 'timeout'}))).toBe('\nover its time limit  0 tasks in 5.00 s\n');
});

test('the critical path is the chain of tasks that took longest together', () => {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'] as NodeId[];
  const nodes = [a, b, c, d].map((id) => ({...planOfTasks('x').nodes[0]!, id: id!}));
  const edge = (from: NodeId, to: NodeId) => ({from, to, kind: 'needs' as const});
  const plan = {...planOfTasks(), nodes, edges: [edge(a!, b!), edge(a!, c!), edge(b!, d!), edge(c!, d!)]};
  const run = runOf({a: {ms: 10}, b: {ms: 50}, c: {ms: 40}, d: {status: 'skipped', attempts: 0}}, {plan});
  expect(criticalPath(run)).toEqual({tasks: ['a', 'b'], ms: 60});
  expect(shown(run)).toContain('critical path a → b (60 ms)\n');
});
