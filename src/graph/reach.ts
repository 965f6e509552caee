import {at, type Digraph, forEachEdge} from './digraph.ts';

/** Marks every node that can be reached from `starts` along the edges, the starts too; never goes on from a node in `walls`. */
export function reach(graph: Digraph, starts: Iterable<number>, walls?: ReadonlySet<number>): Uint8Array {
  const seen = new Uint8Array(graph.size);
  const stack: number[] = [];
  for (const start of starts) {
    if (at(seen, start) === 1) continue;
    seen[start] = 1;
    stack.push(start);
  }
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (walls?.has(node)) continue;
    forEachEdge(graph, node, (target) => {
      if (at(seen, target) === 1) return;
      seen[target] = 1;
      stack.push(target);
    });
  }
  return seen;
}

/** Whether `to` can be reached from `from`. */
export function canReach(graph: Digraph, from: number, to: number): boolean {
  return at(reach(graph, [from]), to) === 1;
}
