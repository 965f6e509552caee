import type {NodeId, Plan} from '../plan/plan.ts';
import {oneLine} from './text.ts';

interface Branch {
  readonly id: NodeId;
  /** What stands before it in its own line, and before what lies below it. */
  readonly own: string;
  readonly below: string;
  readonly note: string;
}

/** What is asked for at the left, what it waits for below it; a node that was shown already is not opened again. */
export function treeGraph(plan: Plan): string {
  const before = new Map<NodeId, {id: NodeId; kind: string}[]>();
  const hasDependents = new Set<NodeId>();
  for (const edge of plan.edges) {
    const known = before.get(edge.to);
    if (known === undefined) before.set(edge.to, [{id: edge.from, kind: edge.kind}]);
    else known.push({id: edge.from, kind: edge.kind});
    hasDependents.add(edge.from);
  }
  const lines: string[] = [];
  const opened = new Set<NodeId>();
  // a stack of its own: a chain of tasks may be longer than the engine's
  const open: Branch[] = plan.nodes
    .filter((node) => !hasDependents.has(node.id))
    .map(({id}) => ({id, own: '', below: '', note: ''}))
    .reverse();
  for (let branch = open.pop(); branch !== undefined; branch = open.pop()) {
    const {id, own, below, note} = branch;
    const children = before.get(id) ?? [];
    const again = opened.has(id) && children.length > 0;
    lines.push(`${own}${oneLine(id)}${note}${again ? ' …' : ''}`);
    if (again) continue;
    opened.add(id);
    const branches = children.map((child, index): Branch => {
      const isLast = index === children.length - 1;
      return {
        id: child.id,
        own: `${below}${isLast ? '└─ ' : '├─ '}`,
        below: `${below}${isLast ? '   ' : '│  '}`,
        note: child.kind === 'needs' ? '' : ` (${child.kind})`,
      };
    });
    for (const below of branches.reverse()) open.push(below);
  }
  return `${lines.join('\n')}\n`;
}
