import {expect, test} from 'vitest';
import {oddRun} from '../../test/support/odd-run.ts';
import {planOfTasks, runStarted} from '../../test/support/run-events.ts';
import type {NodeId} from '../plan/plan.ts';
import type {RunEvent} from '../record/events.ts';
import {foldEvents} from '../record/fold.ts';
import type {Run} from '../record/run.ts';
import {traceReport} from './trace.ts';

interface Event {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
  readonly cat: string;
  readonly id: number;
  readonly args: {readonly name?: string; readonly sort_index?: number};
}

function eventsOf(run: Run): readonly Event[] {
  return (JSON.parse(traceReport(run)) as {traceEvents: Event[]}).traceEvents;
}

/** Whole microseconds, nothing negative, and on each row events that nest or follow each other: what viewers ask for. */
function assertWellFormed(events: readonly Event[]): void {
  const complete = events.filter(({ph}) => ph === 'X');
  for (const {ts, dur} of complete)
    expect(Number.isInteger(ts) && ts >= 0 && Number.isInteger(dur) && dur >= 0).toBe(true);
  for (const one of complete)
    for (const other of complete) {
      if (one.tid !== other.tid || one.ts > other.ts) continue;
      const [end, otherEnd] = [one.ts + one.dur, other.ts + other.dur];
      expect(otherEnd <= end || other.ts >= end || one.ts === other.ts, `${one.name} and ${other.name}`).toBe(true);
    }
}

test('every span but waiting is an event in whole microseconds; those of a row nest', () => {
  const run = oddRun();
  const events = eventsOf(run);
  assertWellFormed(events);
  const complete = events.filter(({ph}) => ph === 'X');
  expect(complete.map(({cat}) => cat).sort()).toEqual(
    run.spans
      .map(({kind}) => kind)
      .filter((kind) => kind !== 'wait')
      .sort(),
  );
  expect(complete.find(({cat}) => cat === 'task')).toMatchObject({
    name: 'lib',
    ts: 4000,
    dur: 4001,
    args: {status: 'cached', ok: true},
  });
});

test('arrows come in pairs, each end within the event of its task', () => {
  const events = eventsOf(oddRun());
  const tasks = events.filter(({cat}) => cat === 'task');
  const starts = events.filter(({ph}) => ph === 's');
  // tasks that did not run have none
  expect(starts).toHaveLength(3);
  for (const start of starts) {
    const [finish, another] = events.filter(({ph, id}) => ph === 'f' && id === start.id);
    expect(another).toBe(undefined);
    for (const end of [start, finish!])
      expect(tasks.some(({tid, ts, dur}) => tid === end.tid && ts <= end.ts && end.ts <= ts + dur)).toBe(true);
    expect(start.ts).toBeLessThanOrEqual(finish!.ts);
  }
  expect(events.filter(({ph}) => ph === 'f')).toHaveLength(3);
});

test('a task without a length hangs its arrow on itself', () => {
  const tasks = ['a', 'b'] as NodeId[];
  const run = foldEvents([
    runStarted({plan: {...planOfTasks(...tasks), edges: [{from: tasks[0]!, to: tasks[1]!, kind: 'needs'}]}}),
    ...tasks.map(
      (task): RunEvent => ({
        kind: 'task-finished',
        time: 5,
        task,
        status: 'cached',
        attempts: 0,
        flaky: false,
        times: {free: 5, slot: 5},
      }),
    ),
  ])!;
  expect(
    eventsOf(run)
      .filter(({ph}) => ph === 's' || ph === 'f')
      .map(({ts}) => ts),
  ).toEqual([5000, 5000]);
});

test('commands side by side have rows of their own, next to that of their task', () => {
  const build = 'build' as NodeId;
  const of = {task: build, attempt: 1};
  const command = (number: number, start: number, end: number): RunEvent[] => [
    {kind: 'command-started', time: start, ...of, command: number, line: `c${number}`, pid: 9},
    {kind: 'command-finished', time: end, ...of, command: number, end: {kind: 'exit', code: 0}},
  ];
  const events = eventsOf(
    foldEvents([
      runStarted(),
      {kind: 'task-started', time: 10, ...of, log: {file: '1.log', start: 0, end: 0}},
      ...[...command(0, 11, 20), ...command(1, 12, 25), ...command(2, 13, 15), ...command(3, 21, 30)].sort(
        (one, other) => one.time - other.time,
      ),
      {kind: 'task-finished', time: 31, task: build, status: 'passed', attempts: 1, flaky: false},
    ])!,
  );
  assertWellFormed(events);
  const rowOf = (name: string): number | undefined => events.find((event) => event.name === name)?.tid;
  const nameOf = (row: number | undefined): string | undefined =>
    events.find(({name, tid}) => name === 'thread_name' && tid === row)?.args.name;
  expect(['c0', 'c1', 'c2', 'c3'].map((name) => nameOf(rowOf(name)))).toEqual([
    'lane 1',
    'lane 1, beside',
    'lane 1, beside',
    'lane 1',
  ]);
  expect(rowOf('c1')).not.toBe(rowOf('c2'));
  const places = events.filter(({name}) => name === 'thread_sort_index').map(({args}) => args.sort_index);
  expect(places).toEqual([0, 1000, 1001, 1002]);
});
