import * as fc from 'fast-check';
import {processIdentity} from '../../src/base/living-process.ts';
import type {NodeId, Plan} from '../../src/plan/plan.ts';
import type {RunEvent, RunId, RunStarted} from '../../src/record/events.ts';
import {line} from './project.ts';

/** A plan of tasks without edges. */
export function planOfTasks(...tasks: readonly string[]): Plan {
  const nodes = tasks.map((id) => ({id: id as NodeId, kind: 'task' as const, takes: {slots: 1}, origin: line(1)}));
  return {nodes, edges: [], pools: [{name: 'slots', capacity: 4}]};
}

export function runStarted(more: Partial<RunStarted> = {}): RunStarted {
  return {
    kind: 'run-started',
    time: 3,
    format: 1,
    run: '0run' as RunId,
    at: 1_700_000_000_000,
    version: '1.0.0',
    root: '/project',
    command: ['run', 'build'],
    jobs: 4,
    plan: planOfTasks('build'),
    owner: processIdentity(process.pid),
    phases: [
      {name: 'config', start: 0, end: 1},
      {name: 'plan', start: 1, end: 2},
    ],
    ...more,
  };
}

type Timeless = RunEvent extends infer Event ? (Event extends RunEvent ? Omit<Event, 'time'> : never) : never;

/** What happens to one task that runs: some failing attempts, then a last one. */
function taskEvents(task: NodeId, retries: number, commands: number, passes: boolean): readonly Timeless[] {
  const attempts = Array.from({length: retries + 1}, (_, index) => index + 1);
  const failure = {kind: 'exit', code: 1} as const;
  return [
    ...attempts.flatMap((attempt): Timeless[] => {
      const ok = passes && attempt > retries;
      const end = ok ? ({kind: 'exit', code: 0} as const) : failure;
      const log = {file: '1.log', start: attempt, end: attempt};
      return [
        {kind: 'task-started', task, attempt, log},
        ...Array.from({length: commands}, (_, command): Timeless[] => [
          {kind: 'command-started', task, attempt, command, line: `echo ${command}`, pid: 7},
          {kind: 'command-finished', task, attempt, command, end},
        ]).flat(),
        ...(attempt <= retries ? [{kind: 'task-retrying', task, attempt, delayMs: 5, end} as const] : []),
      ];
    }),
    {
      kind: 'task-finished',
      task,
      status: passes ? 'passed' : 'failed',
      attempts: retries + 1,
      flaky: passes && retries > 0,
    },
  ];
}

/** Whole runs: several tasks, interleaved, with names that are hard to tell apart. */
export const anyRun: fc.Arbitrary<readonly RunEvent[]> = fc
  .record({
    tasks: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom('run', 'plan', 'config', 'a', 'a 1', 'a 1 0', 'b', 'task'),
        retries: fc.nat({max: 2}),
        commands: fc.nat({max: 2}),
        passes: fc.boolean(),
        skipped: fc.boolean(),
      }),
      {selector: (task) => task.name, maxLength: 5},
    ),
    turns: fc.array(fc.nat(), {minLength: 60, maxLength: 60}),
    steps: fc.array(fc.integer({min: 0, max: 9}), {minLength: 100, maxLength: 100}),
  })
  .map(({tasks, turns, steps}) => {
    const lanes = tasks.map(({name, retries, commands, passes, skipped}) => {
      const task = name as NodeId;
      const skip: Timeless = {
        kind: 'task-finished',
        task,
        status: 'skipped',
        attempts: 0,
        flaky: false,
        reason: 'not now',
      };
      return skipped ? [skip] : [...taskEvents(task, retries, commands, passes)];
    });
    const middle: Timeless[] = [];
    for (let turn = 0; lanes.some((lane) => lane.length > 0); turn++) {
      const busy = lanes.filter((lane) => lane.length > 0);
      middle.push(busy[turns[turn % turns.length]! % busy.length]!.shift()!);
    }
    const isPassed = tasks.every((task) => task.skipped || task.passes);
    const status = isPassed ? 'passed' : 'failed';
    const events: Timeless[] = [...middle, {kind: 'run-finished', status, exitCode: isPassed ? 0 : 1}];
    let time = 3;
    const timed = events.map((event, index) => {
      time += steps[index % steps.length]!;
      return {...event, time} as RunEvent;
    });
    return [runStarted({plan: planOfTasks(...tasks.map((task) => task.name))}), ...timed];
  });
