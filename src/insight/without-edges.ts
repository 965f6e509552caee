import {type Model, type ModelEdge, type ModelNode, nodesNamed} from './model.ts';

/**
 * The model in which no task of the second name waits for one of the first, neither by an edge nor through groups. A group that both use
 * stays as it is for everybody else; those who no longer wait for the first get a copy of it without the first.
 */
export function withoutEdges(model: Model, from: string, to: string): Model {
  return withoutWaits(model, new Set(nodesNamed(model, from)), new Set(nodesNamed(model, to)));
}

export function withoutWaits(model: Model, first: ReadonlySet<number>, second: ReadonlySet<number>): Model {
  const nodes: ModelNode[] = [...model.nodes];
  const incoming = Map.groupBy(model.edges, ({to}) => to);
  const copied: ModelEdge[] = [];
  const isGroup = (number: number): boolean => nodes[number]?.isGroup === true && !first.has(number);
  const waits = groupsBehind(model, first, isGroup);
  const copies = new Map<number, number>();
  /** The group without the first. */
  const copyOf = (group: number): number => {
    const known = copies.get(group);
    if (known !== undefined) return known;
    const node = nodes[group];
    const copy = node === undefined ? group : nodes.push({...node, id: ''}) - 1;
    copies.set(group, copy);
    open.push(group);
    return copy;
  };
  const open: number[] = [];
  const rest = (edge: ModelEdge): ModelEdge | undefined => {
    if (first.has(edge.from)) return undefined;
    return waits.has(edge.from) ? {...edge, from: copyOf(edge.from)} : edge;
  };
  const edges = model.edges.flatMap((edge) => (second.has(edge.to) ? (rest(edge) ?? []) : edge));
  for (let group = open.pop(); group !== undefined; group = open.pop())
    for (const edge of incoming.get(group) ?? []) {
      const kept = rest(edge);
      if (kept !== undefined) copied.push({...kept, to: copies.get(group) ?? group});
    }
  return nodes.length === model.nodes.length && edges.length === model.edges.length
    ? model
    : {...model, nodes, edges: [...edges, ...copied]};
}

/** Groups that wait for the first, directly or through other groups. */
function groupsBehind(
  {edges}: Model,
  first: ReadonlySet<number>,
  isGroup: (number: number) => boolean,
): ReadonlySet<number> {
  const outgoing = Map.groupBy(
    edges.filter(({to}) => isGroup(to)),
    ({from}) => from,
  );
  const found = new Set<number>();
  const open = [...first];
  for (let number = open.pop(); number !== undefined; number = open.pop())
    for (const {to} of outgoing.get(number) ?? []) {
      if (found.has(to)) continue;
      found.add(to);
      open.push(to);
    }
  return found;
}
