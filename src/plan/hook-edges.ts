import {at, forEachEdge, reversed} from '../graph/digraph.ts';
import {reach} from '../graph/reach.ts';
import type {TaskGraph} from './task-graph.ts';

/**
 * What needs a phase also waits for the hooks behind it, unless the hook itself needs that dependent: then the dependent is
 * a part of the hook's own work.
 */
export function addHookEdges(graph: TaskGraph): void {
  if (graph.followers.size === 0) return;
  const forwards = graph.edges.graph(graph.nodes.length);
  const backwards = reversed(forwards);
  for (const [phase, followers] of graph.followers) {
    const walls = new Set([phase]);
    const dependents: number[] = [];
    forEachEdge(forwards, phase, (dependent, edge) => {
      if (graph.edges.kinds[edge] !== 'after') dependents.push(dependent);
    });
    for (const follower of followers) {
      // everything that the hook waits for, not looking behind its phase
      const upstream = reach(backwards, [follower], walls);
      for (const dependent of dependents) {
        if (at(upstream, dependent) === 0 && dependent !== follower) graph.edges.add(follower, dependent, 'after', graph.nodes[follower]?.origin);
      }
    }
  }
}
