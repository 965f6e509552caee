import {Schedule, type ScheduleInput} from './schedule.ts';

/** What a node is to the simulation: so long alone on an idle machine, and so many cores busy meanwhile. */
export interface Work {
  /** ms, when it has all cores that it wants. */
  readonly ms: number;
  /** Cores that it keeps busy on average: 0.2 waits most of the time, 4 has four threads. */
  readonly width: number;
}

export interface SimulationInput extends ScheduleInput {
  readonly work: (node: number) => Work;
  /** Infinity: processor time is never short. */
  readonly cores: number;
}

/** When each node starts and ends, ms since the start. */
export interface Simulation {
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** The latest end. */
  readonly ms: number;
}

/** Shares of processor time are rounded to so many steps: nodes of the same step go on at the same speed. */
const STEPS = 64;

/**
 * Carries a graph out on paper, with the engine's own policy. A node waits (for disks, the network, a timer) or computes; where nodes
 * want more cores than there are, all of them compute slower by the same factor, and wait as before. O(n log n) for n nodes and edges.
 */
export function simulate(input: SimulationInput): Simulation {
  const {size} = input.graph;
  const start = new Float64Array(size);
  const end = new Float64Array(size);
  const schedule = new Schedule(input);
  const processors = new Processors(input.cores);
  for (;;) {
    for (let node = schedule.next(); node !== undefined; node = schedule.next()) {
      start[node] = processors.now;
      processors.add(node, input.work(node));
    }
    const done = processors.next();
    if (done === undefined) break;
    end[done] = processors.now;
    schedule.finish(done);
  }
  return {start, end, ms: processors.now};
}

/**
 * Cores that are shared. Nodes that compute for the same share of their time go on at the same speed, whatever that is just now: within
 * such a class the order of ends is fixed when a node is added (as in fair queueing), and a change of speed costs one step a class.
 */
class Processors {
  readonly #cores: number;
  readonly #classes: (SpeedClass | undefined)[] = [];
  #width = 0;
  now = 0;

  constructor(cores: number) {
    this.#cores = cores;
  }

  add(node: number, {ms, width}: Work): void {
    const step = Math.round(Math.min(1, Math.max(0, width)) * STEPS);
    const group = this.#classes[step] ?? new SpeedClass(step / STEPS);
    this.#classes[step] = group;
    group.add(node, Math.max(0, ms), width);
    this.#width += width;
  }

  /** Goes on to the next end; undefined when nothing runs. */
  next(): number | undefined {
    const slowness = this.#width > this.#cores ? this.#width / this.#cores : 1;
    let first: SpeedClass | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const group of this.#classes) {
      const left = group?.msLeft(slowness) ?? Number.POSITIVE_INFINITY;
      if (left < least) {
        least = left;
        first = group;
      }
    }
    if (first === undefined) return undefined;
    this.now += least;
    for (const group of this.#classes) group?.pass(least, slowness);
    const {node, width} = first.take();
    this.#width = Math.max(0, this.#width - width);
    return node;
  }
}

interface Entry {
  readonly node: number;
  /** Of the clock of its class. */
  readonly end: number;
  readonly width: number;
}

/** Nodes that go on at the same speed, with a clock of their own that runs at that speed. */
class SpeedClass {
  readonly #share: number;
  readonly #heap: Entry[] = [];
  #clock = 0;

  /** @param share of its time that a node computes */
  constructor(share: number) {
    this.#share = share;
  }

  /** ms until the first of them ends, if nothing changes. */
  msLeft(slowness: number): number {
    const first = this.#heap[0];
    return first === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(0, first.end - this.#clock) * this.#stretch(slowness);
  }

  pass(ms: number, slowness: number): void {
    // a class that is empty may stand still
    if (this.#heap.length > 0) this.#clock += ms / this.#stretch(slowness);
  }

  add(node: number, ms: number, width: number): void {
    const heap = this.#heap;
    const entry = {node, end: this.#clock + ms, width};
    let place = heap.push(entry) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(entry, above)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = entry;
  }

  /** Takes the first out. */
  take(): Entry {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined) throw new Error('nothing runs in this class');
    if (heap.length === 0) return first;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      const [one, other] = [heap[left], heap[left + 1]];
      if (one === undefined) break;
      const least = other !== undefined && isBefore(other, one) ? other : one;
      if (!isBefore(least, last)) break;
      heap[place] = least;
      place = least === one ? left : left + 1;
    }
    heap[place] = last;
    return first;
  }

  #stretch(slowness: number): number {
    return 1 - this.#share + this.#share * slowness;
  }
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.end !== other.end ? one.end < other.end : one.node < other.node;
}

/** Busy cores over time would need so long at least: the longest chain, or all computing on all cores. */
export function lowerBound(
  longestChainMs: number,
  works: Iterable<Work>,
  cores: number,
): {readonly ms: number; readonly by: 'chain' | 'cores'} {
  let cpuMs = 0;
  for (const {ms, width} of works) cpuMs += ms * width;
  const spread = cpuMs / cores;
  return spread > longestChainMs ? {ms: spread, by: 'cores'} : {ms: longestChainMs, by: 'chain'};
}

/** Total work, one node behind the other. */
export function sequentialMs(size: number, work: (node: number) => Work): number {
  let sum = 0;
  for (let node = 0; node < size; node++) sum += work(node).ms;
  return sum;
}
