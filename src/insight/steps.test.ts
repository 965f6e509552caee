import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {modelOfTasks, type NodeSketch} from '../../test/support/run.ts';
import type {NodeId} from '../plan/plan.ts';
import {type Change, type Experience, withChanges} from './change.ts';
import type {Finding} from './finding.ts';
import {outcomeOf} from './model.ts';
import {stepsOf} from './steps.ts';

const experience: Experience = {hitMs: () => 5, executed: () => undefined};

function finding(title: string, changes: readonly Change[], more: Partial<Finding> = {}): Finding {
  return {
    code: 'F_UNCACHED',
    title,
    tasks: changes.flatMap((change) => ('task' in change ? [change.task as NodeId] : [])),
    evidence: [],
    advice: '',
    impact: {ms: 1, source: 'assumed'},
    effort: 'low',
    risk: 'low',
    riskReason: '',
    changes,
    ...more,
  };
}

const chain = modelOfTasks({a: {ms: 1000}, b: {ms: 500, needs: ['a']}, c: {ms: 800}});

test('come in the order of what they gain for their effort and risk, each on top of those before', () => {
  const steps = stepsOf(
    chain,
    [
      finding('b', [{kind: 'speed', task: 'b', factor: 0.2}]),
      finding('a', [{kind: 'speed', task: 'a', factor: 0.1}], {effort: 'high'}),
    ],
    experience,
  );
  // of a, only 300 ms are left to gain when b is done: c takes 800 ms
  expect(steps.map(({finding: {title}, totalMs, gainMs}) => [title, totalMs, gainMs])).toEqual([
    ['b', 1100, 400],
    ['a', 800, 300],
  ]);
});

test('a step that gains only behind another comes behind it', () => {
  const model = modelOfTasks({long: {ms: 1000}, other: {ms: 900}});
  const steps = stepsOf(
    model,
    [
      finding('other', [{kind: 'speed', task: 'other', factor: 0}]),
      finding('long', [{kind: 'speed', task: 'long', factor: 0}]),
    ],
    experience,
  );
  expect(steps.map(({finding: {title}, totalMs}) => [title, totalMs])).toEqual([
    ['long', 900],
    ['other', 0],
  ]);
});

test('the same task is not made shorter twice, but may lose its edges as well', () => {
  const steps = stepsOf(
    chain,
    [
      finding('hit', [{kind: 'hit', task: 'a'}]),
      finding('half', [{kind: 'speed', task: 'a', factor: 0.5}]),
      finding('edge', [{kind: 'no-edge', from: 'a', to: 'b'}], {tasks: ['a' as NodeId, 'b' as NodeId]}),
    ],
    experience,
  );
  expect(steps.map(({finding: {title}}) => title)).toEqual(['hit']);
  const twice = stepsOf(
    modelOfTasks({a: {ms: 1000}}),
    [
      finding('half', [{kind: 'speed', task: 'a', factor: 0.5}]),
      finding('parts', [{kind: 'split', task: 'a', parts: 4, setupMs: 0}], {effort: 'high'}),
    ],
    experience,
  );
  expect(twice.map(({finding: {title}}) => title)).toEqual(['half']);
  const apart = stepsOf(
    modelOfTasks({a: {ms: 1000}, b: {ms: 1500, needs: ['a']}}),
    [
      finding('half', [{kind: 'speed', task: 'b', factor: 0.5}], {effort: 'medium'}),
      finding('edge', [{kind: 'no-edge', from: 'a', to: 'b'}], {tasks: ['a' as NodeId, 'b' as NodeId]}),
    ],
    experience,
  );
  expect(apart.map(({finding: {title}, totalMs}) => [title, totalMs])).toEqual([
    ['edge', 1500],
    ['half', 1000],
  ]);
});

test('what gains hardly anything is no step', () => {
  expect(stepsOf(chain, [finding('a', [{kind: 'speed', task: 'a', factor: 0.99}])], experience)).toEqual([]);
  expect(stepsOf(chain, [finding('c', [{kind: 'drop', task: 'c'}]), finding('none', [])], experience)).toEqual([]);
});

test('totals fall, and are those of all changes so far together', () => {
  const tasks = fc.array(fc.record({ms: fc.integer({min: 1, max: 2000}), before: fc.nat({max: 9})}), {
    minLength: 1,
    maxLength: 10,
  });
  const change: fc.Arbitrary<Change> = fc.oneof(
    fc.record({
      kind: fc.constant('speed' as const),
      task: fc.nat({max: 9}).map((number) => `t${number}`),
      factor: fc.constantFrom(0, 0.3, 0.9),
    }),
    fc.record({
      kind: fc.constant('split' as const),
      task: fc.nat({max: 9}).map((number) => `t${number}`),
      parts: fc.integer({min: 2, max: 4}),
      setupMs: fc.constantFrom(0, 20),
    }),
    fc.record({
      kind: fc.constant('no-edge' as const),
      from: fc.nat({max: 9}).map((number) => `t${number}`),
      to: fc.nat({max: 9}).map((number) => `t${number}`),
    }),
  );
  const findings = fc.array(
    fc.tuple(
      fc.array(change, {maxLength: 2}),
      fc.constantFrom('low', 'medium', 'high'),
      fc.constantFrom('low', 'high'),
    ),
    {maxLength: 6},
  );
  fc.assert(
    fc.property(tasks, findings, fc.constantFrom(1, 2, 8), (sketches, changes, jobs) => {
      const nodes = sketches.map(({ms, before}, number): [string, NodeSketch] => [
        `t${number}`,
        {ms, needs: before < number ? [`t${before}`] : []},
      ]);
      const model = modelOfTasks(Object.fromEntries(nodes), {jobs, cores: 2});
      const found = changes.map(([list, effort, risk], number) =>
        finding(`f${number}`, list, {effort, risk} as Partial<Finding>),
      );
      let total = outcomeOf(model).wallMs;
      let current = model;
      for (const step of stepsOf(model, found, experience)) {
        expect(step.totalMs).toBeLessThan(total);
        expect(step.gainMs).toBeCloseTo(total - step.totalMs, 6);
        current = withChanges(current, step.finding.changes, experience);
        expect(outcomeOf(current).wallMs).toBeCloseTo(step.totalMs, 6);
        total = step.totalMs;
      }
    }),
  );
});
