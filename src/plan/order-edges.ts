import type {Origin} from '../base/source.ts';
import {at, type Digraph, digraph, forEachEdge, reversed} from '../graph/digraph.ts';
import {canReach, reach} from '../graph/reach.ts';
import {stronglyConnected} from '../graph/strongly-connected.ts';
import {topologicalOrder} from '../graph/topological-order.ts';
import type {DraftSequence, TaskGraph} from './task-graph.ts';

interface OrderEdge {
  readonly from: number;
  readonly to: number;
  readonly origin: Origin;
}

/**
 * Turns written lists into order edges: all that a step newly brings into the plan starts behind the steps before it. Neighbours
 * that say `parallel` are one step. Order gives way: an edge that would close a cycle is left out, with a warning.
 */
export function addOrderEdges(graph: TaskGraph): void {
  if (graph.sequences.length === 0) return;
  const backwards = reversed(graph.edges.graph(graph.nodes.length));
  const wanted = graph.sequences.flatMap((sequence) => edgesOf(sequence, graph, backwards));
  const dropped = withoutCycles(graph, wanted);
  for (const edge of dropped) {
    graph.diagnostics.push({
      severity: 'warning',
      code: 'W_ORDER_DROPPED',
      message: `"${nameOf(graph, edge.from)}" is written before "${nameOf(graph, edge.to)}", which it needs: the written order gives way.`,
      hint: 'Write the list in the order that its phases need each other, or remove the needless one.',
      origin: edge.origin,
    });
  }
}

function edgesOf(sequence: DraftSequence, graph: TaskGraph, backwards: Digraph): readonly OrderEdge[] {
  const edges: OrderEdge[] = [];
  const steps = mergeParallel(sequence.steps, graph);
  const here = new Uint8Array(graph.nodes.length);
  let before: readonly number[] = [];
  for (const step of steps) {
    const closure = reach(backwards, step);
    const entries: number[] = [];
    for (let node = 0; node < closure.length; node++) {
      if (at(closure, node) === 0 || at(here, node) === 1) continue;
      if (startsFresh(node, closure, here, backwards)) entries.push(node);
    }
    edges.push(...joined(before, entries, graph, sequence.origin));
    for (let node = 0; node < closure.length; node++) if (at(closure, node) === 1) here[node] = 1;
    before = withFollowers(step, graph);
  }
  return edges;
}

/** A new node without a new predecessor: the first that must wait for the step before. */
function startsFresh(node: number, closure: Uint8Array, here: Uint8Array, backwards: Digraph): boolean {
  let fresh = true;
  forEachEdge(backwards, node, (source) => {
    if (at(closure, source) === 1 && at(here, source) === 0) fresh = false;
  });
  return fresh;
}

function mergeParallel(steps: readonly (readonly number[])[], graph: TaskGraph): readonly (readonly number[])[] {
  const merged: number[][] = [];
  let open = false;
  for (const step of steps) {
    if (step.length === 0) continue;
    const parallel = step.every((node) => graph.nodes[node]?.phase?.parallel === true);
    const last = merged.at(-1);
    if (parallel && open && last !== undefined) last.push(...step);
    else merged.push([...step]);
    open = parallel;
  }
  return merged;
}

function withFollowers(step: readonly number[], graph: TaskGraph): readonly number[] {
  const all = new Set(step);
  for (const node of all) for (const follower of graph.followers.get(node) ?? []) all.add(follower);
  return [...all];
}

/** From each to each; through a group where that makes fewer edges. */
function joined(before: readonly number[], entries: readonly number[], graph: TaskGraph, origin: Origin): readonly OrderEdge[] {
  if (before.length * entries.length <= before.length + entries.length) {
    return before.flatMap((from) => entries.filter((to) => to !== from).map((to) => ({from, to, origin})));
  }
  const between = graph.group(`order:${graph.nodes.length}`, origin);
  return [...before.map((from) => ({from, to: between, origin})), ...entries.map((to) => ({from: between, to, origin}))];
}

/** Adds what can be added; returns what would have closed a cycle. */
function withoutCycles(graph: TaskGraph, wanted: readonly OrderEdge[]): readonly OrderEdge[] {
  const size = graph.nodes.length;
  const all = combined(graph, wanted, size);
  if (topologicalOrder(all).acyclic) {
    for (const edge of wanted) graph.edges.add(edge.from, edge.to, 'order', edge.origin);
    return [];
  }
  const component = stronglyConnected(all);
  const doubtful = wanted.filter((edge) => component.of[edge.from] === component.of[edge.to]);
  for (const edge of wanted) if (!doubtful.includes(edge)) graph.edges.add(edge.from, edge.to, 'order', edge.origin);
  return doubtful.filter((edge) => {
    if (canReach(graph.edges.graph(size), edge.to, edge.from)) return true;
    graph.edges.add(edge.from, edge.to, 'order', edge.origin);
    return false;
  });
}

function combined(graph: TaskGraph, wanted: readonly OrderEdge[], size: number): Digraph {
  const from = [...graph.edges.from];
  const to = [...graph.edges.to];
  for (const edge of wanted) {
    from.push(edge.from);
    to.push(edge.to);
  }
  return digraph(size, from, to);
}

function nameOf(graph: TaskGraph, node: number): string {
  return graph.nodes[node]?.id ?? '';
}
