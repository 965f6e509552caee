/**
 * Paths inside strongly connected components, over edges that come one by one. Whoever adds edges to an acyclic graph has to look only
 * here for what would close a cycle, and the components that they make are small where the graph as a whole is not.
 */
export class InnerPaths {
  readonly #component: ArrayLike<number>;
  readonly #targets = new Map<number, number[]>();

  /** `component` of each node, from the graph with all edges that may come. */
  constructor(component: ArrayLike<number>) {
    this.#component = component;
  }

  /** Whether both ends of an edge lie in one component: only such an edge can close a cycle. */
  isInner(from: number, to: number): boolean {
    return this.#component[from] === this.#component[to];
  }

  /** Edges between components are not kept: no path inside of one takes them. */
  add(from: number, to: number): void {
    if (!this.isInner(from, to)) return;
    const targets = this.#targets.get(from);
    if (targets === undefined) this.#targets.set(from, [to]);
    else targets.push(to);
  }

  /** Whether `to` can be reached from `from`, which lies in the same component. */
  has(from: number, to: number): boolean {
    const seen = new Set([from]);
    for (const node of seen) {
      if (node === to) return true;
      for (const target of this.#targets.get(node) ?? []) seen.add(target);
    }
    return false;
  }
}
