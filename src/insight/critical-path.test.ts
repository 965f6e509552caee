import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {acyclicGraph} from '../../test/support/random-graph.ts';
import {modelOfTasks} from '../../test/support/run.ts';
import type {NodeId} from '../plan/plan.ts';
import {criticalPathOf} from './critical-path.ts';
import {longestChainMs} from './model.ts';

test('is the longest chain, with its length, and says how far all others are from it', () => {
  const model = modelOfTasks({
    install: {ms: 10},
    group: {ms: 0, group: true, needs: ['install']},
    build: {ms: 100, needs: ['group']},
    lint: {ms: 30, needs: ['group']},
    deploy: {ms: 5, needs: ['build', 'lint']},
    alone: {ms: 20},
  });
  const {tasks, ms, slack} = criticalPathOf(model);
  expect(tasks).toEqual(['install', 'build', 'deploy']);
  expect(ms).toBe(115);
  expect(Object.fromEntries(slack)).toEqual({install: 0, build: 0, lint: 70, deploy: 0, alone: 95});
});

test('of nothing is nothing', () => {
  expect(criticalPathOf(modelOfTasks({}))).toEqual({tasks: [], ms: 0, slack: new Map()});
});

test('a task has no slack just where some longest chain goes through it', () => {
  const weights = fc.array(fc.double({min: 0.001, max: 1000, noNaN: true}), {minLength: 14, maxLength: 14});
  fc.assert(
    fc.property(acyclicGraph, weights, ({size, edges}, ms) => {
      const sketch = (node: number, factor = 1) => ({
        ms: ms[node]! * factor,
        needs: edges.filter(([, to]) => to === node).map(([from]) => `t${from}`),
      });
      const model = (changed = -1) =>
        modelOfTasks(
          Object.fromEntries(
            Array.from({length: size}, (_, node) => [`t${node}`, sketch(node, node === changed ? 1.01 : 1)]),
          ),
        );
      const {tasks, ms: length, slack} = criticalPathOf(model());
      expect(length).toBeCloseTo(longestChainMs(model()), 6);
      expect(tasks.reduce((sum, task) => sum + ms[Number(task.slice(1))]!, 0)).toBeCloseTo(length, 6);
      for (const task of tasks) expect(slack.get(task)).toBe(0);
      for (let node = 0; node < size; node++) {
        // a task with slack may grow by it, and no more, before the chain does
        const grown = longestChainMs(model(node)) - length;
        const own = slack.get(`t${node}` as NodeId)!;
        expect(grown).toBeCloseTo(Math.max(0, ms[node]! * 0.01 - own), 5);
      }
    }),
  );
});
