import {at, type Digraph, forEachEdge, inDegrees} from './digraph.ts';
import {PriorityQueue} from './priority-queue.ts';

/** How much of each pool every node takes while it runs. */
export interface ScheduleInput {
  readonly graph: Digraph;
  /** Higher starts first; ties in node order. Longest remaining path, usually. */
  readonly priorities: ArrayLike<number>;
  /** Capacity of each pool; Infinity = unbounded. */
  readonly capacities: readonly number[];
  /** For each node pairs of (pool, amount); an amount over the pool's capacity counts as all of it. */
  readonly takes: (node: number) => readonly (readonly [pool: number, amount: number])[];
  /** Hears of each node when the last of its predecessors is done; of those without predecessors at once. */
  readonly onFree?: (node: number) => void;
}

/** Adding and subtracting shares such as 0.1 never quite comes back to where it began. */
const ROUNDING = 1e-6;

/**
 * The engine's policy as a value: which nodes may start now. It knows no time and no processes, so the simulator runs the very
 * same policy. A node is free when all its predecessors are done; free nodes start in order of priority, and the first
 * that does not fit into its pools holds back those behind it, so that a large node is not starved by small ones.
 */
export class Schedule {
  readonly #input: ScheduleInput;
  readonly #waitingFor: Uint32Array;
  readonly #available: number[];
  readonly #free: PriorityQueue;
  #running = 0;
  #done = 0;

  constructor(input: ScheduleInput) {
    this.#input = input;
    this.#waitingFor = inDegrees(input.graph);
    this.#available = [...input.capacities];
    this.#free = new PriorityQueue(input.priorities);
    for (let node = 0; node < input.graph.size; node++) if (at(this.#waitingFor, node) === 0) this.#becomesFree(node);
  }

  get running(): number {
    return this.#running;
  }

  /** Nodes that are neither done nor running. */
  get left(): number {
    return this.#input.graph.size - this.#done - this.#running;
  }

  /** Takes the next node that may start, with its share of the pools, or undefined when none may now. */
  next(): number | undefined {
    const node = this.#free.peek();
    if (node === undefined) return undefined;
    const takes = this.#input.takes(node);
    for (const [pool, amount] of takes) {
      if (this.#amount(pool, amount) > (this.#available[pool] ?? 0) + ROUNDING) return undefined;
    }
    for (const [pool, amount] of takes) this.#add(pool, -this.#amount(pool, amount));
    this.#free.pop();
    this.#running++;
    return node;
  }

  /** Gives the pools back early; the node still counts as running until `finish`. Call at most once, before `finish`. */
  release(node: number): void {
    for (const [pool, amount] of this.#input.takes(node)) this.#add(pool, this.#amount(pool, amount));
  }

  /** The node is done: its successors may become free. `released` when `release` was called before. */
  finish(node: number, released = false): void {
    if (!released) this.release(node);
    this.#running--;
    this.#done++;
    forEachEdge(this.#input.graph, node, (target) => {
      const left = at(this.#waitingFor, target) - 1;
      this.#waitingFor[target] = left;
      if (left === 0) this.#becomesFree(target);
    });
  }

  #becomesFree(node: number): void {
    this.#free.push(node);
    this.#input.onFree?.(node);
  }

  #amount(pool: number, amount: number): number {
    return Math.min(amount, this.#input.capacities[pool] ?? 0);
  }

  #add(pool: number, amount: number): void {
    this.#available[pool] = (this.#available[pool] ?? 0) + amount;
  }
}
