import type {ProfileNode} from '../record/profile.ts';

/** Stacks while they are put together. */
export class FlameGraph {
  readonly #root = new Draft('all');

  /** @param stack outermost first */
  add(stack: readonly string[], weight: number): void {
    let node = this.#root;
    node.total += weight;
    for (const name of stack) {
      node = node.child(name);
      node.total += weight;
    }
    node.self += weight;
  }

  /** @param least share of all samples below which a node is left out; its samples stay with its parent */
  finished(least = 0.001): ProfileNode {
    return this.#root.finished(this.#root.total * least);
  }
}

class Draft {
  readonly #name: string;
  readonly #children = new Map<string, Draft>();
  total = 0;
  self = 0;

  constructor(name: string) {
    this.#name = name;
  }

  child(name: string): Draft {
    const known = this.#children.get(name);
    if (known !== undefined) return known;
    const child = new Draft(name);
    this.#children.set(name, child);
    return child;
  }

  finished(least: number): ProfileNode {
    const children = [...this.#children.values()]
      .filter(({total}) => total >= least && total > 0)
      .sort((one, other) => other.total - one.total)
      .map((child) => child.finished(least));
    return {name: this.#name, total: this.total, self: this.self, children};
  }
}

/** Part of a CPU profile as V8 writes it (Chrome DevTools Protocol, Profiler.Profile). */
export interface V8Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {readonly functionName: string; readonly url: string; readonly lineNumber: number};
    readonly children?: readonly number[];
  }[];
  readonly samples?: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas?: readonly number[];
}

/** Time in which nothing of the program ran. */
const IDLE = new Set(['(idle)', '(root)']);

/** Adds a profile of a Node program; weights are ms. @param program the outermost frame */
export function addV8Profile(graph: FlameGraph, program: string, profile: V8Profile): void {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map<number, number>();
  for (const {id, children = []} of profile.nodes) for (const child of children) parents.set(child, id);
  const stacks = new Map<number, readonly string[]>();
  const stackOf = (id: number): readonly string[] => {
    const known = stacks.get(id);
    if (known !== undefined) return known;
    const names: string[] = [];
    for (let at: number | undefined = id; at !== undefined && names.length < 500; at = parents.get(at)) {
      const frame = nodes.get(at)?.callFrame;
      if (frame !== undefined && !IDLE.has(frame.functionName)) names.push(frameName(frame));
    }
    const stack = [program, ...names.reverse()];
    stacks.set(id, stack);
    return stack;
  };
  for (const [place, id] of (profile.samples ?? []).entries()) {
    const name = nodes.get(id)?.callFrame.functionName ?? '';
    // the time up to a sample belongs to it
    if (!IDLE.has(name)) graph.add(stackOf(id), Math.max(0, profile.timeDeltas?.[place] ?? 0) / 1000);
  }
}

function frameName({functionName, url, lineNumber}: V8Profile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  const place = url
    .replace(/^file:\/\//, '')
    .split('/')
    .slice(-2)
    .join('/');
  return `${name} ${place}:${lineNumber + 1}`;
}

/**
 * Adds what `perf script -F comm,pid,ip,sym,dso` prints: a line with the program and its number, then the frames, innermost first.
 * @param sampleMs time between samples
 * @param isKnown whether something better is known of what a process did under this name
 */
export function addPerfScript(
  graph: FlameGraph,
  text: string,
  sampleMs: number,
  isKnown: (pid: number, program: string) => boolean,
): void {
  for (const block of text.split(/\n\s*\n/)) {
    const [head = '', ...frames] = block.split('\n').filter((line) => line.trim() !== '');
    const [, program = '', pid = ''] = /^\s*(.+?)\s+(\d+)\s*$/.exec(head) ?? [];
    if (program === '' || isKnown(Number(pid), program)) continue;
    const names = frames.map(perfFrame);
    graph.add([program, ...names.reverse()], sampleMs);
  }
}

/** `    1a2b do_wp_page ([kernel.kallsyms])`. Of a function without a name, the file that it is in. */
function perfFrame(frame: string): string {
  const [, name = '', file = ''] = /^\s*[0-9a-f]+\s+(.*?)(?:\s+\((.*)\))?\s*$/.exec(frame) ?? [];
  if (name !== '' && name !== '[unknown]') return name;
  return `[unknown] ${file.split('/').at(-1) ?? ''}`.trimEnd();
}

export interface HotFunction {
  readonly name: string;
  /** ms in the function itself. */
  readonly self: number;
}

/** Functions by the time in themselves, the most first. */
export function hottest(root: ProfileNode, most: number): readonly HotFunction[] {
  const selves = new Map<string, number>();
  const visit = ({name, self, children}: ProfileNode): void => {
    selves.set(name, (selves.get(name) ?? 0) + self);
    for (const child of children) visit(child);
  };
  visit(root);
  return [...selves]
    .map(([name, self]) => ({name, self}))
    .filter(({self}) => self > 0)
    .sort((one, other) => other.self - one.self)
    .slice(0, most);
}
