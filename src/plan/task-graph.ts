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
import {nearestName} from '../base/nearest-name.ts';
import type {NodeId} from './plan.ts';
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
  readonly #unexpanded: number[] = [];

  constructor(project: Project) {
    this.#project = project;
  }

  /** The node of a phase in a workspace, made when it is not there yet; undefined where the workspace has no such phase. */
  task(workspace: Workspace, name: PhaseName, stage: Stage = 'main'): number | undefined {
    const known = this.#numbers.get(taskKey(workspace, name));
    if (known !== undefined) return known;
    const phase = workspace.phases.get(name) ?? (workspace.name === ROOT_WORKSPACE ? this.#project.rootPhases.get(name) : undefined);
    return phase === undefined ? undefined : this.#make(workspace, phase, stage);
  }

  /** A node that only this run has: inline hook commands, the prefetch stage. */
  ownTask(workspace: Workspace, phase: Phase, stage: Stage): number {
    return this.#make(workspace, phase, stage);
  }

  group(id: string, origin: Origin, stage: Stage = 'main'): number {
    return this.nodes.push({id: id as NodeId, origin, commands: [], stage}) - 1;
  }

  /** Follows needs and hooks of every node that was added since the last call. */
  expand(): void {
    for (let number = this.#unexpanded.pop(); number !== undefined; number = this.#unexpanded.pop()) this.#expandNode(number);
  }

  /** The nodes that a reference means, seen from a workspace. */
  resolve(reference: PhaseReference, from: Workspace, stage: Stage): readonly number[] {
    const {where, phase} = reference;
    if (where.kind === 'dependencies') {
      return from.dependencies.flatMap((name) => {
        const workspace = this.#project.workspaces.get(name);
        return workspace === undefined ? [] : this.#through(workspace, phase, stage, new Set([from]));
      });
    }
    const workspace = where.kind === 'own' ? from : this.#project.workspaces.get(where.name);
    const found = workspace === undefined ? undefined : (this.task(workspace, phase, stage) ?? this.#atRoot(reference, stage));
    if (found !== undefined) return [found];
    if (!reference.optional) this.#reportUnknown(reference, from);
    return [];
  }

  /** A dependency without the phase passes the question on to its own dependencies, so that order holds through it. */
  #through(workspace: Workspace, phase: PhaseName, stage: Stage, passed: Set<Workspace>): readonly number[] {
    const found = this.task(workspace, phase, stage);
    if (found !== undefined) return [found];
    if (passed.has(workspace)) return [];
    passed.add(workspace);
    return workspace.dependencies.flatMap((name) => {
      const next = this.#project.workspaces.get(name);
      return next === undefined ? [] : this.#through(next, phase, stage, passed);
    });
  }

  #atRoot(reference: PhaseReference, stage: Stage): number | undefined {
    const root = this.#project.workspaces.get(ROOT_WORKSPACE);
    return reference.where.kind === 'own' && root !== undefined ? this.task(root, reference.phase, stage) : undefined;
  }

  #make(workspace: Workspace, phase: Phase, stage: Stage): number {
    const id = taskKey(workspace, phase.name);
    const number = this.nodes.push({id: id as NodeId, origin: phase.origin, workspace, phase, commands: [], stage}) - 1;
    this.#numbers.set(id, number);
    this.#unexpanded.push(number);
    return number;
  }

  #expandNode(number: number): void {
    const node = this.nodes[number];
    if (node?.phase === undefined || node.workspace === undefined) return;
    const {phase, workspace, stage} = node;
    for (const sequence of phase.needs) {
      this.#steps(sequence, workspace, stage, (to, reference) => this.edges.add(to, number, 'needs', reference.origin));
    }
    for (const sequence of phase.after) {
      const followers = this.followers.get(number) ?? [];
      this.followers.set(number, followers);
      this.#steps(sequence, workspace, stage, (to, reference) => {
        this.edges.add(number, to, 'after', reference.origin);
        followers.push(to);
      });
    }
    node.commands = this.#split(number, phase.commands);
  }

  /** Makes the nodes of a written list, an edge for each, and notes the order that it was written in. */
  #steps(sequence: Sequence, from: Workspace, stage: Stage, edge: (to: number, reference: PhaseReference) => void): readonly (readonly number[])[] {
    const steps = sequence.references.map((reference) => {
      const numbers = this.resolve(reference, from, stage);
      for (const number of numbers) edge(number, reference);
      return numbers;
    });
    const origin = sequence.references[0]?.origin;
    if (sequence.ordered && steps.length > 1 && origin !== undefined) this.sequences.push({steps, origin});
    return steps;
  }

  /**
   * A command that calls phases cuts the task in parts: what stands before becomes a node of its own that the phases follow, and
   * what stands behind waits for them. Returns the commands of the last part, which keeps the task's name.
   */
  #split(number: number, commands: readonly Command[]): readonly OwnCommand[] {
    const node = this.nodes[number];
    if (!commands.some((command) => command.kind === 'phases')) return commands as readonly OwnCommand[];
    let own: OwnCommand[] = [];
    let parts = 0;
    const waited: (readonly number[])[] = [];
    for (const command of commands) {
      if (command.kind !== 'phases') {
        own.push(command);
        continue;
      }
      if (node?.workspace === undefined || node.phase === undefined) break;
      if (own.length > 0) {
        const part: DraftNode = {...node, id: `${node.id}~${++parts}` as NodeId, commands: own};
        const partNumber = this.nodes.push(part) - 1;
        this.#inheritNeeds(number, partNumber);
        this.edges.add(partNumber, number, 'needs', command.origin);
        waited.push([partNumber]);
        own = [];
      }
      const steps = this.#steps(command.sequence, node.workspace, node.stage, (to, reference) => {
        this.edges.add(to, number, 'needs', reference.origin);
      });
      if (command.sequence.ordered) waited.push(...steps);
      else waited.push(steps.flat());
    }
    if (waited.length > 1 && node !== undefined) this.sequences.push({steps: waited, origin: node.origin});
    return own;
  }

  #inheritNeeds(from: number, to: number): void {
    for (let edge = 0, end = this.edges.length; edge < end; edge++) {
      if (this.edges.to[edge] === from) this.edges.add(this.edges.from[edge] ?? 0, to, this.edges.kinds[edge] ?? 'needs', this.edges.origins[edge]);
    }
  }

  #reportUnknown(reference: PhaseReference, from: Workspace): void {
    const place = reference.where.kind === 'workspace' ? `workspace "${reference.where.name}"` : `workspace "${from.name}"`;
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
