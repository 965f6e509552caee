import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {anyGraph} from '../../test/support/random-graph.ts';
import {runOf} from '../../test/support/run.ts';
import {digraph} from '../graph/digraph.ts';
import {topologicalOrder} from '../graph/topological-order.ts';
import type {NodeId} from '../plan/plan.ts';
import {foreignTasksOf, planGraphOf, stageOf} from './plan-graph.ts';

test('of any plan, the rest can be carried out, and of one without a cycle nothing is left out', () => {
  fc.assert(
    fc.property(anyGraph, ({size, edges, graph}) => {
      const idOf = (node: number) => `t${node}` as NodeId;
      const {nodes} = runOf(Object.fromEntries(Array.from({length: size}, (_, node) => [idOf(node), {}]))).plan;
      const written = edges.map(([from, to]) => ({from: idOf(from), to: idOf(to), kind: 'needs' as const}));
      const found = planGraphOf({nodes, edges: written, pools: []});
      const rest = digraph(
        size,
        found.edges.map(({from}) => from),
        found.edges.map(({to}) => to),
      );
      expect(topologicalOrder(rest).acyclic).toBe(true);
      expect(found.edges.length + found.closing.length).toBe(edges.length);
      expect(found.closing.length === 0).toBe(topologicalOrder(graph).acyclic);
    }),
  );
});

test('nodes that are there twice count once, edges to nobody are told of', () => {
  const {plan} = runOf({a: {}, b: {needs: ['a', 'nobody']}});
  const found = planGraphOf({...plan, nodes: [...plan.nodes, ...plan.nodes]});
  expect(found.nodes.map(({id}) => id)).toEqual(['a', 'b']);
  expect(found.edges).toEqual([{from: 0, to: 1, kind: 'needs'}]);
  expect(found.dangling.map(({from}) => from)).toEqual(['nobody']);
});

test('tasks that the plan does not know, each once', () => {
  const run = runOf({a: {start: 0}, b: {start: 0}});
  expect(
    foreignTasksOf({...run, tasks: [...run.tasks, ...run.tasks], plan: {nodes: [], edges: [], pools: []}}),
  ).toEqual(['a', 'b']);
  expect(foreignTasksOf(run)).toEqual([]);
});

test('stages', () => {
  expect([undefined, 'on_error', 'on_success', 'after_all'].map((final) => stageOf(final as 'after_all'))).toEqual([
    0, 1, 1, 2,
  ]);
});
