import {at, forEachEdge, inDegrees} from '../graph/digraph.ts';
import type {Command, HookStep, Phase, PhaseName, Project, Workspace} from '../project/project.ts';
import type {Stage} from './task.ts';
import type {TaskGraph} from './task-graph.ts';

/** A phase that only the planner knows: inline commands of a hook that runs once a run. */
export function inlinePhase(name: string, commands: readonly Command[], like: Pick<Phase, 'env' | 'origin'>): Phase {
  return {
    name: name as PhaseName,
    private: true,
    origin: like.origin,
    commands,
    needs: [],
    after: [],
    parallel: false,
    env: like.env,
    caching: {enabled: false, incremental: [], env: [], passEnv: [], extraKey: [], closure: 'transitive'},
    limits: {retries: 0, retryDelayMs: 0},
    resources: {cpu: 1, exclusive: false},
    persistent: false,
    firstRunOnly: false,
    requiresApproval: false,
    onFailure: 'stop',
    tools: [],
  };
}

/** Adds the steps of a hook, one behind the other; returns their nodes. */
export function addHook(graph: TaskGraph, project: Project, root: Workspace, name: string, steps: readonly HookStep[], stage: Stage): readonly number[] {
  const nodes: number[][] = [];
  let inline: Command[] = [];
  const flush = (): void => {
    const first = inline[0];
    if (first === undefined) return;
    const suffix = nodes.length === 0 ? '' : `~${nodes.length}`;
    nodes.push([graph.ownTask(root, inlinePhase(`${name}${suffix}`, inline, {env: project.env, origin: first.origin}), stage)]);
    inline = [];
  };
  for (const step of steps) {
    if (step.kind === 'command') inline.push(step.command);
    else {
      flush();
      nodes.push([...graph.resolve(step.reference, root, stage)]);
    }
  }
  flush();
  const origin = nodes.flat().map((node) => graph.nodes[node]?.origin)[0];
  if (nodes.length > 1 && origin !== undefined) graph.sequences.push({steps: nodes, origin});
  return nodes.flat();
}

/** Everything in the plan that is not the hook's own work waits for the hook. */
export function putFirst(graph: TaskGraph, hook: readonly number[], isLater: (node: number) => boolean): void {
  if (hook.length === 0) return;
  const directed = graph.edges.graph(graph.nodes.length);
  const own = new Uint8Array(graph.nodes.length);
  const stack = [...hook];
  const backwards = new Map<number, number[]>();
  for (let node = 0; node < graph.nodes.length; node++) {
    forEachEdge(directed, node, (target) => {
      const list = backwards.get(target);
      if (list === undefined) backwards.set(target, [node]);
      else list.push(node);
    });
  }
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (at(own, node) === 1) continue;
    own[node] = 1;
    stack.push(...(backwards.get(node) ?? []));
  }
  const degrees = inDegrees(directed);
  const starts: number[] = [];
  for (let node = 0; node < graph.nodes.length; node++) {
    if (at(own, node) === 1 || !isLater(node)) continue;
    const fed = backwards.get(node) ?? [];
    // whatever has a predecessor outside the hook waits through it
    if (at(degrees, node) === 0 || fed.every((source) => at(own, source) === 1)) starts.push(node);
  }
  const origin = graph.nodes[hook[0] ?? 0]?.origin;
  if (hook.length * starts.length <= hook.length + starts.length || origin === undefined) {
    for (const from of hook) for (const to of starts) graph.edges.add(from, to, 'after', origin);
    return;
  }
  const gate = graph.group(`gate:${graph.nodes.length}`, origin);
  for (const from of hook) graph.edges.add(from, gate, 'after', origin);
  for (const to of starts) graph.edges.add(gate, to, 'after', origin);
}
