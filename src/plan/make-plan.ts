import {PacelineError} from '../base/error.ts';
import {
  type HookStep,
  type PhaseName,
  type PhaseReference,
  type Project,
  ROOT_WORKSPACE,
  type Workspace,
} from '../project/project.ts';
import {assertAcyclic} from './assert-acyclic.ts';
import {addHookEdges} from './hook-edges.ts';
import {addOrderEdges} from './order-edges.ts';
import type {FinalStage, NodeId, Plan, PlanEdge, PlanNode} from './plan.ts';
import type {PlanRequest, Target} from './request.ts';
import {addHook, putFirst} from './run-hooks.ts';
import {findTarget} from './targets.ts';
import type {Stage, Task, TaskPlan} from './task.ts';
import {TaskGraph} from './task-graph.ts';

/** The pool that every running task takes a slot of. */
const SLOTS = 'slots';
/** The pool of declared memory, bytes. */
const MEMORY = 'memory';

/**
 * Makes the plan of a request: every task that it needs, once, with its edges. Pure: equal input, equal plan.
 * @throws PacelineError E_UNKNOWN_PHASE, E_UNKNOWN_WORKSPACE, E_PRIVATE_PHASE, E_NOTHING_SELECTED, E_CYCLE
 */
export function makePlan(project: Project, request: PlanRequest): TaskPlan {
  const root = project.workspaces.get(ROOT_WORKSPACE);
  if (root === undefined) throw new Error('a project always has its root workspace');
  const graph = new TaskGraph(project);
  const {requested, inOrder} = addTargets(graph, project, request);
  const prefetch = project.prefetch === undefined ? [] : [graph.ownTask(root, project.prefetch, 'prefetch')];
  const beforeAll = addHook(graph, project, root, 'before_all', project.hooks.beforeAll, 'main');
  graph.expand();
  const mainSize = graph.nodes.length;
  addFinals(graph, project, root);
  throwUnknown(graph);
  addHookEdges(graph);
  assertAcyclic(graph);
  addOrderEdges(graph);
  const isMain = (node: number): boolean =>
    (node < mainSize || graph.nodes[node]?.phase === undefined) && !isFinal(graph.nodes[node]?.stage);
  putFirst(graph, beforeAll, (node) => isMain(node) && !prefetch.includes(node));
  putFirst(graph, prefetch, (node) => isMain(node) && graph.nodes[node]?.phase?.needsPrefetch !== false);
  const planned = finished(graph, request, requested, inOrder);
  return request.only === true
    ? onlyRequested(planned, new Set([...requested].map((node) => graph.nodes[node]?.id ?? '')))
    : planned;
}

/** @throws PacelineError E_NOTHING_SELECTED when what is asked for has no commands of its own */
function onlyRequested(planned: TaskPlan, requested: ReadonlySet<string>): TaskPlan {
  // `deploy~1` is the first part of `deploy`
  const kept = new Set([...planned.tasks.keys()].filter((id) => requested.has(id.replace(/~\d+$/, ''))));
  if (kept.size === 0) {
    throw new PacelineError(
      'E_NOTHING_SELECTED',
      'What is asked for only names other phases: alone there is nothing to run.',
      {
        hint: 'Leave out --only, or name one of the tasks that it stands for.',
      },
    );
  }
  return {
    ...planned,
    plan: {
      ...planned.plan,
      nodes: planned.plan.nodes.filter((node) => kept.has(node.id)),
      edges: planned.plan.edges.filter((edge) => kept.has(edge.from) && kept.has(edge.to)),
    },
    tasks: new Map([...planned.tasks].filter(([id]) => kept.has(id))),
    finals: new Map(),
    cut: new Set(
      planned.plan.edges
        .filter(({from, to, kind}) => kind !== 'order' && kept.has(to) && !kept.has(from))
        .map(({to}) => to),
    ),
  };
}

/** Adds what was asked for; a pipeline alone, or `inOrder`, makes a written order. */
function addTargets(
  graph: TaskGraph,
  project: Project,
  request: PlanRequest,
): {requested: ReadonlySet<number>; inOrder: boolean} {
  const requested = new Set<number>();
  let inOrder = request.inOrder === true;
  const steps: number[][] = [];
  for (const word of request.targets) {
    const target = findTarget(project, word);
    if ('sequence' in target) {
      const inner = target.sequence.references.map((reference) => addStep(graph, project, request, reference));
      for (const step of inner) for (const node of step) requested.add(node);
      graph.sequences.push({steps: inner, origin: target.origin, stage: 'main'});
      steps.push(inner.flat());
      inOrder ||= request.targets.length === 1;
    } else {
      const nodes = addTarget(graph, project, request, target);
      for (const node of nodes) requested.add(node);
      steps.push([...nodes]);
    }
  }
  if (requested.size === 0) {
    throw new PacelineError(
      'E_NOTHING_SELECTED',
      `No selected workspace has ${request.targets.map((word) => `"${word}"`).join(' or ')}.`,
      {
        hint: 'Loosen --filter, or see `paceline list` for what each workspace has.',
      },
    );
  }
  graph.expand();
  if (request.inOrder === true && steps.length > 1) {
    const first = graph.nodes[steps[0]?.[0] ?? 0];
    if (first !== undefined) graph.sequences.push({steps, origin: first.origin, stage: 'main'});
  }
  return {requested, inOrder};
}

