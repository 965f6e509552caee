import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {z} from 'zod';
import {anyRun} from '../../test/support/run-events.ts';
import {PacelineError} from '../base/error.ts';
import type {NodeId} from '../plan/plan.ts';
import {foldEvents} from './fold.ts';
import {SPAN_KINDS} from './run.ts';
import {readRun} from './run-file.ts';
import {runJsonSchema, runSchema} from './run-schema.ts';

/** As the first version wrote it: no waiting, lookups, usage, machine and counters; cached tasks without a start. */
const FIRST_FORMAT = {
  format: 1,
  id: '0000000a1-0011223344556677',
  at: 1_700_000_000_000,
  version: '0.1.0',
  root: '/project',
  command: ['run', 'test'],
  jobs: 2,
  status: 'failed',
  exitCode: 1,
  wallMs: 50,
  plan: {
    nodes: [
      {id: 'build', kind: 'task', takes: {slots: 1}, origin: {file: 'make.toml', line: 1, column: 1}},
      {id: 'test', kind: 'task', takes: {slots: 1}, origin: {file: 'make.toml', line: 3, column: 1}},
    ],
    edges: [{from: 'build', to: 'test', kind: 'needs', origin: {file: 'make.toml', line: 5, column: 1}}],
    pools: [{name: 'slots', capacity: 2}],
  },
  tasks: [
    {task: 'build', status: 'cached', attempts: 0, flaky: false, reason: 'outputs in place', savedMs: 900, finish: 12},
    {
      task: 'test',
      status: 'failed',
      attempts: 1,
      flaky: false,
      end: {kind: 'exit', code: 1},
      line: 'vitest',
      log: {file: '1.log', start: 0, end: 9},
      missed: 'it has not run here before',
      start: 13,
      finish: 40,
    },
  ],
  spans: [
    {id: 0, kind: 'run', start: 0, end: 50, ok: false},
    {id: 1, parent: 0, kind: 'config', start: 0, end: 2, ok: true},
    {id: 2, parent: 0, kind: 'task', task: 'test', start: 13, end: 40, ok: false},
    {id: 3, parent: 2, kind: 'attempt', task: 'test', start: 13, end: 40, ok: false},
    {id: 4, parent: 3, kind: 'command', task: 'test', label: 'vitest', start: 14, end: 39, ok: false},
  ],
  notices: [{level: 'warning', code: 'W_LEFTOVER', message: 'left', task: 'test'}],
};

/** One that holds every member there is. */
const WHOLE = {
  ...FIRST_FORMAT,
  format: 2,
  profile: 'ci',
  machine: {cores: 2, memoryBytes: 2 ** 33, platform: 'linux-x64', load: 0.5},
  counters: {
    filesStatted: 1,
    filesHashed: 1,
    hashedBytes: 1,
    filesHashedTwice: 0,
    filesRestored: 1,
    bytesStored: 1,
    stateWrites: 1,
    cpuMs: 100,
    peakMemoryBytes: 9,
  },
  tasks: [
    {
      ...FIRST_FORMAT.tasks[1],
      missedBy: ['src/a.ts'],
      cacheable: true,
      ready: 20,
      times: {
        free: 10,
        slot: 13,
        lookup: {start: 13, end: 14},
        restore: {start: 14, end: 15},
        store: {start: 38, end: 40},
      },
      usage: {cpuMs: 10, shared: true, peakMemoryBytes: 5, readBytes: 0, writtenBytes: 3},
      outputs: {files: 2, bytes: 30},
    },
  ],
};

function refused(text: string): PacelineError {
  try {
    readRun(text, 'run.json');
  } catch (error) {
    if (error instanceof PacelineError) return error;
    throw error;
  }
  throw new Error('it was read');
}

function changed(change: (run: typeof WHOLE) => unknown): string {
  const run = structuredClone(WHOLE);
  change(run);
  return JSON.stringify(run);
}

test('a run of the first format is read as it is', () => {
  const {run, problems} = readRun(JSON.stringify(FIRST_FORMAT), 'run.json');
  expect(run).toEqual({...FIRST_FORMAT, format: 2});
  expect(problems).toEqual([]);
});

test('no member is lost', () => {
  expect(readRun(JSON.stringify(WHOLE), 'run.json')).toEqual({run: WHOLE, problems: []});
});

