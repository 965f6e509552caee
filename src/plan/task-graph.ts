import {nearestName} from '../base/nearest-name.ts';
import type {Diagnostic, Origin} from '../base/source.ts';
import {
  type Command,
  type Phase,
  type PhaseName,
  type PhaseReference,
  type Project,
  ROOT_WORKSPACE,
  type Sequence,
  type Workspace,
} from '../project/project.ts';
import {EdgeList} from './edge-list.ts';
import type {EdgeKind, NodeId} from './plan.ts';
import type {OwnCommand, Stage} from './task.ts';

/** A node under construction. */
export interface DraftNode {
  readonly id: NodeId;
  readonly origin: Origin;
  readonly workspace?: Workspace;
  readonly phase?: Phase;
  commands: readonly OwnCommand[];
  stage: Stage;
}

/** Numbers that were written one behind the other; each step may be several nodes that run side by side. */
export interface DraftSequence {
  readonly steps: readonly (readonly number[])[];
  readonly origin: Origin;
  readonly stage: Stage;
  /** The member whose list it is; undefined for lists of the root and of the command line. */
  readonly within?: Workspace;
  /** Commands of one phase: the first failure ends them. Other lists only say when. */
  readonly binding?: boolean;
}

/** What a node waits for by itself. */
interface Incoming {
  readonly from: number;
  readonly kind: EdgeKind;
  readonly origin: Origin;
}

/** Grows a graph of tasks from references, each task once, following needs and hooks. */
export class TaskGraph {
  readonly nodes: DraftNode[] = [];
  readonly edges = new EdgeList();
  readonly sequences: DraftSequence[] = [];
  /** For each node the nodes of its after hooks. */
  readonly followers = new Map<number, number[]>();
  readonly diagnostics: Diagnostic[] = [];
  readonly #project: Project;
  readonly #numbers = new Map<string, number>();
  readonly #ids = new Set<string>();
  readonly #unexpanded: number[] = [];
  /** For each after hook the phases that it follows. */
  readonly #leaders = new Map<number, Incoming[]>();
  /** For each node that calls of phases cut, its parts. */
  readonly #parts = new Map<number, number[]>();
  readonly #reported = new Set<Origin>();

  constructor(project: Project) {
    this.#project = project;
  }

