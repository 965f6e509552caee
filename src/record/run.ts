import type {NodeId, Plan} from '../plan/plan.ts';
import type {
  CommandEnd,
  LogRange,
  Machine,
  OutputSize,
  RunCounters,
  RunId,
  RunStatus,
  RunTime,
  TaskStatus,
  TaskTimes,
  Usage,
} from './events.ts';

/** Grows when a member changes its meaning, or when a span gets a kind. 1: no waiting, lookups and usage. */
export const RUN_FORMAT = 2;

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
  /** Absent in runs of format 1. */
  readonly machine?: Machine;
  /** Absent when the run was killed. */
  readonly counters?: RunCounters;
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
  /** What differed from the nearest earlier result, the first of many. */
  readonly missedBy?: readonly string[];
  readonly cacheable?: boolean;
  /** ms since the start of the run; absent when it never started. */
  readonly start?: RunTime;
  readonly finish: RunTime;
  /** A persistent task: when what needs it could start. */
  readonly ready?: RunTime;
  readonly times?: TaskTimes;
  /** Of all its commands, over all attempts. */
  readonly usage?: Usage;
  readonly outputs?: OutputSize;
  /** SHA-256 of what it printed, in hex; absent where the result was not stored. */
  readonly logDigest?: string;
}

/**
 * run: the whole. config, plan: reading the config, making the plan. index: reading what is known of files. finish: what is written at
 * the end. task: from its slot to its end. wait: all that a task needs had ended, and it had no slot. lookup, restore, store: what the
 * cache did for a task. lease: it waited for its services. attempt: one execution; command: one process of it; hook: a command of a hook. retry: the pause before the next
 * attempt.
 */
export const SPAN_KINDS = [
  'run',
  'config',
  'plan',
  'index',
  'finish',
  'task',
  'wait',
  'lookup',
  'restore',
  'lease',
  'store',
  'attempt',
  'command',
  'hook',
  'retry',
] as const;
export type SpanKind = (typeof SPAN_KINDS)[number];

/** One timed interval; spans of one task may overlap others and nest by `parent`. */
export interface Span {
  readonly id: number;
  readonly parent?: number;
  readonly kind: SpanKind;
  readonly task?: NodeId;
  /** For commands, what was run. */
  readonly label?: string;
  readonly start: RunTime;
  readonly end: RunTime;
  readonly ok: boolean;
  /** Of a command. */
  readonly usage?: Usage;
}
