import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {impossibleRun} from '../../test/support/impossible-run.ts';
import {runOf} from '../../test/support/run.ts';
import {NO_BUDGET} from './budget.ts';
import {compare} from './compare.ts';
import {predict} from './prediction.ts';
import {reportOf} from './report.ts';

test('says everything of a run', () => {
  const run = runOf(
    {
      build: {start: 20, end: 1020, cpu: 1000},
      lint: {start: 20, end: 520, cpu: 400},
      test: {start: 1020, end: 3020, cpu: 2000, needs: ['build']},
    },
    {cores: 2, jobs: 2, wallMs: 3040},
  );
  const report = reportOf(run, [runOf({build: {start: 0, end: 900}, old: {start: 0, end: 1}})], NO_BUDGET);
  expect(report.criticalPath.tasks).toEqual(['build', 'test']);
  expect(report.speedOfLight).toEqual({ms: 3000, by: 'chain'});
  expect(report.efficiency).toBeCloseTo(3000 / 3040, 6);
  expect(report.simulatedMs).toBe(3040);
  expect(report.parallelism.average).toBeCloseTo(3500 / 3000, 6);
  expect(report.account.totals).toEqual({
    execute: 3000,
    retry: 0,
    lookup: 0,
    restore: 0,
    lease: 0,
    store: 0,
    slot: 0,
    self: 40,
  });
  expect(report.bottlenecks.map(({task}) => task)).toEqual(['test', 'build']);
  expect(report.findings.map(({code}) => code)).toEqual(['F_FAT_TASK']);
  expect(report.steps[0]!.totalMs).toBe(3040 - report.findings[0]!.impact.ms);
  expect(Object.fromEntries(report.history)).toEqual({build: [900, 1000], lint: [500], test: [2000]});
  expect(report.gaps).toEqual([]);
});

test('what the simulation is off by is no gain of a step', () => {
  // 300 ms between the two that no task explains
  const run = runOf({a: {start: 0, end: 500}, b: {start: 800, end: 3800, needs: ['a'], cpu: 3000}}, {cores: 4});
  const {simulatedMs, steps, findings} = reportOf(run, [], NO_BUDGET);
  expect(simulatedMs).toBe(3500);
  expect(steps[0]!.gainMs).toBe(findings[0]!.impact.ms);
  expect(steps[0]!.totalMs).toBe(3800 - steps[0]!.gainMs);
});

test('of nothing', () => {
  const report = reportOf(runOf({}), [], NO_BUDGET);
  expect(report).toMatchObject({
    criticalPath: {tasks: [], ms: 0},
    efficiency: 1,
    simulatedMs: 0,
    findings: [],
    steps: [],
  });
});

/** No figure of a report may be what JSON cannot say. */
function expectNumbers(value: unknown): void {
  if (typeof value === 'number') expect(Number.isNaN(value)).toBe(false);
  else if (value instanceof Map) for (const one of value.values()) expectNumbers(one);
  else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) expectNumbers(one);
}

test('no run is too odd', () => {
  const budget = {totalMs: 100, phases: new Map([['a', 10]]), taskMs: 50};
  fc.assert(
    fc.property(impossibleRun, impossibleRun, fc.constantFrom(undefined, 0, 1, 4), (run, before, cores) => {
      const machine = cores === undefined ? undefined : {cores, memoryBytes: 1, platform: 'linux-x64'};
      const {machine: _machine, ...bare} = run;
      const odd = machine === undefined ? bare : {...bare, machine};
      const report = reportOf(odd, [before, run], budget);
      expectNumbers({...report, run: undefined});
      expectNumbers(predict([odd, before, run], [{kind: 'cold'}]));
      expectNumbers({...compare([odd], [before]), before: undefined, after: undefined});
    }),
    {numRuns: 500},
  );
});

test('without a plan, tasks are reported all the same', () => {
  const run = {...runOf({a: {start: 0, end: 100, cpu: 50}}), plan: {nodes: [], edges: [], pools: []}};
  const report = reportOf(run, [], NO_BUDGET);
  expect(report.criticalPath.tasks).toEqual(['a']);
  expect(report.gaps.map(({kind}) => kind)).toEqual(['unknown-task']);
});
