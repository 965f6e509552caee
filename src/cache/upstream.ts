import type {NodeId, PlanEdge} from '../plan/plan.ts';
import type {Task, TaskPlan} from '../plan/task.ts';

/** What comes before the nodes of a plan, and what is known of it so far in a run. */
export class Upstream {
  readonly #planned: TaskPlan;
  readonly #incoming = new Map<NodeId, PlanEdge[]>();
  readonly #direct = new Map<NodeId, readonly Task[]>();
  readonly #closures = new Map<NodeId, ReadonlySet<Task>>();
  readonly #ended = new Map<NodeId, number>();
  readonly #fresh = new Map<NodeId, number>();
  readonly #unknown = new Set<NodeId>();

  constructor(planned: TaskPlan) {
    this.#planned = planned;
    for (const edge of planned.plan.edges) {
      const list = this.#incoming.get(edge.to);
      if (list === undefined) this.#incoming.set(edge.to, [edge]);
      else list.push(edge);
    }
  }

  /** A task has run; `ms`: when it ended, `performance.now()`. */
  hasRun(task: Task, ms: number): void {
    this.#ended.set(task.id, ms);
  }

  /** What a task left is not what it should have: nothing that needs it can be known. */
  isUnknown(task: Task): void {
    this.#unknown.add(task.id);
  }

  isKnown(task: Task): boolean {
    return !this.#unknown.has(task.id);
  }

  dependsOnUnknown(task: Task): boolean {
    return this.#unknown.size > 0 && [...this.closure(task.id)].some(({id}) => this.#unknown.has(id));
  }

  /** Since when files count as looked at for a task: the last end of anything that had to come before it. */
  freshness(id: NodeId): number {
    const known = this.#fresh.get(id);
    if (known !== undefined) return known;
    let latest = 0;
    for (const {from} of this.#incoming.get(id) ?? [])
      latest = Math.max(latest, this.#ended.get(from) ?? 0, this.freshness(from));
    this.#fresh.set(id, latest);
    return latest;
  }

  /** The tasks whose results a task needs, through groups, in order of their names. */
  direct(id: NodeId): readonly Task[] {
    const known = this.#direct.get(id);
    if (known !== undefined) return known;
    const found = new Map<NodeId, Task>();
    for (const {from, kind} of this.#incoming.get(id) ?? []) {
      if (kind === 'order') continue;
      const task = this.#planned.tasks.get(from);
      // what the prefetch stage installs has a record of its own
      if (task?.stage === 'prefetch') continue;
      if (task !== undefined) found.set(from, task);
      else for (const inner of this.direct(from)) found.set(inner.id, inner);
    }
    const tasks = [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#direct.set(id, tasks);
    return tasks;
  }

  /** Those, and what they need in turn. */
  closure(id: NodeId): ReadonlySet<Task> {
    const known = this.#closures.get(id);
    if (known !== undefined) return known;
    const all = new Set<Task>();
    for (const task of this.direct(id)) {
      all.add(task);
      for (const further of this.closure(task.id)) all.add(further);
    }
    this.#closures.set(id, all);
    return all;
  }
}
