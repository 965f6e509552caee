import type {NodeId, PlanEdge} from '../../plan/plan.ts';
import type {Run} from '../../record/run.ts';
import {phaseOf} from '../model.ts';
import {planGraphOf} from '../plan-graph.ts';

/** Tasks of one phase that wait for tasks of another, directly or through groups. */
export interface PhaseWait {
  readonly from: string;
  readonly to: string;
  readonly sources: ReadonlySet<NodeId>;
  readonly targets: ReadonlySet<NodeId>;
  /** Where it is written, the first of several. */
  readonly origin?: PlanEdge['origin'];
}

/** needs: a result may flow. written: an order or a hook, on one part of the way at least. */
export interface PhaseWaits {
  readonly needs: readonly PhaseWait[];
  readonly written: readonly PhaseWait[];
}

/** hook: it belongs behind its phase, and nothing is to be said of it. */
type Kind = keyof PhaseWaits | 'hook';

interface Edge {
  readonly from: NodeId;
  readonly kind: Kind;
  readonly origin: PlanEdge['origin'];
}

/** Tasks of one phase that a node waits for. */
interface Before {
  readonly kind: Kind;
  readonly phase: string;
  readonly tasks: ReadonlySet<NodeId>;
  readonly origin: Edge['origin'];
}

/** The same graph as of the tasks, of phases: pipelines are written of phases, and only all edges between two can be done without. */
export function phaseWaitsOf({plan}: Run): PhaseWaits {
  const {nodes} = planGraphOf(plan);
  const groups = new Set(nodes.filter(({kind}) => kind === 'group').map(({id}) => id));
  const beforeOf = beforeIn(plan.edges, groups);
  const waits = new Map<string, PhaseWait & {readonly kind: Kind; sources: Set<NodeId>; targets: Set<NodeId>}>();
  // thousands of tasks wait for the same group
  const merged = new Set<string>();
  const numbers = new Map<ReadonlySet<NodeId>, number>();
  for (const {id} of nodes) {
    if (groups.has(id)) continue;
    const to = phaseOf(id);
    for (const {kind, phase: from, tasks, origin} of beforeOf(id)) {
      const key = `${kind} ${from} ${to}`;
      const wait = waits.get(key) ?? {
        kind,
        from,
        to,
        sources: new Set<NodeId>(),
        targets: new Set<NodeId>(),
        ...(origin !== undefined && {origin}),
      };
      waits.set(key, wait);
      wait.targets.add(id);
      const number = numbers.get(tasks) ?? numbers.size;
      numbers.set(tasks, number);
      if (merged.has(`${number} ${key}`)) continue;
      merged.add(`${number} ${key}`);
      for (const task of tasks) wait.sources.add(task);
    }
  }
  const all = [...waits.values()];
  return {needs: all.filter(({kind}) => kind === 'needs'), written: all.filter(({kind}) => kind === 'written')};
}

function beforeIn(edges: readonly PlanEdge[], groups: ReadonlySet<NodeId>): (id: NodeId) => readonly Before[] {
  const incoming = incomingOf(edges);
  const known = new Map<NodeId, readonly Before[]>();
  const beforeGroup = (group: NodeId): readonly Before[] => {
    const found = known.get(group);
    if (found !== undefined) return found;
    // of a cycle of groups, what is found on the way
    known.set(group, []);
    const byPhase = Map.groupBy(beforeOf(group), ({kind, phase}) => `${kind} ${phase}`);
    const before = [...byPhase.values()].flatMap(([first, ...others]) =>
      first === undefined ? [] : [{...first, tasks: new Set([first, ...others].flatMap(({tasks}) => [...tasks]))}],
    );
    known.set(group, before);
    return before;
  };
  const beforeOf = (id: NodeId): readonly Before[] =>
    (incoming.get(id) ?? []).flatMap(({from, kind, origin}): readonly Before[] =>
      groups.has(from)
        ? beforeGroup(from).map((one) => ({...one, kind: strongest(kind, one.kind), origin: origin ?? one.origin}))
        : [{kind, phase: phaseOf(from), tasks: new Set([from]), origin}],
    );
  return beforeOf;
}

/** On the way of two edges. */
function strongest(one: Kind, other: Kind): Kind {
  return one === 'hook' || other === 'hook' ? 'hook' : one === 'written' ? one : other;
}

function incomingOf(edges: readonly PlanEdge[]): ReadonlyMap<NodeId, readonly Edge[]> {
  const byTarget = Map.groupBy(edges, ({to}) => to);
  const leaders = (hook: NodeId): readonly NodeId[] =>
    (byTarget.get(hook) ?? []).filter(({kind}) => kind === 'after').map(({from}) => from);
  const needs = (id: NodeId, other: NodeId): boolean =>
    (byTarget.get(id) ?? []).some(({from, kind}) => from === other && kind === 'needs');
  // a hook belongs behind its phase; that others wait for the hook of what they need is only how it is written
  const kindOf = ({from, to, kind}: PlanEdge): Kind => {
    if (kind !== 'after') return kind === 'order' ? 'written' : 'needs';
    return leaders(from).some((leader) => needs(to, leader)) ? 'written' : 'hook';
  };
  return new Map(
    [...byTarget].map(([id, list]) => [
      id,
      list.map((edge): Edge => ({from: edge.from, kind: kindOf(edge), origin: edge.origin})),
    ]),
  );
}
