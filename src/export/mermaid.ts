import type {EdgeKind, Plan} from '../plan/plan.ts';

const ARROWS: Record<EdgeKind, string> = {needs: '-->', after: '-.->', order: '-..->'};

/** A plan as a Mermaid flowchart; mermaid.js.org/syntax/flowchart.html. */
export function mermaidGraph(plan: Plan): string {
  const names = new Map(plan.nodes.map((node, index) => [node.id, `n${index}`]));
  const nodes = plan.nodes.map((node) => `  ${names.get(node.id)}["${node.id.replaceAll('"', '#quot;')}"]`);
  const edges = plan.edges.map((edge) => `  ${names.get(edge.from)} ${ARROWS[edge.kind]} ${names.get(edge.to)}`);
  return `flowchart LR\n${[...nodes, ...edges].join('\n')}\n`;
}
