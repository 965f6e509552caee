import {isNamed, type Model, type ModelEdge, type ModelNode, nodesNamed, SLOTS} from './model.ts';
import {withoutEdges} from './without-edges.ts';

/** Something that a person could change about a pipeline. `task` names one task (`web#build`, `//#build`) or a phase in every workspace (`build`). */
export type Change =
  | {readonly kind: 'jobs'; readonly count: number}
  | {readonly kind: 'cores'; readonly count: number}
  /** It is left out; what needs it does not wait for it. */
  | {readonly kind: 'drop'; readonly task: string}
  /** Its time is multiplied: 0.5 is twice as fast. */
  | {readonly kind: 'speed'; readonly task: string; readonly factor: number}
  /** Its result is there already. */
  | {readonly kind: 'hit'; readonly task: string}
  /** As many tasks as `parts`, each with an equal share of the work and the whole set-up, ms. */
  | {readonly kind: 'split'; readonly task: string; readonly parts: number; readonly setupMs: number}
  /**
   * The second no longer waits for the first, directly or through groups; all others wait as before. `written`: where it needs the first, it
   * does; only written order and hooks go.
   */
  | {readonly kind: 'no-edge'; readonly from: string; readonly to: string; readonly written?: true}
  /** Nothing is stored yet: what was a hit is executed. */
  | {readonly kind: 'cold'};

/** What changes need to know beyond the model. */
export interface Experience {
  /** How long a hit of a task takes, ms. */
  readonly hitMs: (task: string) => number;
  /** How long its execution takes, ms, and on how many cores; undefined when it was never seen. */
  readonly executed: (task: string) => ModelNode['work'] | undefined;
}

/** The name of a change as the command line has it. */
export function changeText(change: Change): string {
  switch (change.kind) {
    case 'jobs':
      return `--jobs ${change.count}`;
    case 'cores':
      return `--cores ${change.count}`;
    case 'drop':
      return `--drop ${change.task}`;
    case 'speed':
      return `--speed ${change.task}=${Number(change.factor.toFixed(3))}x`;
    case 'hit':
      return `--hit ${change.task}`;
    case 'split':
      return `--split ${change.task}=${change.parts}${change.setupMs > 0 ? ` --setup ${Math.round(change.setupMs)}ms` : ''}`;
    case 'no-edge':
      return `--no-edge '${change.from}->${change.to}'${change.written === true ? ' (written order only)' : ''}`;
    case 'cold':
      return '--cold';
    default:
      return change satisfies never;
  }
}

/** Names in a change that mean nothing in the model: a misspelt task would otherwise change nothing, silently. */
export function unknownNames(change: Change, model: Model): readonly string[] {
  const names =
    change.kind === 'no-edge' ? [change.from, change.to] : 'task' in change ? [change.task] : ([] as readonly string[]);
  return names.filter((name) => nodesNamed(model, name).length === 0);
}

export function withChanges(model: Model, changes: readonly Change[], experience: Experience): Model {
  // what is split or dropped has to be what the other changes made of it
  return changes.reduce((changed, change) => withChange(changed, change, experience), model);
}

function withChange(model: Model, change: Change, experience: Experience): Model {
  switch (change.kind) {
    case 'jobs':
      return withJobs(model, change.count);
    case 'cores':
      return change.count > 0 ? {...model, cores: change.count} : model;
    case 'drop':
      return withNodes(model, change.task, (node) => ({...node, work: NO_WORK, takes: {}, source: 'assumed'}));
    case 'speed':
      return withNodes(model, change.task, (node) => ({
        ...node,
        work: {...node.work, ms: node.work.ms * Math.max(0, change.factor)},
        source: 'assumed',
      }));
    case 'hit':
      return withNodes(model, change.task, (node) =>
        node.work.ms === 0
          ? node
          : {...node, work: {ms: Math.min(node.work.ms, experience.hitMs(node.id)), width: 1}, source: 'assumed'},
      );
    case 'split':
      return split(model, change);
    case 'no-edge':
      return withoutEdges(model, change.from, change.to, change.written);
    case 'cold':
      return {...model, nodes: model.nodes.map((node) => executed(node, experience))};
    default:
      return change satisfies never;
  }
}

const NO_WORK = {ms: 0, width: 0} as const;

/** What was skipped or executed would be so again. */
function executed(node: ModelNode, experience: Experience): ModelNode {
  const work = node.isHit === true && node.id !== '' ? experience.executed(node.id) : undefined;
  return work === undefined ? node : {...node, work, isHit: false};
}

function withJobs(model: Model, count: number): Model {
  const before = model.pools.get(SLOTS);
  if (before === undefined) return model;
  // a task that had all slots for itself goes on having them
  const slots = Math.max(1, count);
  const nodes = model.nodes.map((node) =>
    before > 1 && node.takes[SLOTS] === before ? {...node, takes: {...node.takes, [SLOTS]: slots}} : node,
  );
  return {...model, nodes, pools: new Map([...model.pools, [SLOTS, slots]])};
}

function withNodes(model: Model, name: string, change: (node: ModelNode) => ModelNode): Model {
  return {...model, nodes: model.nodes.map((node) => (isNamed(node.id, name) ? change(node) : node))};
}

function split(model: Model, {task, parts, setupMs}: Extract<Change, {kind: 'split'}>): Model {
  const nodes = [...model.nodes];
  const partsOf = new Map<number, readonly number[]>();
  for (const number of nodesNamed(model, task)) {
    const node = nodes[number];
    if (node === undefined || node.work.ms === 0 || parts < 2) continue;
    const {ms} = node.work;
    // a set-up that would be longer than the task is none of its
    const setup = Math.min(Math.max(0, setupMs), ms);
    const part: ModelNode = {...node, work: {...node.work, ms: setup + (ms - setup) / parts}, source: 'assumed'};
    nodes[number] = part;
    partsOf.set(number, [number, ...Array.from({length: parts - 1}, () => nodes.push(part) - 1)]);
  }
  const all = (number: number): readonly number[] => partsOf.get(number) ?? [number];
  const edges = model.edges.flatMap((edge) =>
    partsOf.has(edge.from) || partsOf.has(edge.to)
      ? all(edge.from).flatMap((from) => all(edge.to).map((to): ModelEdge => ({...edge, from, to})))
      : [edge],
  );
  return {...model, nodes, edges};
}
