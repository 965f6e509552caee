import {digraph, reversed} from '../../src/graph/digraph.ts';
import {reach} from '../../src/graph/reach.ts';
import {makePlan} from '../../src/plan/make-plan.ts';
import type {Plan} from '../../src/plan/plan.ts';
import type {PlanRequest} from '../../src/plan/request.ts';
import type {TaskPlan} from '../../src/plan/task.ts';
import type {Project} from '../../src/project/project.ts';

/** The plan of some words, four tasks at once. */
export function planOf(project: Project, targets: readonly string[], more: Partial<PlanRequest> = {}): TaskPlan {
  return makePlan(project, {targets, jobs: 4, ...more});
}

/** A line an edge, sorted: `lib#build -> web#build needs`. */
export function edgeLines(plan: Plan): readonly string[] {
  return plan.edges.map(({from, to, kind}) => `${from} -> ${to} ${kind}`).sort();
}

/** Answers whether one node always waits for another. */
export function waiting(plan: Plan): (later: string, earlier: string) => boolean {
  const numbers = new Map<string, number>(plan.nodes.map((node, number) => [node.id, number]));
  const numberOf = (id: string): number => {
    const number = numbers.get(id);
    if (number === undefined) throw new Error(`no node ${id}`);
    return number;
  };
  const from = plan.edges.map((edge) => numberOf(edge.from));
  const to = plan.edges.map((edge) => numberOf(edge.to));
  const backwards = reversed(digraph(plan.nodes.length, from, to));
  return (later, earlier) => later !== earlier && reach(backwards, [numberOf(later)])[numberOf(earlier)] === 1;
}
