import {digraph} from '../graph/digraph.ts';
import {topologicalOrder} from '../graph/topological-order.ts';
import type {Plan} from './plan.ts';

/** Why nothing can be computed from a plan that came from outside, for a person; undefined when it can. Edges to unknown nodes do not count. */
export function planProblem({nodes, edges}: Plan): string | undefined {
  const numbers = new Map(nodes.map(({id}, number) => [id, number]));
  if (numbers.size < nodes.length) return 'two nodes of its plan have the same id';
  const from: number[] = [];
  const to: number[] = [];
  for (const edge of edges) {
    const [source, target] = [numbers.get(edge.from), numbers.get(edge.to)];
    if (source === undefined || target === undefined) continue;
    from.push(source);
    to.push(target);
  }
  return topologicalOrder(digraph(nodes.length, from, to)).acyclic ? undefined : 'the edges of its plan make a circle';
}
