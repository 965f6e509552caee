import * as fc from 'fast-check';
import {type Digraph, digraph} from '../../src/graph/digraph.ts';

export interface RandomGraph {
  readonly size: number;
  readonly edges: readonly (readonly [number, number])[];
  readonly graph: Digraph;
}

function made(size: number, edges: readonly (readonly [number, number])[]): RandomGraph {
  const graph = digraph(
    size,
    edges.map(([from]) => from),
    edges.map(([, to]) => to),
  );
  return {size, edges, graph};
}

/** Any graph: loops, parallel edges and cycles too. */
export const anyGraph = fc.integer({min: 0, max: 14}).chain((size) => {
  const node = fc.nat({max: Math.max(0, size - 1)});
  return fc.array(fc.tuple(node, node), {maxLength: size === 0 ? 0 : 30}).map((edges) => made(size, edges));
});

/** Graphs without cycles whose node numbers are in no particular order. */
export const acyclicGraph = fc.integer({min: 0, max: 14}).chain((size) => {
  const node = fc.nat({max: Math.max(0, size - 1)});
  const numbers = Array.from({length: size}, (_, number) => number);
  const shuffled = fc.shuffledSubarray(numbers, {minLength: size, maxLength: size});
  return fc.tuple(fc.array(fc.tuple(node, node), {maxLength: size === 0 ? 0 : 30}), shuffled).map(([pairs, rank]) => {
    const edges = pairs.flatMap(([one, other]): [number, number][] => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)];
      return low === high ? [] : [[rank[low]!, rank[high]!]];
    });
    return made(size, edges);
  });
});

/** Which nodes can be reached from which over at least one edge, by Warshall's algorithm: slow, and plainly right. */
export function reachable({size, edges}: RandomGraph): readonly (readonly boolean[])[] {
  const matrix = Array.from({length: size}, () => Array.from({length: size}, () => false));
  for (const [from, to] of edges) matrix[from]![to] = true;
  for (let through = 0; through < size; through++) {
    for (let from = 0; from < size; from++) {
      for (let to = 0; to < size; to++) matrix[from]![to] ||= matrix[from]![through]! && matrix[through]![to]!;
    }
  }
  return matrix;
}
