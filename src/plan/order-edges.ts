import {type Digraph, digraph, forEachEdge, reversed} from '../graph/digraph.ts';
import {InnerPaths} from '../graph/inner-paths.ts';
import {type Components, stronglyConnected} from '../graph/strongly-connected.ts';
import type {DraftSequence, TaskGraph} from './task-graph.ts';

/** Each of `to` starts behind all of `from`. */
interface Bundle {
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** What the list names: `to` are these, or what they bring. */
  readonly named: readonly number[];
  readonly sequence: DraftSequence;
}

interface OrderEdge {
  readonly from: number;
  readonly to: number;
  readonly sequence: DraftSequence;
}

/**
 * Turns written lists into order edges: all that a step newly brings into the plan starts behind the steps before it. Neighbours
 * that say `parallel` are one step. Order gives way: where an edge would close a cycle, only what the list names waits; where
 * that closes one too, the edge is left out, with a warning.
 */
export function addOrderEdges(graph: TaskGraph): void {
  if (graph.sequences.length === 0) return;
  const backwards = reversed(graph.edges.graph(graph.nodes.length));
  const bundles = graph.sequences.flatMap((sequence) => bundlesOf(sequence, graph, backwards));
  warn(graph, withoutCycles(graph, addThroughGroups(graph, bundles)));
}

function bundlesOf(sequence: DraftSequence, graph: TaskGraph, backwards: Digraph): readonly Bundle[] {
  const bundles: Bundle[] = [];
  const steps = new Brought(sequence, graph, backwards);
  let before: readonly number[] = [];
  for (const step of mergeParallel(sequence.steps, graph)) {
    const named = step.filter((node) => !steps.here.has(node));
    const to = steps.bring(named);
    if (before.length > 0 && to.length > 0) bundles.push({from: before, to, named, sequence});
    const done = graph.withFollowers(step);
    const hooks = new Set(done);
    for (const node of step) hooks.delete(node);
    const ofHooks = steps.bringHooks(hooks);
    if (before.length > 0 && ofHooks.length > 0) bundles.push({from: before, to: ofHooks, named: [], sequence});
    // what an earlier step has brought does not wait for the steps before it, and so cannot stand for them
    before = named.length === step.length ? [...done] : [...new Set([...before, ...done])];
  }
  return bundles;
}

/**
 * What the steps of a list bring into the plan, each task once. A member's list brings only what lies in that member, and what it names:
 * thousands of members have the same list, and each walking through all the others would take for ever.
 */
class Brought {
  /** By a step itself; and by the hooks behind one. */
  readonly here = new Set<number>();
  readonly #hooked = new Set<number>();
  readonly #isOwn: (node: number) => boolean;
  readonly #backwards: Digraph;

  constructor({within}: DraftSequence, graph: TaskGraph, backwards: Digraph) {
    this.#isOwn = (node) => within === undefined || graph.nodes[node]?.workspace === within;
    this.#backwards = backwards;
  }

  /** Adds what is named and what that waits for. Returns those of the new nodes that wait for no other of these. */
  bring(named: readonly number[]): readonly number[] {
    return this.#bring(named, this.here);
  }

  /** The same for the hooks behind a step; they wait for it anyway, so only what they need is returned. */
  bringHooks(hooks: ReadonlySet<number>): readonly number[] {
    const fresh = [...hooks].filter((node) => !this.here.has(node) && !this.#hooked.has(node));
    return this.#bring(fresh, this.#hooked).filter((node) => !hooks.has(node));
  }

  #bring(named: readonly number[], into: Set<number>): readonly number[] {
    const fresh = new Set(named);
    for (const node of fresh) {
      into.add(node);
      if (!this.#isOwn(node)) continue;
      forEachEdge(this.#backwards, node, (source) => {
        if (this.#isOwn(source) && !this.here.has(source) && !this.#hooked.has(source)) fresh.add(source);
        into.add(source);
      });
    }
    return [...fresh].filter((node) => {
      let first = true;
      forEachEdge(this.#backwards, node, (source) => {
        if (fresh.has(source)) first = false;
      });
      return first;
    });
  }
}

function mergeParallel(steps: readonly (readonly number[])[], graph: TaskGraph): readonly (readonly number[])[] {
  const merged: number[][] = [];
  let open = false;
  for (const step of steps) {
    if (step.length === 0) continue;
    const parallel = step.every((node) => graph.nodes[node]?.phase?.parallel === true);
    const last = merged.at(-1);
    if (parallel && open && last !== undefined) for (const node of step) last.push(node);
    else merged.push([...step]);
    open = parallel;
  }
  return merged;
}

/**
 * Adds the large bundles through a group each, which makes fewer edges; returns what is left to add. Lists with large bundles come
 * last: should they contradict a list of a few tasks, they give way.
 */
