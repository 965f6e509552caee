import {at, type Digraph, forEachEdge} from './digraph.ts';
import {topologicalOrder} from './topological-order.ts';

/**
 * For each node the length of the longest path that starts with it, itself included (`weights` in ms, say): the priority of
 * longest-remaining-path-first scheduling. The graph must be acyclic. O(nodes + edges).
 */
export function longestRemaining(graph: Digraph, weights: ArrayLike<number>): Float64Array {
  const {order} = topologicalOrder(graph);
  const longest = new Float64Array(graph.size);
  for (let place = order.length - 1; place >= 0; place--) {
    const node = at(order, place);
    let behind = 0;
    forEachEdge(graph, node, (target) => {
      behind = Math.max(behind, at(longest, target));
    });
    longest[node] = at(weights, node) + behind;
  }
  return longest;
}

/** The nodes of one longest path, first to last. Empty for an empty graph. */
export function longestPath(graph: Digraph, weights: ArrayLike<number>): readonly number[] {
  const longest = longestRemaining(graph, weights);
  const path: number[] = [];
  let node = indexOfLargest(longest, longest.keys());
  while (node >= 0) {
    path.push(node);
    const successors: number[] = [];
    forEachEdge(graph, node, (target) => successors.push(target));
    node = indexOfLargest(longest, successors);
  }
  return path;
}

function indexOfLargest(values: Float64Array, candidates: Iterable<number>): number {
  let best = -1;
  for (const candidate of candidates) if (best < 0 || at(values, candidate) > at(values, best)) best = candidate;
  return best;
}
