import {type Digraph, digraph, forEachEdge, reversed} from '../graph/digraph.ts';
import {InnerPaths} from '../graph/inner-paths.ts';
import {type Components, stronglyConnected} from '../graph/strongly-connected.ts';
import type {DraftSequence, TaskGraph} from './task-graph.ts';

/** Each of `to` starts behind all of `from`. */
interface Bundle {
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly sequence: DraftSequence;
}

interface OrderEdge {
  readonly from: number;
  readonly to: number;
  readonly sequence: DraftSequence;
}

/**
 * Turns written lists into order edges: all that a step newly brings into the plan starts behind the steps before it. Neighbours
 * that say `parallel` are one step. Order gives way: an edge that would close a cycle is left out, with a warning.
 */
export function addOrderEdges(graph: TaskGraph): void {
  if (graph.sequences.length === 0) return;
  const backwards = reversed(graph.edges.graph(graph.nodes.length));
  const bundles = graph.sequences.flatMap((sequence) => bundlesOf(sequence, graph, backwards));
  warn(graph, withoutCycles(graph, pairs(addThroughGroups(graph, bundles))));
}

function bundlesOf(sequence: DraftSequence, graph: TaskGraph, backwards: Digraph): readonly Bundle[] {
  const bundles: Bundle[] = [];
  const here = new Set<number>();
  let before: readonly number[] = [];
  for (const step of mergeParallel(sequence.steps, graph)) {
    const entries = entriesOf(step, here, sequence, graph, backwards);
    if (before.length > 0 && entries.length > 0) bundles.push({from: before, to: entries, sequence});
    before = [...graph.withFollowers(step)];
  }
  return bundles;
}

/**
 * The nodes that a step newly brings and that wait for no other of these: they must wait for the step before. Adds everything that it
 * brings to `here`. A member's list brings only what lies in that member, and what it names: thousands of
 * members have the same list, and each walking through all the others would take for ever.
 */
function entriesOf(
  step: readonly number[],
  here: Set<number>,
  {within}: DraftSequence,
  graph: TaskGraph,
  backwards: Digraph,
): readonly number[] {
  const isOwn = (node: number): boolean => within === undefined || graph.nodes[node]?.workspace === within;
  const named = step.filter((node) => !here.has(node));
  const fresh = new Set(named);
  for (const node of fresh) {
    here.add(node);
    if (!isOwn(node)) continue;
    forEachEdge(backwards, node, (source) => {
      if (isOwn(source) && !here.has(source)) fresh.add(source);
      here.add(source);
    });
  }
  return [...fresh].filter((node) => {
    let first = true;
    forEachEdge(backwards, node, (source) => {
      if (fresh.has(source)) first = false;
    });
    return first;
  });
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

/** Adds the large bundles through a group each, which makes fewer edges; returns those that are small, or part of a cycle. */
function addThroughGroups(graph: TaskGraph, bundles: readonly Bundle[]): readonly Bundle[] {
  const large = bundles.filter(isLarge);
  if (large.length === 0) return bundles;
  const small = bundles.filter((bundle) => !isLarge(bundle));
  const size = graph.nodes.length;
  const wanted = [...pairs(small), ...large.flatMap((bundle, index) => through(bundle, size + index))];
  const component = componentsWith(graph, wanted, size + large.length);
  const left = small;
  for (const [index, bundle] of large.entries()) {
    const isInCycle = (component.sizes[component.of[size + index] ?? 0] ?? 1) > 1;
    if (isInCycle) left.push(bundle);
    else {
      const {origin, stage} = bundle.sequence;
      for (const edge of through(bundle, graph.group(`order:${graph.nodes.length}`, origin, stage)))
        addEdge(graph, edge);
    }
  }
  return left;
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

function pairs(bundles: readonly Bundle[]): readonly OrderEdge[] {
  return bundles.flatMap(({from, to, sequence}) =>
    from.flatMap((source) =>
      to.filter((target) => target !== source).map((target) => ({from: source, to: target, sequence})),
    ),
  );
}

/** Adds what can be added; returns what would have closed a cycle. */
function withoutCycles(graph: TaskGraph, wanted: readonly OrderEdge[]): readonly OrderEdge[] {
  const {edges, nodes} = graph;
  const paths = new InnerPaths(componentsWith(graph, wanted, nodes.length).of);
  for (let edge = 0; edge < edges.length; edge++) paths.add(edges.from[edge] ?? 0, edges.to[edge] ?? 0);
  return wanted.filter((edge) => {
    if (paths.isInner(edge.from, edge.to) && paths.has(edge.to, edge.from)) return true;
    paths.add(edge.from, edge.to);
    addEdge(graph, edge);
    return false;
  });
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

/** One warning a list, however many members have it. */
function warn(graph: TaskGraph, dropped: readonly OrderEdge[]): void {
  const lists = Map.groupBy(dropped, ({sequence}) => sequence.origin);
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
