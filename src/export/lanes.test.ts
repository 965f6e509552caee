import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {oddRun} from '../../test/support/odd-run.ts';
import type {NodeId} from '../plan/plan.ts';
import {lanesOf} from './lanes.ts';

test('no lane holds two tasks at once, and there are as many as ran at once', () => {
  const [like] = oddRun().tasks;
  const anyTask = fc.tuple(fc.nat({max: 30}), fc.nat({max: 10}));
  fc.assert(
    fc.property(fc.array(anyTask, {maxLength: 20}), (intervals) => {
      const tasks = intervals.map(([start, length], index) => ({
        ...like!,
        task: `t${index}` as NodeId,
        start,
        finish: start + length + 1,
      }));
      const lanes = lanesOf({...oddRun(), tasks});
      for (const one of tasks)
        for (const other of tasks)
          if (one !== other && lanes.get(one.task) === lanes.get(other.task))
            expect(one.finish <= other.start || other.finish <= one.start).toBe(true);
      const most = Math.max(
        0,
        ...tasks.map(({start}) => tasks.filter((one) => one.start <= start && one.finish > start).length),
      );
      expect(Math.max(-1, ...lanes.values()) + 1).toBe(most);
    }),
  );
});

test('a task that never started has none', () => {
  expect([...lanesOf(oddRun()).keys()]).not.toContain('skipped');
});