function addThroughGroups(graph: TaskGraph, bundles: readonly Bundle[]): readonly Bundle[] {
  const large = bundles.filter(isLarge);
  if (large.length === 0) return bundles;
  const size = graph.nodes.length;
  const groups = new Map(large.map((bundle, index) => [bundle, size + index]));
  const wanted = bundles.flatMap((bundle) => {
    const group = groups.get(bundle);
    return group === undefined ? pairs(bundle) : through(bundle, group);
  });
  const component = componentsWith(graph, wanted, size + large.length);
  const left = bundles.map((bundle): Bundle => {
    const planned = groups.get(bundle);
    if (planned === undefined || (component.sizes[component.of[planned] ?? 0] ?? 1) > 1) return bundle;
    const {origin, stage} = bundle.sequence;
    const group = graph.group(`order:${graph.nodes.length}`, origin, stage);
    for (const edge of through(bundle, group)) addEdge(graph, edge);
    return {...bundle, from: [], to: [group], named: [group]};
  });
  const wide = new Set(large.map(({sequence}) => sequence));
  return [...left.filter(({sequence}) => !wide.has(sequence)), ...left.filter(({sequence}) => wide.has(sequence))];
}

function isLarge({from, to}: Bundle): boolean {
  return from.length * to.length > from.length + to.length;
}

function through({from, to, sequence}: Bundle, between: number): readonly OrderEdge[] {
  return [
    ...from.map((node) => ({from: node, to: between, sequence})),
    ...to.map((node) => ({from: between, to: node, sequence})),
  ];
}

function pairs({from, to, sequence}: Bundle): readonly OrderEdge[] {
  return from.flatMap((source) =>
    to.filter((target) => target !== source).map((target) => ({from: source, to: target, sequence})),
  );
}

/** Adds what can be added; returns what would have closed a cycle. */
function withoutCycles(graph: TaskGraph, bundles: readonly Bundle[]): readonly OrderEdge[] {
  const {edges, nodes} = graph;
  const wanted = bundles.flatMap((bundle) => pairs(bundle));
  const paths = new InnerPaths(componentsWith(graph, wanted, nodes.length).of);
  for (let edge = 0; edge < edges.length; edge++) paths.add(edges.from[edge] ?? 0, edges.to[edge] ?? 0);
  const added = (edge: OrderEdge): boolean => {
    if (paths.isInner(edge.from, edge.to) && paths.has(edge.to, edge.from)) return false;
    paths.add(edge.from, edge.to);
    addEdge(graph, edge);
    return true;
  };
  const dropped: OrderEdge[] = [];
  // what a step could not be put behind: the steps behind it must wait for that themselves
  const loose = new Map<DraftSequence, Set<number>>();
  for (const bundle of bundles) {
    const {sequence, named} = bundle;
    const passed = loose.get(sequence) ?? new Set();
    loose.set(sequence, passed);
    const givesWay = new Set<number>();
    for (const edge of pairs({...bundle, from: [...bundle.from, ...passed]})) if (!added(edge)) givesWay.add(edge.from);
    for (const edge of pairs({...bundle, from: [...givesWay], to: named})) {
      if (added(edge)) continue;
      passed.add(edge.from);
      dropped.push(edge);
    }
  }
  return dropped;
}

function addEdge(graph: TaskGraph, {from, to, sequence}: OrderEdge): void {
  graph.edges.add(from, to, sequence.binding ? 'after' : 'order', sequence.origin);
}

function componentsWith(graph: TaskGraph, wanted: readonly OrderEdge[], size: number): Components {
  const from = [...graph.edges.from];
  const to = [...graph.edges.to];
  for (const edge of wanted) {
    from.push(edge.from);
    to.push(edge.to);
  }
  return stronglyConnected(digraph(size, from, to));
}

/** One warning a list, however many members have it. Of a hook behind a step nobody wrote that it comes before the next: no word of it. */
function warn(graph: TaskGraph, dropped: readonly OrderEdge[]): void {
  const named = new Map<DraftSequence, ReadonlySet<number>>();
  const isWritten = ({from, sequence}: OrderEdge): boolean => {
    const names = named.get(sequence) ?? new Set(sequence.steps.flat());
    named.set(sequence, names);
    return names.has(from);
  };
  const lists = Map.groupBy(dropped.filter(isWritten), ({sequence}) => sequence.origin);
  for (const [origin, [edge, ...others]] of lists) {
    if (edge === undefined) continue;
    const name = (node: number): string => `"${graph.nodes[node]?.id ?? ''}"`;
    const more = others.length === 0 ? '' : ` (and ${others.length} more like it)`;
    graph.diagnostics.push({
      severity: 'warning',
      code: 'W_ORDER_DROPPED',
      message: `${name(edge.from)} is written before ${name(edge.to)}, but waits for it: the written order gives way${more}.`,
      hint: 'Write all lists in the order that their phases need each other, or say `parallel = true`.',
      origin,
    });
  }
}
