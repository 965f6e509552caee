import type {Brand} from '../base/brand.ts';
import type {ProcessIdentity} from '../base/process-identity.ts';
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

/** What a command, or all commands of a task, took of the machine. What the platform does not tell is absent, never 0. */
export interface Usage {
  /** Time on processors, of the command and of all processes that it waited for, ms; in steps of 10 ms on Linux. */
  readonly cpuMs?: number;
  /** Ended in the same moment as another command: their sum was measured, and divided by how long each had run. */
  readonly shared?: boolean;
  /** The largest sum of the memory of its processes that was seen, bytes; absent when it ended before anybody looked. */
  readonly peakMemoryBytes?: number;
  /** From storage: what came out of the page cache does not count. */
  readonly readBytes?: number;
  /** Handed to storage, written there or not yet. */
  readonly writtenBytes?: number;
}

/** A part of the time of a task. */
export interface Interval {
  readonly start: RunTime;
  readonly end: RunTime;
}

/** When what happened to a task; a part that did not happen is absent. */
export interface TaskTimes {
  /** Everything that it waits for had ended. */
  readonly free: RunTime;
  /** It got its slot. */
  readonly slot?: RunTime;
  /** Its key was made and its result looked for. */
  readonly lookup?: Interval;
  /** Its outputs were put back. */
  readonly restore?: Interval;
  /** Its services were waited for, before its first attempt. */
  readonly lease?: Interval;
  /** Its result was stored. */
  readonly store?: Interval;
}

/** Parts of a task's time that are not its commands. */
export const TASK_PARTS = ['lookup', 'restore', 'lease', 'store'] as const satisfies readonly (keyof TaskTimes)[];

/** What paceline itself did in a run. */
export interface RunCounters {
  /** Files whose state was looked up on disk, once each time. */
  readonly filesStatted: number;
  readonly filesHashed: number;
  readonly hashedBytes: number;
  /** Files that were hashed more than once although they had not changed. */
  readonly filesHashedTwice: number;
  readonly filesRestored: number;
  readonly bytesStored: number;
  /** Times that the state of a task was written. */
  readonly stateWrites: number;
  /** Processor time of paceline itself, ms. */
  readonly cpuMs: number;
  /** Its largest memory, bytes. */
  readonly peakMemoryBytes: number;
}

/** Where a run took place. */
export interface Machine {
  /** That may be used at once. */
  readonly cores: number;
  readonly memoryBytes: number;
  /** `linux-x64`. */
  readonly platform: string;
  /** Average number of runnable processes in the minute before the run; absent where the platform does not tell. */
  readonly load?: number;
}

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
      /** `before` and `after`: a hook line of the phase. */
      readonly role?: 'before' | 'main' | 'after';
    }
  | {
      readonly kind: 'command-finished';
      readonly time: RunTime;
      readonly task: NodeId;
      readonly attempt: number;
      readonly command: number;
      readonly end: CommandEnd;
      readonly usage?: Usage;
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
  | {
      readonly kind: 'step-finished';
      readonly time: RunTime;
      /** Something that paceline did for the whole run. */
      readonly step: 'index' | 'finish';
      readonly start: RunTime;
    }
  | {
      readonly kind: 'run-finished';
      readonly time: RunTime;
      readonly status: RunStatus;
      readonly exitCode: number;
      readonly counters?: RunCounters;
    };

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
  readonly machine?: Machine;
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
  readonly times?: TaskTimes;
  /** Whether the config lets its result be kept; absent of a task that did not start. */
  readonly cacheable?: boolean;
  /** Of what was stored or restored. */
  readonly outputs?: OutputSize;
  /** SHA-256 of what it printed, in hex; of results that are stored. */
  readonly logDigest?: string;
}

/** Of all output files of a task. */
export interface OutputSize {
  readonly files: number;
  readonly bytes: number;
}

/** Hears everything, changes nothing. Must not throw. */
export type RunListener = (event: RunEvent) => void;
