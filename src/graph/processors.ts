/** Shares of processor time are rounded to so many steps: nodes of the same step go on at the same speed. */
const STEPS = 64;

/**
 * Cores that are shared. Nodes that compute for the same share of their time go on at the same speed, whatever that is just now: within
 * such a class the order of ends is fixed when a node is added (as in fair queueing), and a change of speed costs one step a class.
 */
export class Processors {
  readonly #cores: number;
  readonly #byStep: (SpeedClass | undefined)[] = [];
  /** Those of #byStep in which something runs. */
  readonly #classes: SpeedClass[] = [];
  #slowness = 1;
  now = 0;

  constructor(cores: number) {
    this.#cores = cores;
  }

  /** @param width cores that it keeps busy on average, when it is not slowed down */
  add(node: number, {ms, width}: {readonly ms: number; readonly width: number}): void {
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
