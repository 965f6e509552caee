import type {Origin} from '../base/source.ts';
import {type Digraph, digraph} from '../graph/digraph.ts';
import type {EdgeKind} from './plan.ts';

/** Edges between numbered nodes, each pair once: a stronger kind (needs, after, order) replaces a weaker one. */
export class EdgeList {
  readonly from: number[] = [];
  readonly to: number[] = [];
  readonly kinds: EdgeKind[] = [];
  readonly origins: (Origin | undefined)[] = [];
  readonly #byPair = new Map<number, number>();

  get length(): number {
    return this.from.length;
  }

  add(from: number, to: number, kind: EdgeKind, origin?: Origin): void {
    // pairs of node numbers up to 2^26 fit a double exactly
    const pair = from * 0x4000000 + to;
    const known = this.#byPair.get(pair);
    if (known === undefined) {
      this.#byPair.set(pair, this.from.length);
      this.from.push(from);
      this.to.push(to);
      this.kinds.push(kind);
      this.origins.push(origin);
    } else if (strength[kind] > strength[this.kinds[known] ?? 'order']) {
      this.kinds[known] = kind;
      this.origins[known] = origin;
    }
  }

  graph(size: number): Digraph {
    return digraph(size, this.from, this.to);
  }
}

const strength: Record<EdgeKind, number> = {needs: 2, after: 1, order: 0};
