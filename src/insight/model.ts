import {at, type Digraph, digraph} from '../graph/digraph.ts';
import {longestRemaining} from '../graph/longest-path.ts';
import {type Simulation, simulate, type Work} from '../graph/simulate.ts';
import type {EdgeKind, NodeId} from '../plan/plan.ts';
import type {Run, TaskRecord} from '../record/run.ts';
import {type IntrinsicWork, intrinsicWorks} from './intrinsic-work.ts';

/** The pool of the plan whose units are the tasks that may run at once. */
export const SLOTS = 'slots';

/** Where a number comes from. */
export type Source = 'measured' | 'declared' | 'assumed';

export interface ModelNode {
  /** '' for a node that the model needs and the plan does not have. */
  readonly id: NodeId | '';
  readonly work: Work;
  readonly source: Source;
  /** Its result was there. */
  readonly isHit?: boolean;
  readonly takes: Readonly<Record<string, number>>;
}

export interface ModelEdge {
  readonly from: number;
  readonly to: number;
  readonly kind: EdgeKind;
}

/** What a schedule is made of: the plan of a run, with what each of its tasks is taken to cost. Plain data; changes make a new one. */
export interface Model {
  readonly nodes: readonly ModelNode[];
  readonly edges: readonly ModelEdge[];
  /** Name and units; Infinity = unbounded. */
  readonly pools: ReadonlyMap<string, number>;
  readonly cores: number;
  /** Before the first task can start, and after the last one has ended: paceline's own work, ms. */
  readonly before: number;
  readonly after: number;
}

/** Cores that are there when a run does not say it. */
const ASSUMED_CORES = Number.POSITIVE_INFINITY;

/** The model of what did happen in a run; tasks that did not run take no time. */
export function modelOf(run: Run): Model {
  const records = new Map(run.tasks.map((task) => [task.task, task]));
  const works = intrinsicWorks(run);
  const nodes = run.plan.nodes.map(
    ({id, takes}): ModelNode => ({
      id,
      takes,
      ...(works.get(id) ?? NOTHING),
      ...(records.get(id)?.status === 'cached' && {isHit: true}),
    }),
  );
  const numbers = new Map(run.plan.nodes.map(({id}, number) => [id, number]));
  const edges = run.plan.edges.flatMap(({from, to, kind}) => {
    const [source, target] = [numbers.get(from), numbers.get(to)];
    return source === undefined || target === undefined ? [] : [{from: source, to: target, kind}];
  });
  const pools = run.plan.pools.map(
    ({name, capacity}) => [name, capacity === 'unbounded' ? Number.POSITIVE_INFINITY : capacity] as const,
  );
  const finals = run.plan.nodes.flatMap(({final}, number) => (final === undefined ? [] : [number]));
  const {first, last} = extentOf(records.values());
  return withBarrier(
    {
      nodes,
      edges,
      pools: new Map(pools),
      cores: run.machine?.cores ?? ASSUMED_CORES,
      before: first ?? run.wallMs,
      after: last === undefined ? 0 : Math.max(0, run.wallMs - last),
    },
    finals,
  );
}

const NOTHING: IntrinsicWork = {work: {ms: 0, width: 0}, source: 'measured'};

/** Tasks of the end wait for everything else. */
function withBarrier(model: Model, finals: readonly number[]): Model {
  if (finals.length === 0) return model;
  const isFinal = new Set(finals);
  const barrier = model.nodes.length;
  const edges = [...model.edges];
  for (const number of model.nodes.keys()) {
    const [from, to] = isFinal.has(number) ? [barrier, number] : [number, barrier];
    edges.push({from, to, kind: 'order'});
  }
  return {...model, nodes: [...model.nodes, {id: '', takes: {}, ...NOTHING}], edges};
}

function extentOf(records: Iterable<TaskRecord>): {readonly first?: number; readonly last?: number} {
  let first: number | undefined;
  let last: number | undefined;
  for (const {start, finish, ready, times} of records) {
    if (start === undefined) continue;
    first = Math.min(first ?? start, times?.free ?? start);
    last = Math.max(last ?? 0, ready ?? finish);
  }
  return {...(first !== undefined && {first}), ...(last !== undefined && {last})};
}

/** A model carried out on paper; times are ms since the start of the run. */
export interface Outcome {
  readonly model: Model;
  readonly graph: Digraph;
  readonly simulation: Simulation;
  /** Of the whole run, paceline's own work included, ms. */
  readonly wallMs: number;
}

/**
 * Carries a model out with the engine's own policy: the longest remaining path first.
 * @param expected what the engine expects of each node, ms; the model's own times when it is left out
 */
export function outcomeOf(model: Model, expected?: ArrayLike<number>): Outcome {
  const {nodes, edges, pools, cores, before, after} = model;
  const graph = graphOf(model);
  const names = [...pools.keys()];
  const weights = expected ?? nodes.map(({work}) => work.ms);
  const simulation = simulate({
    graph,
    priorities: longestRemaining(graph, weights),
    capacities: [...pools.values()],
    takes: (node) => {
      const {takes, work} = nodes[node] ?? NO_NODE;
      // what does not run takes no slot
      if (work.ms === 0) return [];
      return Object.entries(takes).map(([name, amount]) => [names.indexOf(name), amount] as const);
    },
    work: (node) => nodes[node]?.work ?? NO_NODE.work,
    cores,
  });
  return {
    model,
    graph,
    simulation,
    wallMs: edges.length + nodes.length === 0 ? before : before + simulation.ms + after,
  };
}

const NO_NODE: ModelNode = {id: '', takes: {}, ...NOTHING};

export function graphOf({nodes, edges}: Model): Digraph {
  return digraph(
    nodes.length,
    edges.map(({from}) => from),
    edges.map(({to}) => to),
  );
}

/** Numbers of the nodes that a person means: a task (`web#build`), or a phase (`build`) in every workspace. */
export function nodesNamed({nodes}: Model, name: string): readonly number[] {
  return [...nodes.keys()].filter((number) => isNamed(nodes[number]?.id ?? '', name));
}

export function isNamed(id: string, name: string): boolean {
  return id !== '' && (id === name || id.endsWith(`#${name}`));
}

/** The longest chain, each node alone on an idle machine, ms. */
export function longestChainMs(model: Model): number {
  const longest = longestRemaining(
    graphOf(model),
    model.nodes.map(({work}) => work.ms),
  );
  let most = 0;
  for (let node = 0; node < longest.length; node++) most = Math.max(most, at(longest, node));
  return most;
}
