import {type Model, type ModelEdge, type ModelNode, nodesNamed} from './model.ts';

/**
 * The model in which no task of the second name waits for one of the first, neither by an edge nor through groups. Nothing else changes:
 * the second goes on waiting for what the first waits for, and what is behind the second goes on waiting for the first.
 * @param written only edges that are written order or hooks; what needs the first goes on waiting for it
 */
export function withoutEdges(model: Model, from: string, to: string, written = false): Model {
  const [first, second] = [new Set(nodesNamed(model, from)), new Set(nodesNamed(model, to))];
  return new Removal(model, first, second, written).model();
}

/** A group on the way from the first to the second, as the second is to see it. */
interface Copy {
  readonly group: number;
  readonly copy: number;
  /** An edge nearer to the second was one that may go: so may all behind it. */
  readonly mayGo: boolean;
}

class Removal {
  readonly #model: Model;
  readonly #first: ReadonlySet<number>;
  readonly #second: ReadonlySet<number>;
  readonly #written: boolean;
  readonly #nodes: ModelNode[];
  readonly #edges: ModelEdge[] = [];
  readonly #incoming: ReadonlyMap<number, readonly ModelEdge[]>;
  /** Groups that wait for the first, directly or through other groups. */
  readonly #groups: ReadonlySet<number>;
  readonly #copies = new Map<string, Copy>();
  readonly #open: Copy[] = [];
  /** Of each of the first, a node for the moment when it may start. */
  readonly #starts = new Map<number, number>();
  /** Of each of the second, a node for the moment when it and all that it waited for have ended. */
  readonly #ends = new Map<number, number>();

  constructor(model: Model, first: ReadonlySet<number>, second: ReadonlySet<number>, written: boolean) {
    this.#model = model;
    this.#first = first;
    this.#second = second;
    this.#written = written;
    this.#nodes = [...model.nodes];
    this.#incoming = Map.groupBy(model.edges, ({to}) => to);
    this.#groups = groupsBehind(model, first);
  }

  model(): Model {
    const {edges} = this.#model;
    const lost = edges.filter((edge) => this.#second.has(edge.to) && this.#isLost(edge, false));
    if (lost.length === 0) return this.#model;
    for (const {to} of lost) if (!this.#ends.has(to)) this.#ends.set(to, this.#join());
    for (const [node, end] of this.#ends) this.#edges.push({from: node, to: end, kind: 'order'});
    for (const edge of edges) this.#add(edge, edge.to, this.#second.has(edge.to), false);
    for (const {from, to, kind} of lost)
      this.#edges.push({from: this.#endOf(from), to: this.#ends.get(to) ?? to, kind});
    for (let copy = this.#open.pop(); copy !== undefined; copy = this.#open.pop())
      for (const edge of this.#incoming.get(copy.group) ?? []) this.#add(edge, copy.copy, true, copy.mayGo);
    return {...this.#model, nodes: this.#nodes, edges: this.#edges};
  }

  /** Whether an edge leads, in a way that may go, from the first. */
  #isLost({from, kind}: ModelEdge, mayGo: boolean): boolean {
    if (this.#groups.has(from)) return true;
    return this.#first.has(from) && (mayGo || !this.#written || kind !== 'needs');
  }

  #add(edge: ModelEdge, to: number, isSecond: boolean, mayGo: boolean): void {
    const {from, kind} = edge;
    const lost = isSecond && this.#isLost(edge, mayGo);
    const source = !lost
      ? this.#endOf(from)
      : this.#first.has(from)
        ? this.#startOf(from)
        : this.#copyOf(from, mayGo || !this.#written || kind !== 'needs');
    this.#edges.push({from: source, to, kind});
  }

  #endOf(node: number): number {
    return this.#ends.get(node) ?? node;
  }

  #startOf(node: number): number {
    const known = this.#starts.get(node);
    if (known !== undefined) return known;
    const start = this.#join();
    this.#starts.set(node, start);
    for (const edge of this.#incoming.get(node) ?? []) this.#add(edge, start, this.#second.has(node), false);
    return start;
  }

  #copyOf(group: number, mayGo: boolean): number {
    const key = `${group} ${mayGo}`;
    let copy = this.#copies.get(key);
    if (copy === undefined) {
      copy = {group, copy: this.#join(), mayGo};
      this.#copies.set(key, copy);
      this.#open.push(copy);
    }
    return copy.copy;
  }

  #join(): number {
    return this.#nodes.push({id: '', takes: {}, work: {ms: 0, width: 0}, source: 'assumed', isGroup: true}) - 1;
  }
}

function groupsBehind({nodes, edges}: Model, first: ReadonlySet<number>): ReadonlySet<number> {
  const isGroup = (number: number): boolean => nodes[number]?.isGroup === true && !first.has(number);
  const outgoing = Map.groupBy(
    edges.filter(({to}) => isGroup(to)),
    ({from}) => from,
  );
  const found = new Set<number>();
  const open = [...first];
  for (let number = open.pop(); number !== undefined; number = open.pop())
    for (const {to} of outgoing.get(number) ?? []) {
      if (found.has(to)) continue;
      found.add(to);
      open.push(to);
    }
  return found;
}
