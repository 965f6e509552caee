import {Processors} from './processors.ts';
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
