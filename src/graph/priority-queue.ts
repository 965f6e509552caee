import {at} from './digraph.ts';

/** A binary heap of node numbers: highest priority first, then lowest number. */
export class PriorityQueue {
  readonly #priorities: ArrayLike<number>;
  readonly #heap: number[] = [];

  constructor(priorities: ArrayLike<number>) {
    this.#priorities = priorities;
  }

  peek(): number | undefined {
    return this.#heap[0];
  }

  push(node: number): void {
    const heap = this.#heap;
    let place = heap.push(node) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#before(node, at(heap, parent))) break;
      heap[place] = at(heap, parent);
      place = parent;
    }
    heap[place] = node;
  }

  pop(): number | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#before(at(heap, child + 1), at(heap, child))) child++;
      if (!this.#before(at(heap, child), last)) break;
      heap[place] = at(heap, child);
      place = child;
    }
    heap[place] = last;
    return first;
  }

  #before(one: number, other: number): boolean {
    const difference = at(this.#priorities, one) - at(this.#priorities, other);
    return difference !== 0 ? difference > 0 : one < other;
  }
}
