import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {anyGraph} from '../../test/support/random-graph.ts';
import {type Digraph, forEachEdge, inDegrees, reversed} from './digraph.ts';

/** Every edge as `[from, to, number]`, by number. */
function edgesOf(graph: Digraph): readonly (readonly [number, number, number])[] {
  const edges: [number, number, number][] = [];
  for (let node = 0; node < graph.size; node++)
    forEachEdge(graph, node, (target, edge) => edges.push([node, target, edge]));
  return edges.sort((one, other) => one[2] - other[2]);
}

test('keeps every edge under its number', () => {
  fc.assert(
    fc.property(anyGraph, ({edges, graph}) => {
      expect(edgesOf(graph)).toEqual(edges.map(([from, to], edge) => [from, to, edge]));
    }),
  );
});

test('turns every edge round, and keeps its number', () => {
  fc.assert(
    fc.property(anyGraph, ({edges, graph}) => {
      expect(edgesOf(reversed(graph))).toEqual(edges.map(([from, to], edge) => [to, from, edge]));
      expect(reversed(reversed(graph))).toEqual(graph);
    }),
  );
});

test('counts the edges that enter a node', () => {
  fc.assert(
    fc.property(anyGraph, ({size, edges, graph}) => {
      const counts = Array.from({length: size}, (_, node) => edges.filter(([, to]) => to === node).length);
      expect([...inDegrees(graph)]).toEqual(counts);
    }),
  );
});
