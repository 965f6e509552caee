import {at, type Digraph, forEachEdge, reversed} from '../graph/digraph.ts';
import {reach} from '../graph/reach.ts';
import {plainPhase} from '../project/plain-phase.ts';
import type {Command, HookStep, Phase, PhaseName, Project, Workspace} from '../project/project.ts';
import type {Stage} from './task.ts';
import type {TaskGraph} from './task-graph.ts';

/** A phase that only the planner knows: inline commands of a hook that runs once a run. */
function inlinePhase(name: string, commands: readonly Command[], like: Pick<Phase, 'env' | 'origin'>): Phase {
  return {...plainPhase(name as PhaseName, like.origin), private: true, commands, env: like.env};
}

/** Adds the steps of a hook, one behind the other; returns their nodes. */
export function addHook(
  graph: TaskGraph,
  project: Project,
  root: Workspace,
  name: string,
  steps: readonly HookStep[],
  stage: Stage,
): readonly number[] {
  const nodes: number[][] = [];
  let inline: Command[] = [];
  const flush = (): void => {
    const first = inline[0];
    if (first === undefined) return;
    const suffix = nodes.length === 0 ? '' : `~${nodes.length}`;
    nodes.push([
      graph.ownTask(root, inlinePhase(`${name}${suffix}`, inline, {env: project.env, origin: first.origin}), stage),
    ]);
    inline = [];
  };
  for (const step of steps) {
    if (step.kind === 'command') inline.push(step.command);
    else {
      flush();
      nodes.push([...graph.once(step.reference, root, stage)]);
    }
  }
  flush();
  const origin = nodes.flat().map((node) => graph.nodes[node]?.origin)[0];
  if (nodes.length > 1 && origin !== undefined) graph.sequences.push({steps: nodes, origin, stage});
  return nodes.flat();
}

/** Everything in the plan that is not the hook's own work waits for the hook, and does not run when the hook fails. */
export function putFirst(graph: TaskGraph, hook: readonly number[], isLater: (node: number) => boolean): void {
  const origin = graph.nodes[hook[0] ?? -1]?.origin;
  if (origin === undefined) return;
  const backwards = reversed(graph.edges.graph(graph.nodes.length));
  const own = reach(backwards, hook);
  const starts: number[] = [];
  for (let node = 0; node < graph.nodes.length; node++) {
    if (at(own, node) === 0 && isLater(node) && !waitsForLater(graph, backwards, node, own, isLater)) starts.push(node);
  }
  if (hook.length * starts.length <= hook.length + starts.length) {
    for (const from of hook) for (const to of starts) graph.edges.add(from, to, 'after', origin);
    return;
  }
  const gate = graph.group(`gate:${graph.nodes.length}`, origin);
  for (const from of hook) graph.edges.add(from, gate, 'after', origin);
  for (const to of starts) graph.edges.add(gate, to, 'after', origin);
}

/** A node that needs another one which waits for the hook waits too. Order alone passes no failure on. */
function waitsForLater(
  graph: TaskGraph,
  backwards: Digraph,
  node: number,
  own: Uint8Array,
  isLater: (node: number) => boolean,
): boolean {
  let waits = false;
  forEachEdge(backwards, node, (source, edge) => {
    if (at(own, source) === 0 && graph.edges.kinds[edge] !== 'order' && isLater(source)) waits = true;
  });
  return waits;
}
