import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {acyclicGraph, type RandomGraph} from '../../test/support/random-graph.ts';
import {longestPath, longestRemaining} from './longest-path.ts';

const weights = fc.array(fc.nat({max: 9}), {minLength: 14, maxLength: 14});

/** By its definition, trying every way. */
function naive({edges}: RandomGraph, weight: readonly number[], node: number): number {
  return (
    weight[node]! +
    Math.max(0, ...edges.filter(([from]) => from === node).map(([, to]) => naive({edges} as RandomGraph, weight, to)))
  );
}

test('gives each node the length of the longest way that starts with it', () => {
  fc.assert(
    fc.property(acyclicGraph, weights, (random, weight) => {
      const expected = Array.from({length: random.size}, (_, node) => naive(random, weight, node));
      expect([...longestRemaining(random.graph, weight)]).toEqual(expected);
    }),
  );
});

test('finds a way along edges that is as long as the longest', () => {
  fc.assert(
    fc.property(acyclicGraph, weights, (random, weight) => {
      const path = longestPath(random.graph, weight);
      for (const [place, node] of path.slice(1).entries()) expect(random.edges).toContainEqual([path[place], node]);
      const all = Array.from({length: random.size}, (_, node) => naive(random, weight, node));
      expect(path.reduce((sum, node) => sum + weight[node]!, 0)).toBe(Math.max(0, ...all));
    }),
  );
});
