import type {Run, TaskRecord} from '../../record/run.ts';
import type {Change, Experience} from '../change.ts';
import type {Finding} from '../finding.ts';
import type {Model} from '../model.ts';
import type {TimeSlice} from '../time-account.ts';

/** What a rule looks at. */
export interface RuleContext {
  readonly run: Run;
  /** Earlier runs of the same checkout, the newest first; without `run`. */
  readonly earlier: readonly Run[];
  readonly model: Model;
  readonly experience: Experience;
  readonly account: readonly TimeSlice[];
  /** What the run would gain, ms. */
  readonly gain: (...changes: readonly Change[]) => number;
}

export type Rule = (context: RuleContext) => readonly Finding[];

/** From the slot to the end, ms. */
export function spentMs({start, finish}: TaskRecord): number {
  return start === undefined ? 0 : finish - start;
}

/** Less is not worth a change of a pipeline, ms. */
export const WORTH_MS = 100;
