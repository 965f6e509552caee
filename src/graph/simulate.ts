import {Schedule, type ScheduleInput} from './schedule.ts';

/** What a node is to the simulation: so long alone on an idle machine, and so many cores busy meanwhile. */
export interface Work {
  /** ms, when it has all cores that it wants. */
  readonly ms: number;
  /** Cores that it keeps busy on average: 0.2 waits most of the time, 4 has four threads. */
  readonly width: number;
  /** The first part of `ms`, in which the one thread of the engine starts it: no other can be started then. 0 when left out. */
  readonly startMs?: number;
}

export interface SimulationInput extends ScheduleInput {
  readonly work: (node: number) => Work;
  /** Above 0; Infinity: processor time is never short. */
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
  let starterFree = 0;
  for (;;) {
    for (let node = schedule.next(); node !== undefined; node = schedule.next()) {
      start[node] = processors.now;
      const work = input.work(node);
      const wait = work.ms > 0 ? Math.max(0, starterFree - processors.now) : 0;
      if (work.ms > 0) starterFree = processors.now + wait + Math.min(work.startMs ?? 0, work.ms);
      processors.add(node, delayed(work, wait));
    }
    const done = processors.next();
    if (done === undefined) break;
    end[done] = processors.now;
    schedule.finish(done);
  }
  return {start, end, ms: processors.now};
}

/** Computes no more for having waited. */
function delayed(work: Work, wait: number): Work {
  return wait === 0 ? work : {ms: work.ms + wait, width: (work.width * work.ms) / (work.ms + wait)};
}

/**
 * Cores that are shared. Nodes that compute for the same share of their time go on at the same speed, whatever that is just now: within
 * such a class the order of ends is fixed when a node is added (as in fair queueing), and a change of speed costs one step a class.
 */
class Processors {
  readonly #cores: number;
  readonly #byStep: (SpeedClass | undefined)[] = [];
  /** Those of #byStep in which something runs. */
  readonly #classes: SpeedClass[] = [];
  #slowness = 1;
  now = 0;

  constructor(cores: number) {
    this.#cores = cores;
  }

  add(node: number, {ms, width}: Work): void {
    const step = stepOf(width);
    let group = this.#byStep[step];
    if (group === undefined) {
      group = new SpeedClass(step / STEPS);
      this.#byStep[step] = group;
    }
    if (group.isEmpty) this.#classes.push(group);
    group.add(node, Math.max(0, ms), Math.max(0, width));
  }

  /** Goes on to the next end; undefined when nothing runs. */
  next(): number | undefined {
    const slowness = slownessOf(this.#classes, this.#cores, this.#slowness);
    this.#slowness = slowness;
    let first: SpeedClass | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const group of this.#classes) {
      const left = group.msLeft(slowness);
      if (left < least) {
        least = left;
        first = group;
      }
    }
    if (first === undefined) return undefined;
    this.now += least;
    for (const group of this.#classes) group.pass(least, slowness);
    const {node} = first.take();
    if (first.isEmpty) this.#classes.splice(this.#classes.indexOf(first), 1);
    return node;
  }
}

/** Nodes of one share of computing, and the cores that they keep busy together when nobody is slowed down. */
export interface Demand {
  /** 0 to 1. */
  readonly share: number;
  readonly width: number;
}

/** The class of a node that keeps so many cores busy: what computes at all is slowed down with the others. */
function stepOf(width: number): number {
  return width > 0 ? Math.max(1, Math.min(STEPS, Math.round(width * STEPS))) : 0;
}

/** The share of its time that a node computes, rounded as the simulation does. */
export function shareOf(width: number): number {
  return stepOf(width) / STEPS;
}

/** How much longer a node takes that computes for this share of its time. */
export function stretchOf(share: number, slowness: number): number {
  return 1 - share + share * slowness;
}

/**
 * How much slower everybody computes, 1 or more, so that all cores are just busy: the sum of width / stretch is `cores`. That sum falls and
 * is convex, so that Newton's method comes up to the solution from below, after one step at most.
 * @param guess what it may be near
 */
export function slownessOf(demands: readonly Demand[], cores: number, guess = 1): number {
  let wanted = 0;
  for (const {width} of demands) wanted += width;
  if (!(wanted > cores * ENOUGH)) return 1;
  const least = wanted / cores;
  let slowness = Math.max(least, guess);
  for (let turn = 0; turn < 50; turn++) {
    let busy = 0;
    let fall = 0;
    for (const {share, width} of demands) {
      if (width === 0) continue;
      const stretch = stretchOf(share, slowness);
      busy += width / stretch;
      fall += (width * share) / (stretch * stretch);
    }
    if (Math.abs(busy - cores) <= cores * (ENOUGH - 1) || fall === 0) break;
    slowness = Math.max(least, slowness + (busy - cores) / fall);
  }
  return slowness;
}

/** All but what rounding makes of a sum. */
const ENOUGH = 1 + 1e-9;

interface Entry {
  readonly node: number;
  /** Of the clock of its class. */
  readonly end: number;
  readonly width: number;
}

/** Nodes that go on at the same speed, with a clock of their own that runs at that speed. */
class SpeedClass implements Demand {
  readonly share: number;
  width = 0;
  readonly #heap: Entry[] = [];
  #clock = 0;

  /** @param share of its time that a node computes */
  constructor(share: number) {
    this.share = share;
  }

  get isEmpty(): boolean {
    return this.#heap.length === 0;
  }

  /** ms until the first of them ends, if nothing changes. */
  msLeft(slowness: number): number {
    const first = this.#heap[0];
    return first === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(0, first.end - this.#clock) * stretchOf(this.share, slowness);
  }

  pass(ms: number, slowness: number): void {
    this.#clock += ms / stretchOf(this.share, slowness);
  }

  add(node: number, ms: number, width: number): void {
    const heap = this.#heap;
    // a small number is an exact one
    if (heap.length === 0) this.#clock = 0;
    const entry = {node, end: this.#clock + ms, width};
    this.width += width;
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
    this.width = heap.length === 0 ? 0 : Math.max(0, this.width - first.width);
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
