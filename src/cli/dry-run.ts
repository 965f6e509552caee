import {at, digraph} from '../graph/digraph.ts';
import {topologicalOrder} from '../graph/topological-order.ts';
import type {NodeId} from '../plan/plan.ts';
import type {OwnCommand, Task, TaskPlan} from '../plan/task.ts';
import type {Project} from '../project/project.ts';

/** Shows what would run, in an order that the edges allow. */
export function printDryRun(project: Project, planned: TaskPlan, format: 'text' | 'json'): number {
  const order = inOrder(planned);
  if (format === 'json') {
    process.stdout.write(
      `${JSON.stringify({project: project.name, root: project.root, plan: planned.plan, tasks: order.map((task) => described(project, task))}, undefined, 2)}\n`,
    );
    return 0;
  }
  const needs = new Map<NodeId, NodeId[]>();
  for (const edge of planned.plan.edges) {
    const list = needs.get(edge.to);
    if (list === undefined) needs.set(edge.to, [edge.from]);
    else list.push(edge.from);
  }
  const lines = order.flatMap((task) => {
    const behind = needs.get(task.id) ?? [];
    const waits =
      behind.length === 0
        ? ''
        : `   after ${behind.length <= 6 ? behind.join(', ') : `${behind.slice(0, 6).join(', ')} and ${behind.length - 6} more`}`;
    return [
      `${task.id}${task.stage === 'main' ? '' : ` (${task.stage})`}${waits}`,
      ...task.commands.map((command) => `  $ ${commandText(command)}`),
    ];
  });
  process.stdout.write(
    `${lines.join('\n')}\n\n${planned.tasks.size} task${planned.tasks.size === 1 ? '' : 's'} would run.\n`,
  );
  return 0;
}

function inOrder(planned: TaskPlan): readonly Task[] {
  const numbers = new Map(planned.plan.nodes.map((node, index) => [node.id, index]));
  const edges = planned.plan.edges.map((edge) => [numbers.get(edge.from) ?? 0, numbers.get(edge.to) ?? 0] as const);
  const graph = digraph(
    planned.plan.nodes.length,
    edges.map(([from]) => from),
    edges.map(([, to]) => to),
  );
  const {order} = topologicalOrder(graph);
  return Array.from({length: order.length}, (_, place) => planned.plan.nodes[at(order, place)]?.id).flatMap((id) =>
    id === undefined ? [] : (planned.tasks.get(id) ?? []),
  );
}

function described(project: Project, task: Task): object {
  const {phase, workspace} = task;
  return {
    id: task.id,
    workspace: workspace.name,
    directory: workspace.directory,
    stage: task.stage,
    requested: task.requested,
    commands: task.commands.map((command) => commandText(command)),
    cache: phase.caching.enabled && project.cache.enabled,
    inputs: phase.caching.inputs ?? null,
    outputs: phase.caching.outputs ?? null,
    timeoutMs: phase.limits.timeoutMs ?? null,
    retries: phase.limits.retries,
    persistent: phase.persistent,
    requiresApproval: phase.requiresApproval,
    origin: phase.origin,
  };
}

/** A command as a person wrote it. */
export function commandText(command: OwnCommand): string {
  if (command.kind === 'shell') return command.line;
  if (command.kind === 'program') return [command.program, ...command.args].join(' ');
  return command.text.trim();
}
