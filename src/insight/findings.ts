import type {Budget} from './budget.ts';
import type {Finding} from './finding.ts';
import {alwaysMisses} from './rules/always-misses.ts';
import type {Rule, RuleContext} from './rules/context.ts';
import {fatTask} from './rules/fat-task.ts';
import {nothingFlows} from './rules/nothing-flows.ts';
import {overBudget} from './rules/over-budget.ts';
import {restoreSlower} from './rules/restore-slower.ts';
import {retry} from './rules/retry.ts';
import {sameWork} from './rules/same-work.ts';
import {serialOrder} from './rules/serial-order.ts';
import {uncached} from './rules/uncached.ts';

const RULES: readonly Rule[] = [
  uncached,
  alwaysMisses,
  nothingFlows,
  serialOrder,
  retry,
  fatTask,
  restoreSlower,
  sameWork,
];

/** Everything that there is to say of a run, what gains most first. */
export function findingsOf(context: RuleContext, budget: Budget): readonly Finding[] {
  const found = [...RULES.flatMap((rule) => rule(context)), ...overBudget(context, budget)];
  return found.sort((one, other) => other.impact.ms - one.impact.ms);
}
