import type {NodeId, Plan} from '../plan/plan.ts';

/** What is asked for at the left, what it waits for below it; a node that was shown already is not opened again. */
export function treeGraph(plan: Plan): string {
  const before = new Map<NodeId, {id: NodeId; kind: string}[]>();
  const hasDependents = new Set<NodeId>();
  for (const edge of plan.edges) {
    before.set(edge.to, [...(before.get(edge.to) ?? []), {id: edge.from, kind: edge.kind}]);
    hasDependents.add(edge.from);
  }
  const lines: string[] = [];
  const opened = new Set<NodeId>();
  const walk = (id: NodeId, prefix: string, branch: string, note: string): void => {
    const children = before.get(id) ?? [];
    const again = opened.has(id) && children.length > 0;
    lines.push(`${prefix}${branch}${id}${note}${again ? ' …' : ''}`);
    if (again) return;
    opened.add(id);
    const deeper = prefix + (branch === '' ? '' : branch === '└─ ' ? '   ' : '│  ');
    for (const [index, child] of children.entries()) {
      walk(
        child.id,
        deeper,
        index === children.length - 1 ? '└─ ' : '├─ ',
        child.kind === 'needs' ? '' : ` (${child.kind})`,
      );
    }
  };
  for (const node of plan.nodes) if (!hasDependents.has(node.id)) walk(node.id, '', '', '');
  return `${lines.join('\n')}\n`;
}
