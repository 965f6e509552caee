import type {NodeId} from '../plan/plan.ts';
import type {Change} from './change.ts';
import type {Source} from './model.ts';

export type FindingCode =
  | 'F_UNCACHED'
  | 'F_ALWAYS_MISSES'
  | 'F_NOTHING_FLOWS'
  | 'F_SERIAL_ORDER'
  | 'F_RETRY'
  | 'F_FAT_TASK'
  | 'F_RESTORE_SLOWER'
  | 'F_SAME_WORK'
  | 'F_OVER_BUDGET'
  | 'F_LONG_TASK';

/** Something worth doing, with what it rests on. */
export interface Finding {
  readonly code: FindingCode;
  /** What is the matter, in a sentence. */
  readonly title: string;
  readonly tasks: readonly NodeId[];
  /** What was seen, a line each. */
  readonly evidence: readonly string[];
  readonly advice: string;
  /** What the run would gain, ms; with `low` and `high` where several runs tell how sure that is. */
  readonly impact: {readonly ms: number; readonly low?: number; readonly high?: number; readonly source: Source};
  readonly effort: 'low' | 'medium' | 'high';
  readonly risk: 'low' | 'medium' | 'high';
  /** Why it is as risky as that. */
  readonly riskReason: string;
  /** The same to the simulator; none for what cannot be simulated. */
  readonly changes: readonly Change[];
}
