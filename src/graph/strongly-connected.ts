import {at, type Digraph} from './digraph.ts';

export interface Components {
  /** The component of each node. */
  readonly of: Uint32Array;
  /** The number of nodes of each component. */
  readonly sizes: readonly number[];
}

/** Tarjan's strongly connected components, without recursion. O(nodes + edges). R. Tarjan, SIAM J. Comput. 1 (1972). */
export function stronglyConnected(graph: Digraph): Components {
  const {size, offsets, targets} = graph;
  const none = 0xffffffff;
  const index = new Uint32Array(size).fill(none);
  const low = new Uint32Array(size);
  const onStack = new Uint8Array(size);
  const of = new Uint32Array(size);
  const next = offsets.slice(0, size);
  const sizes: number[] = [];
  const stack: number[] = [];
  let counter = 0;
  for (let root = 0; root < size; root++) {
    if (at(index, root) !== none) continue;
    const path = [root];
    while (path.length > 0) {
      const node = path[path.length - 1] ?? root;
      if (at(index, node) === none) {
        index[node] = low[node] = counter++;
        stack.push(node);
        onStack[node] = 1;
      }
      const place = at(next, node);
      if (place < at(offsets, node + 1)) {
        next[node] = place + 1;
        const target = at(targets, place);
        if (at(index, target) === none) path.push(target);
        else if (at(onStack, target) === 1) low[node] = Math.min(at(low, node), at(index, target));
        continue;
      }
      path.pop();
      const parent = path[path.length - 1];
      if (parent !== undefined) low[parent] = Math.min(at(low, parent), at(low, node));
      if (at(low, node) === at(index, node)) sizes.push(popComponent(stack, onStack, of, node, sizes.length));
    }
  }
  return {of, sizes};
}

function popComponent(stack: number[], onStack: Uint8Array, of: Uint32Array, root: number, component: number): number {
  let count = 0;
  for (;;) {
    const node = stack.pop();
    if (node === undefined) return count;
    onStack[node] = 0;
    of[node] = component;
    count++;
    if (node === root) return count;
  }
}
