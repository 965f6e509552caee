import type {Model, ModelNode} from '../../src/insight/model.ts';
import {outcomeOf} from '../../src/insight/model.ts';
import type {NodeId, Plan, PlanEdge, PlanNode} from '../../src/plan/plan.ts';
import type {RunId} from '../../src/record/events.ts';
import type {Run, Span, TaskRecord} from '../../src/record/run.ts';
import {line} from './project.ts';

/** A task of a run as a test tells it; times in ms since the start of the run. */
export interface TaskSketch extends Partial<Omit<TaskRecord, 'task' | 'finish' | 'usage' | 'end' | 'line'>> {
  readonly end?: number | undefined;
  /** Processor time, ms. */
  readonly cpu?: number;
  readonly needs?: readonly string[];
  /** Written behind these. */
  readonly behind?: readonly string[];
  /** A hook of these. */
  readonly hookOf?: readonly string[];
  readonly takes?: PlanNode['takes'];
  readonly final?: PlanNode['final'];
  /** What it ran, for all of its time. */
  readonly line?: string;
  /** Joins edges, executes nothing. */
  readonly group?: boolean;
}

export interface RunSketch extends Partial<Omit<Run, 'tasks' | 'plan' | 'spans'>> {
  /** 8 when it is left out; undefined: the run does not say. */
  readonly cores?: number | undefined;
  readonly spans?: readonly Partial<Span>[];
  readonly plan?: Plan;
}

/** A run of these tasks; a task without `start` is in the plan and did not run. It ends with its last task unless `wallMs` says otherwise. */
export function runOf(sketches: Readonly<Record<string, TaskSketch>>, more: RunSketch = {}): Run {
  const {cores = 8, jobs = 8, spans = [], ...rest} = more;
  const entries = Object.entries(sketches);
  const ran = entries.filter(([, {start, status}]) => start !== undefined || status !== undefined);
  return {
    format: 2,
    id: 'run' as RunId,
    at: 1_700_000_000_000,
    version: '1.0.0',
    root: '/project',
    command: ['run', 'ci'],
    jobs,
    status: 'passed',
    exitCode: 0,
    wallMs: Math.max(0, ...entries.map(([, {end = 0}]) => end)),
    ...(!('cores' in more && more.cores === undefined) && {
      machine: {cores, memoryBytes: 8e9, platform: 'linux-x64'},
    }),
    plan: planOfSketches(entries, jobs),
    tasks: ran.map(([id, sketch]) => recordOf(id, sketch)),
    notices: [],
    ...rest,
    spans: [...entries.flatMap(([id, sketch]) => commandOf(id, sketch)), ...spans].map(
      (span, id): Span => ({id, kind: 'command', start: 0, end: 0, ok: true, ...span}),
    ),
  };
}

function planOfSketches(entries: readonly [string, TaskSketch][], jobs: number): Plan {
  const nodes = entries.map(([id, {takes = {slots: 1}, final, group}]): PlanNode => {
    return {
      id: id as NodeId,
      kind: group === true ? 'group' : 'task',
      takes: group === true ? {} : takes,
      origin: line(1),
      ...(final !== undefined && {final}),
    };
  });
  const edges = entries.flatMap(([to, {needs = [], behind = [], hookOf = []}]) => [
    ...needs.map((from) => edge(from, to, 'needs')),
    ...behind.map((from) => edge(from, to, 'order')),
    ...hookOf.map((from) => edge(from, to, 'after')),
  ]);
  return {nodes, edges, pools: [{name: 'slots', capacity: jobs}]};
}

function edge(from: string, to: string, kind: PlanEdge['kind']): PlanEdge {
  return {from: from as NodeId, to: to as NodeId, kind};
}

function recordOf(id: string, sketch: TaskSketch): TaskRecord {
  const {end, cpu, needs: _needs, behind: _behind, hookOf: _hookOf, takes: _takes, final: _final, ...rest} = sketch;
  const {line: _line, group: _group, ...record} = rest;
  return {
    task: id as NodeId,
    status: 'passed',
    attempts: 1,
    flaky: false,
    finish: end ?? sketch.start ?? 0,
    ...(cpu !== undefined && {usage: {cpuMs: cpu}}),
    ...record,
  } as TaskRecord;
}

function commandOf(id: string, {line: label, start, end}: TaskSketch): readonly Partial<Span>[] {
  return label === undefined || start === undefined ? [] : [{task: id as NodeId, label, start, end: end ?? start}];
}

/** A task of a model: so long alone, and so many cores busy meanwhile. */
export interface NodeSketch {
  readonly ms: number;
  readonly width?: number;
  readonly needs?: readonly string[];
  readonly behind?: readonly string[];
  readonly takes?: ModelNode['takes'];
  readonly group?: boolean;
}

/** A model of these tasks, with as many slots and cores as one likes unless said otherwise. */
export function modelOfTasks(
  sketches: Readonly<Record<string, NodeSketch>>,
  {jobs = Number.POSITIVE_INFINITY, cores = Number.POSITIVE_INFINITY, before = 0, after = 0} = {},
): Model {
  const entries = Object.entries(sketches);
  const numbers = new Map(entries.map(([id], number) => [id, number]));
  return {
    nodes: entries.map(([id, {ms, width = 1, takes = {slots: 1}, group}]) => ({
      id: id as NodeId,
      work: {ms, width: ms === 0 ? 0 : width},
      source: 'measured',
      takes: group === true ? {} : takes,
      ...(group === true && {isGroup: true}),
    })),
    edges: entries.flatMap(([to, {needs = [], behind = []}]) =>
      [...needs.map((from) => [from, 'needs'] as const), ...behind.map((from) => [from, 'order'] as const)].map(
        ([from, kind]) => ({from: numbers.get(from)!, to: numbers.get(to)!, kind}),
      ),
    ),
    pools: new Map([['slots', jobs]]),
    cores,
    before,
    after,
  };
}

/** The run that the engine would have recorded of a model on a machine that behaves as the simulation does. */
export function recordedRun(model: Model, more: RunSketch = {}): Run {
  const {simulation, wallMs} = outcomeOf(model);
  const at = (times: Float64Array, number: number): number => model.before + (times[number] ?? 0);
  const idOf = (number: number): string => model.nodes[number]!.id;
  const sketches = model.nodes.map(({id, work, takes}, number): [string, TaskSketch] => {
    const before = model.edges.filter(({to}) => to === number);
    const free = Math.max(model.before, ...before.map(({from}) => at(simulation.end, from)));
    const [start, end] = [at(simulation.start, number), at(simulation.end, number)];
    const edges = {needs: before.map(({from}) => idOf(from)), takes};
    return [id, work.ms === 0 ? edges : {start, end, cpu: work.ms * work.width, times: {free, slot: start}, ...edges}];
  });
  const slots = model.pools.get('slots') ?? Number.POSITIVE_INFINITY;
  const run = runOf(Object.fromEntries(sketches), {
    wallMs,
    ...(Number.isFinite(model.cores) ? {cores: model.cores} : {cores: undefined}),
    ...more,
  });
  const pools = [{name: 'slots', capacity: Number.isFinite(slots) ? slots : ('unbounded' as const)}];
  return {...run, plan: {...run.plan, pools}};
}
