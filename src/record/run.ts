import type {NodeId, Plan} from '../plan/plan.ts';
import type {CommandEnd, LogRange, RunId, RunStatus, RunTime, TaskStatus} from './events.ts';

/** Grows when a member changes its meaning. */
export const RUN_FORMAT = 1;

/** What did happen: timed spans over the plan. */
export interface Run {
  readonly format: typeof RUN_FORMAT;
  readonly id: RunId;
  /** Unix time, ms. */
  readonly at: number;
  readonly version: string;
  readonly root: string;
  readonly command: readonly string[];
  readonly profile?: string;
  readonly jobs: number;
  readonly status: RunStatus;
  readonly exitCode: number;
  /** From the start of the process to the last event, ms. */
  readonly wallMs: number;
  readonly plan: Plan;
  readonly tasks: readonly TaskRecord[];
  readonly spans: readonly Span[];
  readonly notices: readonly {
    readonly level: 'info' | 'warning';
    readonly code: string;
    readonly message: string;
    readonly task?: NodeId;
  }[];
}

export interface TaskRecord {
  readonly task: NodeId;
  readonly status: TaskStatus;
  readonly attempts: number;
  readonly flaky: boolean;
  readonly reason?: string;
  readonly end?: CommandEnd;
  readonly line?: string;
  readonly log?: LogRange;
  /** Of a cached task: how long its execution took, ms. */
  readonly savedMs?: number;
  /** Why there was no stored result to use; absent when nobody looked, or when there was one. */
  readonly missed?: string;
  /** ms since the start of the run; absent when it never started. */
  readonly start?: RunTime;
  readonly finish: RunTime;
  /** A persistent task: when what needs it could start. */
  readonly ready?: RunTime;
}

/** One timed interval; spans of one task may overlap others and nest by `parent`. */
export interface Span {
  readonly id: number;
  readonly parent?: number;
  readonly kind: 'run' | 'config' | 'plan' | 'task' | 'attempt' | 'command';
  readonly task?: NodeId;
  /** For commands, what was run. */
  readonly label?: string;
  readonly start: RunTime;
  readonly end: RunTime;
  readonly ok: boolean;
}
