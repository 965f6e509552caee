import {at, type Digraph, forEachEdge} from './digraph.ts';
import {stronglyConnected} from './strongly-connected.ts';

/** In larger components not every node is tried as the start: the cycle is short, perhaps not the shortest. */
const LARGE = 1000;

/** The edges of a shortest cycle, in order, or undefined when there is none. */
export function shortestCycle(graph: Digraph): readonly number[] | undefined {
  const component = stronglyConnected(graph);
  const tried = new Set<number>();
  let best: number[] | undefined;
  for (let node = 0; node < graph.size; node++) {
    const own = at(component.of, node);
    const size = at(component.sizes, own);
    if ((size === 1 && !hasSelfLoop(graph, node)) || (size > LARGE && tried.has(own))) continue;
    tried.add(own);
    const found = cycleThrough(graph, node, component.of);
    if (found !== undefined && (best === undefined || found.length < best.length)) best = found;
  }
  return best;
}

function hasSelfLoop(graph: Digraph, node: number): boolean {
  let found = false;
  forEachEdge(graph, node, (target) => {
    if (target === node) found = true;
  });
  return found;
}

/** Breadth first from `start` until an edge comes back to it. */
function cycleThrough(graph: Digraph, start: number, component: Uint32Array): number[] | undefined {
  const cameBy = new Map<number, {from: number; edge: number}>();
  const queue = [start];
  for (let head = 0; head < queue.length; head++) {
    const node = queue[head] ?? start;
    let closing = -1;
    forEachEdge(graph, node, (target, edge) => {
      if (closing >= 0 || at(component, target) !== at(component, start)) return;
      if (target === start) closing = edge;
      else if (!cameBy.has(target)) {
        cameBy.set(target, {from: node, edge});
        queue.push(target);
      }
    });
    if (closing >= 0) return [...pathBack(cameBy, node, start), closing];
  }
  return undefined;
}

function pathBack(cameBy: ReadonlyMap<number, {from: number; edge: number}>, end: number, start: number): number[] {
  const edges: number[] = [];
  for (let node = end; node !== start; ) {
    const step = cameBy.get(node);
    if (step === undefined) break;
    edges.push(step.edge);
    node = step.from;
  }
  return edges.reverse();
}
