import {PacelineError} from '../base/error.ts';
import type {Diagnostic} from '../base/source.ts';
import {shortestCycle} from '../graph/cycle.ts';
import {topologicalOrder} from '../graph/topological-order.ts';
import type {TaskGraph} from './task-graph.ts';

/** @throws PacelineError E_CYCLE with the cycle's edges and the line of each */
export function assertAcyclic(graph: TaskGraph): void {
  const directed = graph.edges.graph(graph.nodes.length);
  if (topologicalOrder(directed).acyclic) return;
  const edges = shortestCycle(directed) ?? [];
  const id = (node: number | undefined): string => (node === undefined ? '' : (graph.nodes[node]?.id ?? ''));
  // an edge runs from what comes first to what waits for it; people read it the other way round
  const waiting = [...edges].reverse();
  const names = [...waiting.map((edge) => id(graph.edges.to[edge])), id(graph.edges.to[waiting[0] ?? 0])];
  const diagnostics: Diagnostic[] = waiting.map((edge) => ({
    severity: 'error',
    code: 'E_CYCLE',
    message: `${id(graph.edges.to[edge])} ${graph.edges.kinds[edge] === 'after' ? 'runs after' : 'needs'} ${id(graph.edges.from[edge])}`,
    origin: graph.edges.origins[edge] ?? {file: '', line: 1, column: 1},
  }));
  const first = diagnostics[0]?.origin;
  throw new PacelineError('E_CYCLE', `These tasks wait for each other: ${names.join(' -> ')}.`, {
    hint: 'Remove one of the edges.',
    diagnostics,
    ...(first === undefined ? {} : {origin: first}),
  });
}
