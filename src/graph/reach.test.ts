import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {acyclicGraph, anyGraph, reachable} from '../../test/support/random-graph.ts';
import {digraph} from './digraph.ts';
import {InnerPaths} from './inner-paths.ts';
import {canReach, reach} from './reach.ts';
import {stronglyConnected} from './strongly-connected.ts';
import {topologicalOrder} from './topological-order.ts';

test('marks the starts and what can be reached from them', () => {
  fc.assert(
    fc.property(anyGraph, fc.array(fc.nat({max: 13})), (random, numbers) => {
      const starts = numbers.filter((node) => node < random.size);
      const paths = reachable(random);
      const marks = [...reach(random.graph, starts)].map((mark) => mark === 1);
      expect(marks).toEqual(marks.map((_, node) => starts.some((start) => start === node || paths[start]![node]!)));
    }),
  );
});

test('does not look behind a wall', () => {
  const chain = digraph(4, [0, 1, 2], [1, 2, 3]);
  expect([...reach(chain, [0], new Set([1]))]).toEqual([1, 1, 0, 0]);
});

test('a node can be reached from itself', () => {
  expect(canReach(digraph(2, [0], [1]), 1, 1)).toBe(true);
  expect(canReach(digraph(2, [0], [1]), 1, 0)).toBe(false);
});

test('components are the sets of nodes that reach each other', () => {
  fc.assert(
    fc.property(anyGraph, (random) => {
      const {of, sizes} = stronglyConnected(random.graph);
      const paths = reachable(random);
      for (let one = 0; one < random.size; one++) {
        expect([...of].filter((component) => component === of[one])).toHaveLength(sizes[of[one]!]!);
        for (let other = 0; other < random.size; other++) {
          expect(of[one] === of[other]).toBe(one === other || (paths[one]![other]! && paths[other]![one]!));
        }
      }
    }),
  );
});

test('a chain of 200,000 nodes needs no deep stack', () => {
  const size = 200_000;
  const numbers = Array.from({length: size - 1}, (_, node) => node);
  const chain = digraph(
    size,
    numbers,
    numbers.map((node) => node + 1),
  );
  expect(stronglyConnected(chain).sizes).toHaveLength(size);
  expect(canReach(chain, 0, size - 1)).toBe(true);
});

test('an order has each node behind all its predecessors, and all nodes exactly when there is no cycle', () => {
  fc.assert(
    fc.property(anyGraph, (random) => {
      const {order, acyclic} = topologicalOrder(random.graph);
      const paths = reachable(random);
      const isBehindCycle = (node: number): boolean =>
        paths.some((row, start) => row[start]! && (start === node || row[node]!));
      const free = paths.flatMap((_, node) => (isBehindCycle(node) ? [] : [node]));
      expect([...order].sort((one, other) => one - other)).toEqual(free);
      expect(acyclic).toBe(free.length === random.size);
      for (const [from, to] of random.edges)
        if (order.includes(to)) expect(order.indexOf(from)).toBeLessThan(order.indexOf(to));
    }),
  );
});

test('edges that are let in one by one close no cycle, and only what would close one stays out', () => {
  fc.assert(
    fc.property(acyclicGraph, anyGraph, ({edges: base}, {edges: more, size: moreSize}) => {
      const size = Math.max(14, moreSize);
      const all = [...base, ...more];
      const {of} = stronglyConnected(
        digraph(
          size,
          all.map(([from]) => from),
          all.map(([, to]) => to),
        ),
      );
      const paths = new InnerPaths(of);
      for (const [from, to] of base) paths.add(from, to);
      const taken = [...base];
      for (const [from, to] of more) {
        const closes = reachable({size, edges: taken, graph: digraph(0, [], [])})[to]![from]! || from === to;
        expect(paths.isInner(from, to) && paths.has(to, from)).toBe(closes);
        if (closes) continue;
        paths.add(from, to);
        taken.push([from, to]);
      }
    }),
  );
});