/** A step of a pipeline, as if it was asked for; private phases too. */
function addStep(
  graph: TaskGraph,
  project: Project,
  request: PlanRequest,
  {where, phase, ...reference}: PhaseReference,
): number[] {
  const isMembers = [...project.workspaces.values()].some((workspace) => workspace.phases.has(phase));
  if (where.kind !== 'workspace' && isMembers) return addTarget(graph, project, request, {phase});
  const root = project.workspaces.get(ROOT_WORKSPACE);
  return root === undefined ? [] : [...graph.resolve({where, phase, ...reference}, root, 'main')];
}

function addTarget(graph: TaskGraph, project: Project, request: PlanRequest, target: Target): number[] {
  const chosen =
    target.workspace === undefined
      ? selected(project, request, target.phase)
      : [project.workspaces.get(target.workspace)];
  return chosen.flatMap((workspace) => {
    const node = workspace === undefined ? undefined : graph.task(workspace, target.phase);
    return node === undefined ? [] : [node];
  });
}

function selected(project: Project, request: PlanRequest, phase: PhaseName): Workspace[] {
  return [...project.workspaces.values()].filter(
    (workspace) =>
      workspace.phases.has(phase) && (request.workspaces === undefined || request.workspaces.has(workspace.name)),
  );
}

function addFinals(graph: TaskGraph, project: Project, root: Workspace): void {
  const stages: readonly [FinalStage, readonly HookStep[]][] = [
    ['on_error', project.hooks.onError],
    ['on_success', project.hooks.onSuccess],
    ['after_all', project.hooks.afterAll],
  ];
  for (const [stage, steps] of stages) {
    addHook(graph, project, root, stage, steps, stage);
    graph.expand();
  }
}

function isFinal(stage: Stage | undefined): stage is FinalStage {
  return stage === 'after_all' || stage === 'on_error' || stage === 'on_success';
}

function throwUnknown(graph: TaskGraph): void {
  const errors = graph.diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  const first = errors[0];
  if (first === undefined) return;
  throw new PacelineError(first.code, first.message, {
    diagnostics: errors,
    origin: first.origin,
    ...(first.hint === undefined ? {} : {hint: first.hint}),
  });
}

function finished(graph: TaskGraph, request: PlanRequest, requested: ReadonlySet<number>, inOrder: boolean): TaskPlan {
  const tasks = new Map<NodeId, Task>();
  const finals = new Map<NodeId, FinalStage>();
  const nodes = graph.nodes.map((node, number): PlanNode => {
    if (isFinal(node.stage)) finals.set(node.id, node.stage);
    const {phase, workspace, id, origin, stage} = node;
    const isTask = phase !== undefined && workspace !== undefined && node.commands.length > 0;
    if (isTask) {
      const asked = requested.has(number);
      tasks.set(id, {
        id,
        phase,
        workspace,
        commands: node.commands,
        stage,
        requested: asked,
        args: asked ? (request.args ?? []) : [],
      });
    }
    return {
      id,
      kind: isTask ? 'task' : 'group',
      takes: isTask ? takes(phase, request) : {},
      origin,
      ...(isFinal(stage) && {final: stage}),
    };
  });
  const id = (number: number | undefined): NodeId => nodes[number ?? 0]?.id ?? ('' as NodeId);
  const {from, to, kinds, origins} = graph.edges;
  const edges = from.map((source, edge): PlanEdge => {
    const origin = origins[edge];
    return {
      from: id(source),
      to: id(to[edge]),
      kind: kinds[edge] ?? 'needs',
      ...(origin === undefined ? {} : {origin}),
    };
  });
  const pools: Plan['pools'] = [
    {name: SLOTS, capacity: request.jobs},
    {name: MEMORY, capacity: request.memoryBytes ?? 'unbounded'},
  ];
  return {plan: {nodes, edges, pools}, tasks, finals, inOrder, diagnostics: graph.diagnostics};
}

function takes(phase: NonNullable<Task['phase']>, request: PlanRequest): Readonly<Record<string, number>> {
  const {cpu, memoryBytes, exclusive} = phase.resources;
  if (phase.persistent) return {};
  return {
    [SLOTS]: exclusive ? request.jobs : Math.min(cpu, request.jobs),
    ...(memoryBytes === undefined ? {} : {[MEMORY]: Math.min(memoryBytes, request.memoryBytes ?? memoryBytes)}),
  };
}
