import type {Diagnostic} from '../base/source.ts';
import type {Phase, ProgramCommand, ScriptCommand, ShellCommand, Workspace} from '../project/project.ts';
import type {NodeId, Plan} from './plan.ts';

/** A command that the engine can execute: calls of other phases have become edges of the plan. */
export type OwnCommand = ShellCommand | ProgramCommand | ScriptCommand;

/** When a task runs: before everything, in the middle, or at the end whatever happened. */
export type Stage = 'prefetch' | 'main' | 'after_all' | 'on_error' | 'on_success';

/** One phase in one workspace: what its node of the plan executes. */
export interface Task {
  readonly id: NodeId;
  readonly phase: Phase;
  readonly workspace: Workspace;
  readonly commands: readonly OwnCommand[];
  readonly stage: Stage;
  /** Asked for by name, not just needed by another. */
  readonly requested: boolean;
  /** Words behind `--`, for the last main command of a requested task. */
  readonly args: readonly string[];
}

/** A plan and what each of its nodes executes. */
export interface TaskPlan {
  readonly plan: Plan;
  /** Nodes that are not in it are groups. */
  readonly tasks: ReadonlyMap<NodeId, Task>;
  /** Nodes of the last three stages; everything else is the main part. */
  readonly finals: ReadonlyMap<NodeId, 'after_all' | 'on_error' | 'on_success'>;
  /** Tasks that need others which were left out of the plan. */
  readonly cut?: ReadonlySet<NodeId>;
  /** A pipeline: the first failure ends it. */
  readonly inOrder: boolean;
  readonly diagnostics: readonly Diagnostic[];
}
