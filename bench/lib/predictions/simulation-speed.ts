import {performance} from 'node:perf_hooks';
import {type Model, type ModelEdge, type ModelNode, outcomeOf, SLOTS} from '../../../src/insight/model.ts';
import {randomNumbers} from '../../../src/insight/statistics.ts';
import type {NodeId} from '../../../src/plan/plan.ts';
import {type Bar, barOf, middle} from './score.ts';

/** How long simulations of one size took, ms. */
export interface Timing {
  readonly nodes: number;
  readonly edges: number;
  readonly ms: number;
}

/** Edges for each node. */
const FAN = 3;
const REPEATS = 5;
const EDGES = [10_000, 100_000, 1_000_000] as const;
const TASKS = 100_000;

export function timings(): {readonly tasks: Timing; readonly growth: readonly Timing[]} {
  // code that runs for the first time is not what grows
  timingOf(EDGES[0]);
  return {tasks: timingOf(TASKS * FAN), growth: EDGES.map(timingOf)};
}

export function speedBars({tasks, growth}: ReturnType<typeof timings>): readonly Bar[] {
  const [small, middle, large] = growth;
  const bars = [barOf(`${tasks.nodes} tasks, ${tasks.edges} edges`, tasks.ms, 1000, 'ms')];
  for (const [from, to] of [
    [small, middle],
    [middle, large],
  ])
    if (from !== undefined && to !== undefined)
      bars.push(barOf(`From ${from.edges} to ${to.edges} edges, against n log n`, growthOf(from, to), 2, 'ratio'));
  return bars;
}

/** 1: as n log n. */
function growthOf(from: Timing, to: Timing): number {
  const work = ({edges}: Timing): number => edges * Math.log(edges);
  return to.ms / from.ms / (work(to) / work(from));
}

function timingOf(edges: number): Timing {
  const model = modelWith(edges);
  const times = Array.from({length: REPEATS}, () => {
    const start = performance.now();
    outcomeOf(model);
    return performance.now() - start;
  });
  return {nodes: model.nodes.length, edges: model.edges.length, ms: middle(times)};
}

/** A random graph, each node behind earlier ones; sixteen slots on eight cores. */
function modelWith(count: number): Model {
  const random = randomNumbers(count);
  const size = Math.ceil(count / FAN);
  const nodes = Array.from(
    {length: size},
    (_, number): ModelNode => ({
      id: `n${number}` as NodeId,
      work: {ms: 1 + 1000 * random(), width: random()},
      source: 'assumed',
      takes: {[SLOTS]: 1},
    }),
  );
  const edges = Array.from({length: count}, (_, number): ModelEdge => {
    const to = 1 + (number % (size - 1));
    return {from: Math.floor(random() * to), to, kind: 'needs'};
  });
  return {nodes, edges, pools: new Map([[SLOTS, 16]]), cores: 8, before: 0, after: 0};
}
