import {at, reversed} from '../graph/digraph.ts';
import {longestPath, longestRemaining} from '../graph/longest-path.ts';
import type {NodeId} from '../plan/plan.ts';
import {graphOf, type Model} from './model.ts';

export interface CriticalPath {
  /** First to last; nodes that take no time are left out. */
  readonly tasks: readonly NodeId[];
  /** Their sum, ms: no number of slots or cores makes the plan faster than that. */
  readonly ms: number;
  /** How much longer each task could take before it is on the longest chain, ms. */
  readonly slack: ReadonlyMap<NodeId, number>;
}

const ROUNDING = 1e-9;

/** The longest chain of tasks, each with its own time, and how far the others are from it (critical path method). */
export function criticalPathOf(model: Model): CriticalPath {
  const graph = graphOf(model);
  const weights = model.nodes.map(({work}) => work.ms);
  const behind = longestRemaining(graph, weights);
  const before = longestRemaining(reversed(graph), weights);
  const idOf = (node: number): NodeId | '' => model.nodes[node]?.id ?? '';
  const through = weights.map((weight, node) => at(before, node) + at(behind, node) - weight);
  const ms = through.reduce((most, one) => Math.max(most, one), 0);
  const slack = new Map<NodeId, number>();
  const tasks: NodeId[] = [];
  for (const [node, one] of through.entries()) {
    const id = idOf(node);
    // sums that are equal may differ by a rounding
    if (id !== '' && at(weights, node) > 0) slack.set(id, ms - one > ms * ROUNDING ? ms - one : 0);
  }
  for (const node of longestPath(graph, weights)) {
    const id = idOf(node);
    if (id !== '' && at(weights, node) > 0) tasks.push(id);
  }
  return {tasks, ms, slack};
}
