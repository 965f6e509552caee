/**
 * A directed graph over the numbers 0..size-1 in compressed rows: the successors of `node` are
 * `targets[offsets[node]..offsets[node + 1])`. Parallel edges are kept.
 */
export interface Digraph {
  readonly size: number;
  readonly offsets: Uint32Array;
  readonly targets: Uint32Array;
  /** For each entry of `targets` the index of its edge in the list that the graph was made of. */
  readonly edges: Uint32Array;
}

/** Makes the graph whose edges are `from[i] -> to[i]`. O(size + edges). */
export function digraph(size: number, from: ArrayLike<number>, to: ArrayLike<number>): Digraph {
  const offsets = new Uint32Array(size + 1);
  for (let edge = 0; edge < from.length; edge++) offsets[at(from, edge) + 1] = at(offsets, at(from, edge) + 1) + 1;
  for (let node = 0; node < size; node++) offsets[node + 1] = at(offsets, node + 1) + at(offsets, node);
  const next = offsets.slice(0, size);
  const targets = new Uint32Array(from.length);
  const edges = new Uint32Array(from.length);
  for (let edge = 0; edge < from.length; edge++) {
    const source = at(from, edge);
    const place = at(next, source);
    next[source] = place + 1;
    targets[place] = at(to, edge);
    edges[place] = edge;
  }
  return {size, offsets, targets, edges};
}

/** The same graph with every edge turned round. */
export function reversed(graph: Digraph): Digraph {
  const from = new Uint32Array(graph.targets.length);
  const to = new Uint32Array(graph.targets.length);
  for (let node = 0; node < graph.size; node++) {
    for (let place = at(graph.offsets, node); place < at(graph.offsets, node + 1); place++) {
      const edge = at(graph.edges, place);
      from[edge] = at(graph.targets, place);
      to[edge] = node;
    }
  }
  return digraph(graph.size, from, to);
}

/** Calls `visit(target, edge)` for each edge that leaves `node`. */
export function forEachEdge(graph: Digraph, node: number, visit: (target: number, edge: number) => void): void {
  const end = at(graph.offsets, node + 1);
  for (let place = at(graph.offsets, node); place < end; place++)
    visit(at(graph.targets, place), at(graph.edges, place));
}

/** How many edges enter each node. */
export function inDegrees(graph: Digraph): Uint32Array {
  const degrees = new Uint32Array(graph.size);
  for (const target of graph.targets) degrees[target] = at(degrees, target) + 1;
  return degrees;
}

/** An element that is known to be there; 0 outside the array. */
export function at(list: ArrayLike<number>, index: number): number {
  return list[index] ?? 0;
}
