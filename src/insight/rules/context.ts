import type {Run, TaskRecord} from '../../record/run.ts';
import {type Change, type Experience, withChanges} from '../change.ts';
import {experienceOf} from '../experience.ts';
import type {Finding} from '../finding.ts';
import {type Model, modelOf, outcomeOf} from '../model.ts';

/** What a rule looks at. */
export interface RuleContext {
  readonly run: Run;
  /** Earlier runs of the same checkout, the newest first; without `run`. */
  readonly earlier: readonly Run[];
  readonly model: Model;
  readonly experience: Experience;
  /** What the run would gain, ms. */
  readonly gain: (...changes: readonly Change[]) => number;
}

/** @param earlier the newest first; without `run` */
export function contextOf(run: Run, earlier: readonly Run[]): RuleContext {
  const model = modelOf(run);
  const experience = experienceOf([run, ...earlier]);
  const base = outcomeOf(model).wallMs;
  const gain = (...changes: readonly Change[]): number =>
    Math.max(0, base - outcomeOf(withChanges(model, changes, experience)).wallMs);
  return {run, earlier, model, experience, gain};
}

export type Rule = (context: RuleContext) => readonly Finding[];

/** From the slot to the end, ms. */
export function spentMs({start, finish}: TaskRecord): number {
  return start === undefined ? 0 : finish - start;
}

/** Less is not worth a change of a pipeline, ms. */
export const WORTH_MS = 100;

/** Each task that is looked at is a simulation or more. */
const MOST_TASKS = 40;

/** Of these tasks those that may be worth a finding, the longest first: no change of a task gains more than it takes. */
export function worthLooking(tasks: readonly TaskRecord[]): readonly TaskRecord[] {
  return tasks
    .filter((task) => spentMs(task) >= WORTH_MS)
    .sort((one, other) => spentMs(other) - spentMs(one))
    .slice(0, MOST_TASKS);
}

/** `a, b and 4 more`. */
export function listed(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most);
  const more = names.length - shown.length;
  if (more > 0) return `${shown.join(', ')} and ${more} more`;
  return shown.length < 2 ? shown.join() : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}
