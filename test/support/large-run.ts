import type {NodeId} from '../../src/plan/plan.ts';
import type {RunId} from '../../src/record/events.ts';
import {RUN_FORMAT, type Run, type Span, type TaskRecord} from '../../src/record/run.ts';
import {seededRandom} from '../rig/random.ts';

/** A run of so many tasks side by side in some slots, each waiting for one that ended before it. */
export function largeRun(count: number, slots: number): Run {
  const random = seededRandom(count);
  const free = Array.from({length: slots}, () => 20);
  const tasks: TaskRecord[] = [];
  const spans: Span[] = [{id: 0, kind: 'config', start: 0, end: 12, ok: true}];
  const edges: Run['plan']['edges'][number][] = [];
  for (let number = 0; number < count; number++) {
    const slot = free.indexOf(Math.min(...free));
    const start = free[slot] ?? 0;
    const finish = start + 2 + Math.round(900 * random() ** 4);
    free[slot] = finish + 1;
    const task = `package-${Math.floor(number / 10)}#phase-${number % 10}` as NodeId;
    const isHit = random() < 0.3;
    const own: Span = {id: spans.length, kind: 'task', task, start, end: finish, ok: true};
    const inside = {task, parent: own.id, ok: true};
    const split = start + 1;
    spans.push(
      own,
      {...inside, id: own.id + 1, kind: 'lookup', start, end: split},
      {...inside, id: own.id + 2, kind: isHit ? 'restore' : 'command', start: split, end: finish},
    );
    const before = tasks.findLast((one) => one.finish <= start && random() < 0.5);
    if (before !== undefined) edges.push({from: before.task, to: task, kind: 'needs'});
    const times = {free: before?.finish ?? 20, slot: start, lookup: {start, end: split}};
    const attempts = isHit ? 0 : 1;
    tasks.push({task, status: isHit ? 'cached' : 'passed', attempts, flaky: false, start, finish, times});
  }
  const wallMs = Math.max(...free) + 5;
  return {
    format: RUN_FORMAT,
    id: 'large' as RunId,
    at: 1_700_000_000_000,
    version: '1.0.0',
    root: '/project',
    command: ['run', 'everything'],
    jobs: slots,
    status: 'passed',
    exitCode: 0,
    wallMs,
    machine: {cores: slots, memoryBytes: 8e9, platform: 'linux-x64'},
    plan: {
      nodes: tasks.map(({task: id}) => ({
        id,
        kind: 'task',
        takes: {slots: 1},
        origin: {file: 'make.toml', line: 1, column: 1},
      })),
      edges,
      pools: [{name: 'slots', capacity: slots}],
    },
    tasks,
    spans,
    notices: [],
  };
}
