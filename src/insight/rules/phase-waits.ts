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

/** What a node waits for, by phase. */
type Before = ReadonlyMap<
  string,
  {readonly kind: Kind; readonly phase: string; readonly tasks: Set<NodeId>; readonly origin: Edge['origin']}
>;

/** The same graph as of the tasks, of phases: pipelines are written of phases, and only all edges between two can be done without. */
export function phaseWaitsOf({plan}: Run): PhaseWaits {
  const {nodes} = planGraphOf(plan);
  const incoming = incomingOf(plan.edges);
  const groups = new Set(nodes.filter(({kind}) => kind === 'group').map(({id}) => id));
  const known = new Map<NodeId, Before>();
  const beforeOf = (id: NodeId): Before => {
    const found = known.get(id);
    if (found !== undefined) return found;
    const before = new Map<string, {kind: Kind; phase: string; tasks: Set<NodeId>; origin: Edge['origin']}>();
    // of a cycle of groups, what is found on the way
    known.set(id, before);
    const add = (kind: Kind, phase: string, tasks: Iterable<NodeId>, origin: Edge['origin']): void => {
      const key = `${kind} ${phase}`;
      const entry = before.get(key) ?? {kind, phase, tasks: new Set(), origin};
      before.set(key, entry);
      for (const task of tasks) entry.tasks.add(task);
    };
    for (const {from, kind, origin} of incoming.get(id) ?? []) {
      if (!groups.has(from)) add(kind, phaseOf(from), [from], origin);
      else
        for (const one of [...beforeOf(from).values()])
          add(strongest(kind, one.kind), one.phase, one.tasks, origin ?? one.origin);
    }
    return before;
  };
  const waits = new Map<string, PhaseWait & {readonly kind: Kind; sources: Set<NodeId>; targets: Set<NodeId>}>();
  for (const {id} of nodes) {
    if (groups.has(id)) continue;
    const to = phaseOf(id);
    for (const {kind, phase: from, tasks, origin} of beforeOf(id).values()) {
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
      for (const task of tasks) wait.sources.add(task);
    }
  }
  const all = [...waits.values()];
  return {needs: all.filter(({kind}) => kind === 'needs'), written: all.filter(({kind}) => kind === 'written')};
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
