import * as fc from 'fast-check';
import type {Run} from '../../src/record/run.ts';
import {runOf, type TaskSketch} from './run.ts';

const time = fc.integer({min: -50, max: 1000});
const interval = fc.record({start: time, end: time});
const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const name = fc.constantFrom(...names);

/** Nothing in it has to fit: times before the run, behind its end, turned round; needs in circles and of nobody. */
const impossibleTask: fc.Arbitrary<TaskSketch> = fc
  .record({
    start: fc.option(time, {nil: undefined}),
    end: time,
    ready: fc.option(time, {nil: undefined}),
    status: fc.constantFrom('passed', 'cached', 'failed', 'cancelled', 'skipped', 'stopped', 'blocked'),
    attempts: fc.nat({max: 3}),
    times: fc.option(
      fc.record(
        {free: time, slot: time, lookup: interval, restore: interval, store: interval},
        {requiredKeys: ['free']},
      ),
      {nil: undefined},
    ),
    needs: fc.array(fc.oneof(name, fc.constant('nobody')), {maxLength: 3}),
    behind: fc.array(name, {maxLength: 1}),
    final: fc.option(fc.constantFrom('after_all', 'on_error', 'on_success'), {nil: undefined}),
    group: fc.boolean(),
  })
  .map((task) => task as TaskSketch);

export const impossibleRun: fc.Arbitrary<Run> = fc
  .record({
    tasks: fc.dictionary(name, impossibleTask),
    spans: fc.array(fc.record({kind: fc.constant('attempt' as const), task: name, start: time, end: time})),
    wallMs: fc.integer({min: 0, max: 1200}),
  })
  .map(({tasks, spans, wallMs}) => runOf(tasks, {wallMs, spans: spans as Partial<Run['spans'][number]>[]}));
