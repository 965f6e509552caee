import {type Experience, withChanges} from './change.ts';
import type {Finding} from './finding.ts';
import {type Model, outcomeOf} from './model.ts';

/** One thing to do, and how long the whole run is expected to take after it and all steps before it, ms. */
export interface Step {
  readonly finding: Finding;
  readonly totalMs: number;
  /** Against the step before. */
  readonly gainMs: number;
}

/** So many steps are a plan. */
const MOST_STEPS = 8;
/** A step must gain this part of the run. */
const LEAST_SHARE = 0.01;

/** Findings, of those with the largest gain alone. */
const MOST_TRIED = 40;

const EFFORT = {low: 1, medium: 3, high: 8} as const;
const RISK = {low: 1, medium: 1.5, high: 3} as const;

/**
 * A plan in steps, quick wins first: at each step the finding with the largest gain for its effort and risk, on top of the steps before.
 * Totals come from simulating the steps together: gains of single changes do not add up.
 */
export function stepsOf(model: Model, findings: readonly Finding[], experience: Experience): readonly Step[] {
  let current = model;
  let totalMs = outcomeOf(model).wallMs;
  const least = totalMs * LEAST_SHARE;
  let open = findings
    .filter(({changes}) => changes.length > 0)
    .toSorted((one, other) => other.impact.ms - one.impact.ms)
    .slice(0, MOST_TRIED);
  const steps: Step[] = [];
  while (steps.length < MOST_STEPS) {
    const tried = open.map((finding) => {
      const after = withChanges(current, finding.changes, experience);
      const gainMs = totalMs - outcomeOf(after).wallMs;
      return {finding, after, gainMs, worth: gainMs / (EFFORT[finding.effort] * RISK[finding.risk])};
    });
    const useful = tried.filter(({gainMs}) => gainMs > least);
    const best = useful.reduce<(typeof useful)[number] | undefined>(
      (most, one) => (most === undefined || one.worth > most.worth ? one : most),
      undefined,
    );
    if (best === undefined) break;
    current = best.after;
    totalMs -= best.gainMs;
    steps.push({finding: best.finding, totalMs, gainMs: best.gainMs});
    const changed = tasksOf(best.finding);
    // what gains nothing yet may do so behind another step; what makes the same task shorter again would promise too much
    open = open.filter(
      (finding) => finding !== best.finding && ![...tasksOf(finding)].some((task) => changed.has(task)),
    );
  }
  return steps;
}

/** Whose own time a finding changes. */
function tasksOf({changes}: Finding): ReadonlySet<string> {
  return new Set(changes.flatMap((change) => ('task' in change ? [change.task] : [])));
}
