import type {PhaseName, WorkspaceName} from '../project/project.ts';

/** What somebody asked for. */
export interface PlanRequest {
  /** Phases, `workspace#phase`, or pipelines. */
  readonly targets: readonly string[];
  /** Run the targets in written order and stop at the first failure. */
  readonly inOrder?: boolean;
  /** Only tasks of these workspaces are asked for; what they need may lie in others. Undefined: all. */
  readonly workspaces?: ReadonlySet<WorkspaceName>;
  /** Just the tasks that are asked for, without what they need and without hooks around the run. */
  readonly only?: boolean;
  /** Words for the last command of each requested task. */
  readonly args?: readonly string[];
  /** Tasks at once. */
  readonly jobs: number;
  /** Memory that tasks may declare in total, bytes; undefined = unbounded. */
  readonly memoryBytes?: number;
}

/** A target, understood. */
export interface Target {
  readonly phase: PhaseName;
  /** Undefined: every selected workspace that has the phase. */
  readonly workspace?: WorkspaceName;
}