  /** The node of a phase in a workspace, made when it is not there yet; undefined where the workspace has no such phase. */
  task(workspace: Workspace, name: PhaseName, stage: Stage = 'main'): number | undefined {
    const key = taskKey(workspace, name);
    const known = this.#numbers.get(key) ?? this.#numbers.get(stageKey(key, stage));
    if (known !== undefined) return known;
    const phase =
      workspace.phases.get(name) ??
      (workspace.name === ROOT_WORKSPACE ? this.#project.rootPhases.get(name) : undefined);
    if (phase === undefined) return undefined;
    const number = this.ownTask(workspace, phase, stage);
    this.#numbers.set(stageKey(key, stage), number);
    return number;
  }

  /** A node that only this run has: inline hook commands, the prefetch stage. */
  ownTask(workspace: Workspace, phase: Phase, stage: Stage): number {
    const id = this.#uniqueId(taskKey(workspace, phase.name), stage);
    const number = this.nodes.push({id, origin: phase.origin, workspace, phase, commands: [], stage}) - 1;
    this.#unexpanded.push(number);
    return number;
  }

  group(id: string, origin: Origin, stage: Stage = 'main'): number {
    return this.nodes.push({id: id as NodeId, origin, commands: [], stage}) - 1;
  }

  /** These nodes, the after hooks behind them, and the hooks behind those. */
  withFollowers(numbers: readonly number[]): ReadonlySet<number> {
    const all = new Set(numbers);
    for (const number of all) for (const follower of this.followers.get(number) ?? []) all.add(follower);
    return all;
  }

  /** Follows needs and hooks of every node that was added since the last call. */
  expand(): void {
    for (let number = this.#unexpanded.pop(); number !== undefined; number = this.#unexpanded.pop())
      this.#expandNode(number);
  }

  /** The nodes that a reference means, seen from a workspace. */
  resolve(reference: PhaseReference, from: Workspace, stage: Stage): readonly number[] {
    const {where, phase} = reference;
    if (where.kind === 'dependencies') return this.#ofDependencies(from, phase, stage);
    const inMembers = where.kind === 'own' && from.name === ROOT_WORKSPACE ? this.#inMembers(phase, stage) : [];
    if (inMembers.length > 0) return inMembers;
    const workspace = where.kind === 'own' ? from : this.#project.workspaces.get(where.name);
    const found = workspace === undefined ? undefined : this.task(workspace, phase, stage);
    if (found !== undefined) return [found];
    const atRoot = where.kind === 'own' ? this.#fromRoot(phase, stage) : [];
    if (atRoot.length === 0 && !reference.optional) this.#reportUnknown(reference, from);
    return atRoot;
  }

  /** What a name means that the own workspace does not have. */
  #fromRoot(phase: PhaseName, stage: Stage): readonly number[] {
    const root = this.#project.workspaces.get(ROOT_WORKSPACE);
    const number = root?.phases.has(phase) === true ? this.task(root, phase, stage) : undefined;
    return number === undefined ? this.#inMembers(phase, stage) : [number];
  }

  /**
   * A phase that the root itself does not run means, seen from the root, what asking for it means: its tasks in all members. So
   * `deploy` in the root can need the `test` of everything.
   */
  #inMembers(phase: PhaseName, stage: Stage): readonly number[] {
    const workspaces = [...this.#project.workspaces.values()];
    if (workspaces.some(({name, phases}) => name === ROOT_WORKSPACE && phases.has(phase))) return [];
    return workspaces.flatMap((workspace) =>
      workspace.phases.has(phase) ? (this.task(workspace, phase, stage) ?? []) : [],
    );
  }

  /** What a hook that runs once a run means: the phase as it runs in the root folder, once. */
  once(reference: PhaseReference, root: Workspace, stage: Stage): readonly number[] {
    const {where, phase} = reference;
    const number = where.kind === 'own' ? this.task(root, phase, stage) : undefined;
    return number === undefined ? this.resolve(reference, root, stage) : [number];
  }

  /** A dependency without the phase passes the question on to its own dependencies, so that order holds through it. */
  #ofDependencies(from: Workspace, phase: PhaseName, stage: Stage): readonly number[] {
    const found: number[] = [];
    const passed = new Set([from.name]);
    const open = [...from.dependencies].reverse();
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      const workspace = this.#project.workspaces.get(name);
      if (workspace === undefined || passed.has(name)) continue;
      passed.add(name);
      const number = this.task(workspace, phase, stage);
      if (number !== undefined) found.push(number);
      else for (const next of workspace.dependencies.toReversed()) open.push(next);
    }
    return found;
  }

  #uniqueId(wanted: string, suffix: string | number): NodeId {
    let id = wanted;
    while (this.#ids.has(id)) id = `${id}~${suffix}`;
    this.#ids.add(id);
    return id as NodeId;
  }

  #expandNode(number: number): void {
    const node = this.nodes[number];
    if (node?.phase === undefined || node.workspace === undefined) return;
    const {phase, workspace, stage} = node;
    const incoming = [...(this.#leaders.get(number) ?? [])];
    for (const sequence of phase.needs) {
      this.#steps(sequence, workspace, stage, (from, {origin}) => {
        this.edges.add(from, number, 'needs', origin);
        incoming.push({from, kind: 'needs', origin});
      });
    }
    for (const sequence of phase.after) {
      this.#steps(sequence, workspace, stage, (follower, {origin}) => this.#follow(number, follower, origin));
    }
    node.commands = this.#split(number, phase.commands, incoming);
  }

  #follow(number: number, follower: number, origin: Origin): void {
    append(this.followers, number, follower);
    append(this.#leaders, follower, {from: number, kind: 'after', origin});
    for (const part of [follower, ...(this.#parts.get(follower) ?? [])]) this.edges.add(number, part, 'after', origin);
  }

  /** Makes the nodes of a written list, an edge for each, and notes the order that it was written in. */
  #steps(
    sequence: Sequence,
    from: Workspace,
    stage: Stage,
    edge: (to: number, reference: PhaseReference) => void,
  ): readonly (readonly number[])[] {
    const steps = sequence.references.map((reference) => {
      const numbers = this.resolve(reference, from, stage);
      for (const number of numbers) edge(number, reference);
      return numbers;
    });
    const origin = sequence.references[0]?.origin;
    if (sequence.ordered && steps.length > 1 && origin !== undefined)
      this.sequences.push({steps, origin, stage, ...within(from)});
    return steps;
  }

  /**
   * A command that calls phases cuts the task in parts: what stands before becomes a node of its own that the phases follow, and
   * what stands behind waits for them. Returns the commands of the last part, which keeps the task's name.
   */
  #split(number: number, commands: readonly Command[], incoming: Incoming[]): readonly OwnCommand[] {
    const node = this.nodes[number];
    if (!commands.some((command) => command.kind === 'phases')) return commands as readonly OwnCommand[];
    if (node?.workspace === undefined) return [];
    const {workspace, stage, origin} = node;
    let own: OwnCommand[] = [];
    const waited: (readonly number[])[] = [];
    for (const command of commands) {
      if (command.kind !== 'phases') {
        own.push(command);
        continue;
      }
      if (own.length > 0) waited.push([this.#part(number, node, own, incoming, command.origin)]);
      own = [];
      const steps = this.#steps(command.sequence, workspace, stage, (from, reference) => {
        this.edges.add(from, number, 'needs', reference.origin);
        incoming.push({from, kind: 'needs', origin: reference.origin});
      });
      if (command.sequence.ordered) waited.push(...steps);
      else waited.push(steps.flat());
    }
    if (waited.length > 1) this.sequences.push({steps: waited, origin, stage, binding: true, ...within(workspace)});
    return own;
  }

  /** Some commands of a task as a node of its own, which waits for what the task has waited for so far. */
  #part(
    number: number,
    node: DraftNode,
    commands: readonly OwnCommand[],
    incoming: Incoming[],
    origin: Origin,
  ): number {
    const count = this.#parts.get(number)?.length ?? 0;
    const part = this.nodes.push({...node, id: this.#uniqueId(`${node.id}~${count + 1}`, 'part'), commands}) - 1;
    append(this.#parts, number, part);
    for (const edge of incoming) this.edges.add(edge.from, part, edge.kind, edge.origin);
    this.edges.add(part, number, 'needs', origin);
    incoming.push({from: part, kind: 'needs', origin});
    return part;
  }

  /** Once, however many members share the line. */
  #reportUnknown(reference: PhaseReference, from: Workspace): void {
    if (this.#reported.has(reference.origin)) return;
    this.#reported.add(reference.origin);
    const place =
      reference.where.kind === 'workspace' ? `workspace "${reference.where.name}"` : `workspace "${from.name}"`;
    const near = nearestName(reference.phase, this.#project.rootPhases.keys());
    this.diagnostics.push({
      severity: 'error',
      code: 'E_UNKNOWN_PHASE',
      message: `There is no phase "${reference.phase}" in ${place}.`,
      hint: near === undefined ? 'Define it, or remove the reference.' : `Did you mean "${near}"?`,
      origin: reference.origin,
    });
  }
}

function taskKey(workspace: Workspace, name: PhaseName): string {
  return workspace.name === ROOT_WORKSPACE ? name : `${workspace.name}#${name}`;
}

/** Everybody may use a task of the main part; what only runs at the end has its own for each way to end. */
function stageKey(key: string, stage: Stage): string {
  return stage === 'main' || stage === 'prefetch' ? key : `${stage} ${key}`;
}

function within(workspace: Workspace): Pick<DraftSequence, 'within'> {
  return workspace.name === ROOT_WORKSPACE ? {} : {within: workspace};
}

function append<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
