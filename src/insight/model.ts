import {at, type Digraph, digraph} from '../graph/digraph.ts';
import {longestRemaining} from '../graph/longest-path.ts';
import {type Simulation, simulate, type Work} from '../graph/simulate.ts';
import type {EdgeKind, NodeId, PlanNode} from '../plan/plan.ts';
import type {Run, TaskRecord} from '../record/run.ts';
import {coresOf, type IntrinsicWork, intrinsicWorks} from './intrinsic-work.ts';
import {foreignTasksOf, planGraphOf, stageOf} from './plan-graph.ts';

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
  /** Joins edges, executes nothing. */
  readonly isGroup?: boolean;
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

/** The model of what did happen in a run; tasks that did not run take no time, tasks that the plan does not know wait for nothing. */
export function modelOf(run: Run): Model {
  const records = new Map(run.tasks.map((task) => [task.task, task]));
  const works = intrinsicWorks(run);
  const {nodes: planned, edges} = planGraphOf(run.plan);
  const pools = new Map(
    run.plan.pools.map(({name, capacity}) => [name, capacity === 'unbounded' ? Number.POSITIVE_INFINITY : capacity]),
  );
  const nodeOf = (id: NodeId, takes: PlanNode['takes'], isGroup: boolean): ModelNode => ({
    id,
    takes,
    ...(works.get(id) ?? NOTHING),
    ...(records.get(id)?.status === 'cached' && {isHit: true}),
    ...(isGroup && {isGroup}),
  });
  const foreign = foreignTasksOf(run).map((id) => nodeOf(id, pools.has(SLOTS) ? {[SLOTS]: 1} : {}, false));
  const {first, last} = extentOf(records.values());
  return withStages(
    {
      nodes: [...planned.map(({id, takes, kind}) => nodeOf(id, takes, kind === 'group')), ...foreign],
      edges,
      pools,
      cores: coresOf(run),
      before: first ?? run.wallMs,
      after: last === undefined ? 0 : Math.max(0, run.wallMs - last),
    },
    planned.map(({final}) => stageOf(final)),
  );
}

const NOTHING: IntrinsicWork = {work: {ms: 0, width: 0}, source: 'measured'};

/** Tasks of the end wait for everything else: a node between two stages joins the edges. */
function withStages(model: Model, stages: readonly number[]): Model {
  if (stages.every((stage) => stage === 0)) return model;
  const nodes = [...model.nodes];
  const edges = model.edges.filter(({from, to}) => stages[from] === stages[to]);
  let before = [...model.nodes.keys()].filter((number) => (stages[number] ?? 0) === 0);
  for (const stage of [1, 2]) {
    const members = [...model.nodes.keys()].filter((number) => stages[number] === stage);
    if (members.length === 0) continue;
    const barrier = nodes.push({id: '', takes: {}, ...NOTHING}) - 1;
    for (const from of before) edges.push({from, to: barrier, kind: 'order'});
    for (const to of members) edges.push({from: barrier, to, kind: 'order'});
    before = [barrier, ...members];
  }
  return {...model, nodes, edges};
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
  const {nodes, pools, cores, before, after} = model;
  const graph = graphOf(model);
  const numbers = new Map([...pools.keys()].map((name, number) => [name, number]));
  const weights = expected ?? nodes.map(({work}) => work.ms);
  const takes = nodes.map((node) => takesOf(node, numbers));
  const simulation = simulate({
    graph,
    priorities: longestRemaining(graph, weights),
    capacities: [...pools.values()],
    takes: (node) => takes[node] ?? [],
    work: (node) => nodes[node]?.work ?? NOTHING.work,
    cores,
  });
  return {model, graph, simulation, wallMs: before + simulation.ms + after};
}

type Take = readonly [pool: number, amount: number];

/** What is skipped waits for its slot as well: so the engine does it. Names of pools that there are not mean nothing. */
function takesOf({takes}: ModelNode, numbers: ReadonlyMap<string, number>): readonly Take[] {
  const list: Take[] = [];
  for (const name in takes) {
    const pool = numbers.get(name);
    if (pool !== undefined) list.push([pool, takes[name] ?? 0]);
  }
  return list;
}

const graphs = new WeakMap<Model['edges'], Digraph>();

/** Changes that only make nodes shorter keep the list of edges, and so the graph. */
export function graphOf({nodes, edges}: Model): Digraph {
  const made = graphs.get(edges);
  if (made !== undefined && made.size === nodes.length) return made;
  const graph = digraph(
    nodes.length,
    edges.map(({from}) => from),
    edges.map(({to}) => to),
  );
  graphs.set(edges, graph);
  return graph;
}

/** Numbers of the nodes that a person means: a task (`web#build`, `//#build`), or a phase (`build`) in every workspace. */
export function nodesNamed({nodes}: Model, name: string): readonly number[] {
  return [...nodes.keys()].filter((number) => isNamed(nodes[number]?.id ?? '', name));
}

/** @param name as `nameOf` gives it: that task alone; a phase: its tasks in every workspace, with the parts that calls cut them into */
export function isNamed(id: string, name: string): boolean {
  if (id === '' || name === '') return false;
  if (id === name || `${ROOT}${id}` === name || id.endsWith(`#${name}`)) return true;
  if (name.includes('#')) return false;
  const whole = id.replace(PART, '');
  return whole === name || whole.endsWith(`#${name}`);
}

/** The name of one task and no other: a task of the root has the name of its phase, which stands for all workspaces. */
export function nameOf(id: NodeId): string {
  return id.includes('#') ? id : `${ROOT}${id}`;
}

/** `build` of `web#build`, of the root's `build` and of the part `web#build~1`. */
export function phaseOf(id: string): string {
  return id.slice(id.indexOf('#', 1) + 1).replace(PART, '');
}

/** What a task of the root can be asked for with: `//#build`. */
const ROOT = '//#';
/** `deploy~1` is the first part of `deploy`. */
const PART = /~\w+$/;

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
