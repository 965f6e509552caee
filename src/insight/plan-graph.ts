import {digraph} from '../graph/digraph.ts';
import {stronglyConnected} from '../graph/strongly-connected.ts';
import type {FinalStage, NodeId, Plan, PlanEdge, PlanNode} from '../plan/plan.ts';
import type {Run} from '../record/run.ts';

/** A plan from outside as it can be carried out: each node once, edges between nodes that there are, no cycle. */
export interface PlanGraph {
  readonly nodes: readonly PlanNode[];
  /** Edges by the numbers of their nodes. */
  readonly edges: readonly {readonly from: number; readonly to: number; readonly kind: PlanEdge['kind']}[];
  /** Edges that were left out because they close cycles. */
  readonly closing: readonly PlanEdge[];
  /** Edges that were left out because one end is no node. */
  readonly dangling: readonly PlanEdge[];
}

export function planGraphOf({nodes: written, edges: all}: Plan): PlanGraph {
  const numbers = new Map<NodeId, number>();
  const nodes: PlanNode[] = [];
  for (const node of written) if (!numbers.has(node.id)) numbers.set(node.id, nodes.push(node) - 1);
  const dangling: PlanEdge[] = [];
  const found = all.flatMap((edge) => {
    const [from, to] = [numbers.get(edge.from), numbers.get(edge.to)];
    if (from !== undefined && to !== undefined) return [{from, to, edge}];
    dangling.push(edge);
    return [];
  });
  const components = stronglyConnected(
    digraph(
      nodes.length,
      found.map(({from}) => from),
      found.map(({to}) => to),
    ),
  );
  // inside a cycle, nodes keep the order in which the plan names them
  const closes = ({from, to}: (typeof found)[number]): boolean =>
    components.of[from] === components.of[to] && from >= to;
  return {
    nodes,
    edges: found.filter((one) => !closes(one)).map(({from, to, edge: {kind}}) => ({from, to, kind})),
    closing: found.filter(closes).map(({edge}) => edge),
    dangling,
  };
}

/** Stages come one behind the other, each when all of the one before has ended: 0 is everything that is no final. */
export function stageOf(final: FinalStage | undefined): number {
  return final === undefined ? 0 : final === 'after_all' ? 2 : 1;
}

/** Tasks that ran although the plan does not know them; of a run that was put together by somebody else. */
export function foreignTasksOf({plan, tasks}: Run): readonly NodeId[] {
  const planned = new Set(plan.nodes.map(({id}) => id));
  return [...new Set(tasks.map(({task}) => task))].filter((task) => !planned.has(task));
}
