import {digraph, forEachEdge} from '../graph/digraph.ts';
import {InnerPaths} from '../graph/inner-paths.ts';
import {stronglyConnected} from '../graph/strongly-connected.ts';
import type {TaskGraph} from './task-graph.ts';

interface HookEdge {
  readonly follower: number;
  readonly dependent: number;
}

/**
 * What needs a phase also waits for the hooks behind it, unless the hook itself needs that dependent: then the dependent is
 * a part of the hook's own work.
 */
export function addHookEdges(graph: TaskGraph): void {
  if (graph.followers.size === 0) return;
  const {edges, nodes} = graph;
  const wanted = wantedEdges(graph);
  const from = [...edges.from];
  const to = [...edges.to];
  for (const edge of wanted) {
    from.push(edge.follower);
    to.push(edge.dependent);
  }
  const paths = new InnerPaths(stronglyConnected(digraph(nodes.length, from, to)).of);
  for (let edge = 0; edge < edges.length; edge++) paths.add(edges.from[edge] ?? 0, edges.to[edge] ?? 0);
  for (const {follower, dependent} of wanted) {
    const partOfHook = paths.isInner(follower, dependent) && paths.has(dependent, follower);
    if (!partOfHook) edges.add(follower, dependent, 'after', nodes[follower]?.origin);
  }
}

function wantedEdges(graph: TaskGraph): readonly HookEdge[] {
  const forwards = graph.edges.graph(graph.nodes.length);
  const wanted: HookEdge[] = [];
  for (const phase of graph.followers.keys()) {
    const dependents: number[] = [];
    forEachEdge(forwards, phase, (dependent, edge) => {
      if (graph.edges.kinds[edge] !== 'after') dependents.push(dependent);
    });
    for (const follower of graph.withFollowers([phase])) {
      if (follower === phase) continue;
      for (const dependent of dependents) if (dependent !== follower) wanted.push({follower, dependent});
    }
  }
  return wanted;
}