test('what the recording makes is what is read, and what the JSON Schema says', () => {
  const schema = z.fromJSONSchema(runJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
  fc.assert(
    fc.property(anyRun, fc.nat(), (events, cut) => {
      const run = foldEvents(events.slice(0, 1 + (cut % events.length)))!;
      const text = JSON.stringify(run);
      expect(readRun(text, 'run.json')).toEqual({run: JSON.parse(text) as unknown, problems: []});
      expect(schema.safeParse(JSON.parse(text)).success).toBe(true);
    }),
  );
});

test('the JSON Schema names every kind of span and tells a wrong type', () => {
  expect(JSON.stringify(runJsonSchema())).toContain(JSON.stringify([...SPAN_KINDS]));
  const schema = z.fromJSONSchema(runJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
  expect(schema.safeParse(WHOLE).success).toBe(true);
  expect(schema.safeParse(JSON.parse(changed((run) => Object.assign(run, {jobs: 'two'})))).success).toBe(false);
});

test('members that a newer paceline may have added are allowed by the schema, and left out when a file is read', () => {
  const text = changed((run) => Object.assign(run, {mood: 'good'}));
  const schema = z.fromJSONSchema(runJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
  expect(schema.safeParse(JSON.parse(text)).success).toBe(true);
  expect(readRun(text, 'run.json').run).toEqual(WHOLE);
  expect(runSchema.parse(JSON.parse(text))).toEqual(WHOLE);
});

test('a report as JSON has its run in a member', () => {
  expect(readRun(JSON.stringify({run: WHOLE, findings: []}), 'report.json').run).toEqual(WHOLE);
});

test.each([
  ['a file that was cut off', JSON.stringify(WHOLE).slice(0, 500), 'not complete JSON', 'cut off'],
  ['an empty file', '', 'not complete JSON', 'paceline history show'],
  [
    'a newer format',
    changed((run) => Object.assign(run, {format: 3})),
    'its format is 3, and this version reads up to 2',
    'Update',
  ],
  ['no run at all', '{"name": "x"}', 'format', 'paceline history show'],
  ['a list', '[]', 'expected object', 'paceline history show'],
  ['null', 'null', 'expected object', 'paceline history show'],
  ['a wrong type', changed((run) => Object.assign(run, {jobs: 'two'})), 'jobs: ', 'paceline history show'],
  [
    'a wrong type deep inside',
    changed((run) => Object.assign(run.tasks[0]!, {finish: null})),
    'tasks.0.finish: ',
    'paceline',
  ],
  [
    'a kind of span that there is not',
    changed((run) => Object.assign(run.spans[1]!, {kind: 'nap'})),
    'spans.1.kind: ',
    'paceline',
  ],
  [
    'a plan with a circle',
    changed((run) => run.plan.edges.push({...run.plan.edges[0]!, from: 'test', to: 'build'})),
    'make a circle',
    'paceline',
  ],
  ['nodes of one name', changed((run) => run.plan.nodes.push(run.plan.nodes[0]!)), 'same id', 'paceline'],
  [
    'a pool that owes',
    changed((run) => run.plan.pools.push({name: 'odd', capacity: -1})),
    'plan.pools.1.capacity',
    'paceline',
  ],
])('%s is refused with its place and a remedy', (_, text, place, remedy) => {
  const {code, message, hint} = refused(text);
  expect(code).toBe('E_RUN_FILE');
  expect(message).toContain('run.json');
  expect(message).toContain(place);
  expect(hint).toContain(remedy);
});

test('edges and tasks that the plan does not know are no reason to refuse', () => {
  const text = changed((run) => {
    run.plan.edges.push({...run.plan.edges[0]!, from: 'gone'});
    Object.assign(run.tasks[0]!, {task: 'gone'});
  });
  expect(readRun(text, 'run.json').run.tasks[0]!.task).toBe('gone' as NodeId);
});

test('times that cannot have been are put right, and told', () => {
  const text = changed((run) => {
    run.wallMs = 20;
    Object.assign(run.spans[2]!, {start: -5});
    Object.assign(run.spans[3]!, {end: 3});
    Object.assign(run.tasks[0]!, {start: 13, finish: 10, ready: 2});
    Object.assign(run.tasks[0]!.times, {free: -1, slot: -2, lookup: {start: 9, end: 8}});
    run.tasks.push({...run.tasks[0]!, task: 'build', finish: 30});
  });
  const {run, problems} = readRun(text, 'run.json');
  expect(problems).toMatchInlineSnapshot(`
    [
      "task of test starts 5 ms before the run",
      "attempt of test ends 10 ms before it starts",
      "waiting of test starts 1 ms before the run",
      "waiting of test ends 2 ms before it starts",
      "lookup of test ends 1 ms before it starts",
      "getting ready of test ends 11 ms before it starts",
      "test ends 3 ms before it starts",
      "waiting of build starts 1 ms before the run",
      "waiting of build ends 2 ms before it starts",
      "lookup of build ends 1 ms before it starts",
      "getting ready of build ends 11 ms before it starts",
      "the run ends 30 ms before the last thing in it",
    ]
  `);
  expect(run).toMatchObject({
    wallMs: 50,
    tasks: [{start: 13, finish: 13, ready: 13, times: {free: 0, slot: 0, lookup: {start: 9, end: 9}}}, {finish: 30}],
  });
  expect(run.spans.slice(2, 4)).toMatchObject([{start: 0}, {start: 13, end: 13}]);
});

test('what was put right has nothing left to put right', () => {
  const time = fc.integer({min: -20, max: 60});
  fc.assert(
    fc.property(time, time, time, time, time, (start, finish, free, slot, wallMs) => {
      const text = changed((run) => {
        Object.assign(run, {wallMs});
        Object.assign(run.tasks[0]!, {start, finish, ready: slot});
        Object.assign(run.tasks[0]!.times, {free, slot, store: {start: finish, end: free}});
        Object.assign(run.spans[4]!, {start, end: finish});
      });
      const {run} = readRun(text, 'run.json');
      expect(readRun(JSON.stringify(run), 'run.json')).toEqual({run, problems: []});
      for (const span of run.spans) expect(span.start >= 0 && span.end >= span.start).toBe(true);
    }),
  );
});
