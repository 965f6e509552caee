import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {anyGraph, type RandomGraph, reachable} from '../../test/support/random-graph.ts';
import {shortestCycle} from './cycle.ts';
import {digraph} from './digraph.ts';

/** The length of the shortest way from a node back to it, by trying ever longer ways. */
function girth({size, edges}: RandomGraph): number | undefined {
  let ways = Array.from({length: size}, (_, start) => new Set([start]));
  for (let length = 1; length <= size; length++) {
    ways = ways.map((ends) => new Set(edges.flatMap(([from, to]) => (ends.has(from) ? [to] : []))));
    if (ways.some((ends, start) => ends.has(start))) return length;
  }
  return undefined;
}

test('finds a cycle exactly when there is one, and a shortest one', () => {
  fc.assert(
    fc.property(anyGraph, (random) => {
      const cycle = shortestCycle(random.graph);
      expect(cycle !== undefined).toBe(reachable(random).some((row, node) => row[node]!));
      expect(cycle?.length).toBe(girth(random));
      for (const [place, edge] of (cycle ?? []).entries()) {
        const following = cycle![(place + 1) % cycle!.length]!;
        expect(random.edges[edge]![1]).toBe(random.edges[following]![0]);
      }
    }),
  );
});

test('names the edges of a long cycle one behind the other', () => {
  const from = [4, 0, 2, 5, 1, 1];
  const to = [0, 2, 5, 1, 4, 3];
  expect(shortestCycle(digraph(6, from, to))!.map((edge) => from[edge])).toEqual([0, 2, 5, 1, 4]);
});

test('finds a cycle through more nodes than it tries as a start', () => {
  const size = 2000;
  const from = Array.from({length: size}, (_, node) => node);
  const ring = digraph(
    size,
    from,
    from.map((node) => (node + 1) % size),
  );
  expect(shortestCycle(ring)).toEqual(from);
});
