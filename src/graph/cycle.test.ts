import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {anyGraph, type RandomGraph, reachable} from '../../test/support/random-graph.ts';
import {shortestCycle} from './cycle.ts';

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
