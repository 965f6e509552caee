import type {EdgeKind, Plan} from '../plan/plan.ts';

const STYLES: Record<EdgeKind, string> = {needs: 'solid', after: 'dashed', order: 'dotted'};

/** A plan in Graphviz's language; graphviz.org/doc/info/lang.html. Edges run from what comes first. */
export function dotGraph(plan: Plan): string {
  const nodes = plan.nodes.map(
    (node) =>
      `  ${JSON.stringify(node.id)}${/^(order|gate):\d+$/.test(node.id) ? ' [shape=point]' : node.kind === 'group' ? ' [shape=ellipse]' : ' [shape=box]'};`,
  );
  const edges = plan.edges.map(
    (edge) => `  ${JSON.stringify(edge.from)} -> ${JSON.stringify(edge.to)} [style=${STYLES[edge.kind]}];`,
  );
  return `digraph paceline {\n  rankdir=LR;\n${[...nodes, ...edges].join('\n')}\n}\n`;
}
