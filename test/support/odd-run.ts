import type {NodeId, Plan} from '../../src/plan/plan.ts';
import type {RunEvent, TaskFinished} from '../../src/record/events.ts';
import {foldEvents} from '../../src/record/fold.ts';
import type {Run} from '../../src/record/run.ts';
import {planOfTasks, runStarted} from './run-events.ts';

/** Names that are hard for every format that a run is written in. */
export const ODD_NAMES = {
  failed: 'web#say "a|b" <c> & `d`, é',
  flaky: '=1+1\n2,3',
  blocked: "it's\u0007 ]]> \ud800",
} as const;

type Ended = Omit<TaskFinished, 'kind' | 'time' | 'task' | 'flaky' | 'attempts'> & {
  readonly attempts?: number;
  readonly flaky?: boolean;
};

function ended(time: number, task: string, more: Ended): RunEvent {
  return {kind: 'task-finished', time, task: task as NodeId, attempts: 1, flaky: false, ...more};
}

function attempt(task: string, number: number, start: number, end: number, code: number): RunEvent[] {
  const of = {task: task as NodeId, attempt: number};
  return [
    {kind: 'task-started', time: start, ...of, log: {file: '1.log', start: 0, end: 0}},
    {kind: 'command-started', time: start + 1, ...of, command: 0, line: `make "${task}"`, pid: 9},
    {kind: 'command-finished', time: end - 1, ...of, command: 0, end: {kind: 'exit', code}, usage: {cpuMs: 10}},
  ];
}

/** A run with a task of each status, in which `lib` is needed by all others. */
export function oddRun(): Run {
  const {failed, flaky, blocked} = ODD_NAMES;
  const names = ['lib', failed, flaky, blocked, 'skipped', 'tolerated'];
  const plan: Plan = {
    ...planOfTasks(...names),
    edges: names.slice(1).map((to) => ({from: 'lib' as NodeId, to: to as NodeId, kind: 'needs' as const})),
  };
  const events: RunEvent[] = [
    runStarted({plan, command: ['run', 'web#say "a|b"', '<all>']}),
    ended(8.0006, 'lib', {
      status: 'cached',
      attempts: 0,
      times: {free: 3, slot: 4, lookup: {start: 4, end: 5}, restore: {start: 5, end: 8}},
      savedMs: 1234.5678,
      outputs: {files: 2, bytes: 99},
    }),
    ...attempt(failed, 1, 9, 20, 1),
    ...attempt(flaky, 1, 10, 15, 1),
    {kind: 'task-retrying', time: 15, task: flaky as NodeId, attempt: 1, delayMs: 5, end: {kind: 'exit', code: 1}},
    ended(20, failed, {
      status: 'failed',
      end: {kind: 'exit', code: 1},
      line: `make "${failed}"`,
      log: {file: '1.log', start: 0, end: 9},
      times: {free: 8, slot: 9},
    }),
    ended(20, blocked, {status: 'blocked', attempts: 0, reason: `${failed} did not succeed`, times: {free: 20}}),
    ...attempt(flaky, 2, 21, 30, 0),
    ended(31, flaky, {
      status: 'passed',
      attempts: 2,
      flaky: true,
      end: {kind: 'exit', code: 0},
      times: {free: 8, slot: 10},
    }),
    ended(32, 'skipped', {status: 'skipped', attempts: 0, reason: 'not on this platform', times: {free: 8}}),
    ...attempt('tolerated', 1, 33, 40, 2),
    ended(40, 'tolerated', {status: 'tolerated', end: {kind: 'exit', code: 2}, times: {free: 8, slot: 33}}),
    {kind: 'run-finished', time: 42, status: 'failed', exitCode: 1},
  ];
  const run = foldEvents(events);
  if (run === undefined) throw new Error('these events begin no run');
  return run;
}
