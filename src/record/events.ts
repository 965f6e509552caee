import type {Brand} from '../base/brand.ts';
import type {NodeId, Plan} from '../plan/plan.ts';

export type RunId = Brand<string, 'RunId'>;

/** Grows when an event changes its meaning; new kinds and new optional members do not count. */
export const EVENT_FORMAT = 1;

/** Milliseconds since the start of the run, from a clock that never goes backwards. */
export type RunTime = number;

/** Bytes `start` to `end` of a file of the run's log folder. */
export interface LogRange {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** How a command ended. */
export type CommandEnd =
  | {readonly kind: 'exit'; readonly code: number}
  | {readonly kind: 'signal'; readonly signal: string}
  | {readonly kind: 'timeout'; readonly limitMs: number; readonly of: 'command' | 'phase' | 'run'}
  | {readonly kind: 'unstartable'; readonly reason: string};

/**
 * passed: ran and succeeded. cached: its stored result holds, and its outputs are in place. failed: ran and did not. tolerated: failed, and the phase says that this is all right. skipped: did not
 * have to run. blocked: what it needs failed. cancelled: the run ended first. stopped: a persistent task that was ended.
 */
export type TaskStatus = 'passed' | 'cached' | 'failed' | 'tolerated' | 'skipped' | 'blocked' | 'cancelled' | 'stopped';

export type RunStatus = 'passed' | 'failed' | 'interrupted' | 'timeout';

/** Everything that can happen in a run. `task` names a node of the plan. One per line, as JSON, in `--output ndjson`. */
export type RunEvent =
  | RunStarted
  | {
      readonly kind: 'task-started';
      readonly time: RunTime;
      readonly task: NodeId;
      readonly attempt: number;
      /** Where its output goes from now on. */
      readonly log: LogRange;
    }
  | {
      readonly kind: 'command-started';
      readonly time: RunTime;
      readonly task: NodeId;
      readonly attempt: number;
      readonly command: number;
      readonly line: string;
      readonly pid: number;
    }
  | {
      readonly kind: 'command-finished';
      readonly time: RunTime;
      readonly task: NodeId;
      readonly attempt: number;
      readonly command: number;
      readonly end: CommandEnd;
    }
  | {
      readonly kind: 'cache-missed';
      readonly time: RunTime;
      readonly task: NodeId;
      /** For a person: what is not as it was. */
      readonly reason: string;
      /** All differences to the nearest earlier result, a line each; the first of many. */
      readonly differences: readonly string[];
    }
  | {readonly kind: 'task-ready'; readonly time: RunTime; readonly task: NodeId}
  | {
      readonly kind: 'task-retrying';
      readonly time: RunTime;
      readonly task: NodeId;
      readonly attempt: number;
      readonly delayMs: number;
      readonly end: CommandEnd;
    }
  | TaskFinished
  | {
      readonly kind: 'notice';
      readonly time: RunTime;
      readonly level: 'info' | 'warning';
      readonly code: string;
      readonly message: string;
      readonly task?: NodeId;
    }
  | {
      readonly kind: 'run-stopping';
      readonly time: RunTime;
      readonly reason: 'failure' | 'signal' | 'timeout';
      readonly signal?: string;
      readonly forced: boolean;
    }
  | {readonly kind: 'run-finished'; readonly time: RunTime; readonly status: RunStatus; readonly exitCode: number};

export interface RunStarted {
  readonly kind: 'run-started';
  readonly time: RunTime;
  readonly format: typeof EVENT_FORMAT;
  readonly run: RunId;
  /** Unix time, ms. */
  readonly at: number;
  readonly version: string;
  /** Absolute path. */
  readonly root: string;
  /** The words of the command line. */
  readonly command: readonly string[];
  readonly profile?: string;
  readonly jobs: number;
  readonly plan: Plan;
  readonly owner: ProcessIdentity;
  /** What happened before the first event, ms since the start of the process. */
  readonly phases: readonly {readonly name: 'config' | 'plan'; readonly start: RunTime; readonly end: RunTime}[];
}

export interface TaskFinished {
  readonly kind: 'task-finished';
  readonly time: RunTime;
  readonly task: NodeId;
  readonly status: TaskStatus;
  readonly attempts: number;
  /** Passed, but not at the first attempt. */
  readonly flaky: boolean;
  /** Why it was skipped, blocked or cancelled, or what was done about a cached one, for a person. */
  readonly reason?: string;
  /** Cached: how long its execution took, ms. */
  readonly savedMs?: number;
  readonly end?: CommandEnd;
  readonly log?: LogRange;
  /** The command that failed. */
  readonly line?: string;
}

/** Proves that a process is the one that was meant, across reuse of its number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** In the kernel's own unit; '' where the platform does not tell. */
  readonly started: string;
  /** Changes with each boot; '' where the platform does not tell. */
  readonly boot: string;
}

/** Hears everything, changes nothing. Must not throw. */
export type RunListener = (event: RunEvent) => void;
