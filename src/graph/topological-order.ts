import {at, type Digraph, forEachEdge, inDegrees} from './digraph.ts';

export interface TopologicalOrder {
  /** Every node behind all its predecessors; nodes on or behind a cycle are not in it. */
  readonly order: Uint32Array;
  readonly acyclic: boolean;
}

/** Kahn's algorithm; among nodes that could come next, the one that became free first. O(nodes + edges). */
export function topologicalOrder(graph: Digraph): TopologicalOrder {
  const degrees = inDegrees(graph);
  const order = new Uint32Array(graph.size);
  let tail = 0;
  for (let node = 0; node < graph.size; node++) if (at(degrees, node) === 0) order[tail++] = node;
  for (let head = 0; head < tail; head++) {
    forEachEdge(graph, at(order, head), (target) => {
      const left = at(degrees, target) - 1;
      degrees[target] = left;
      if (left === 0) order[tail++] = target;
    });
  }
  return {order: order.subarray(0, tail), acyclic: tail === graph.size};
}
