import type {NodeId} from '../plan/plan.ts';

/** A CPU profile of a task, kept until the next one. */
export interface StoredProfile {
  readonly task: NodeId;
  /** Unix time, ms. */
  readonly at: number;
  /** Whose samples: V8's for Node programs, perf's for all others. */
  readonly sources: readonly ('v8' | 'perf')[];
  readonly root: ProfileNode;
}

/** A function on a stack, with everything that it called; times in ms. */
export interface ProfileNode {
  readonly name: string;
  /** With it on the stack. */
  readonly total: number;
  /** With it on top. */
  readonly self: number;
  readonly children: readonly ProfileNode[];
}
