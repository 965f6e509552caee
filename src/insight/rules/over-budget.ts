import {duration} from '../../base/figures.ts';
import type {Budget} from '../budget.ts';
import {budgetLinesOf, longTasks} from '../budget.ts';
import type {Finding} from '../finding.ts';
import {nameOf} from '../model.ts';
import type {RuleContext} from './context.ts';

/** A project whose tasks are all too long has another trouble than each of them. */
const MOST_LONG = 20;

/** Limits of the project that this run did not keep. */
export function overBudget({run, gain}: RuleContext, budget: Budget): readonly Finding[] {
  const over = budgetLinesOf(run, budget)
    .filter(({gapMs}) => gapMs > 0)
    .map(
      ({name, targetMs, actualMs, gapMs}): Finding => ({
        code: 'F_OVER_BUDGET',
        title: `${name === 'total' || name === 'stretch' ? `the run is over its ${name} budget` : `${name} is over its budget`}`,
        tasks: [],
        evidence: [`${duration(actualMs)} against ${duration(targetMs)}: ${duration(gapMs)} too much`],
        advice: 'The findings with the largest gain come first.',
        impact: {ms: 0, source: 'declared'},
        effort: 'medium',
        risk: 'low',
        riskReason: 'a budget changes nothing by itself',
        changes: [],
      }),
    );
  const long = longTasks(run, budget)
    .slice(0, MOST_LONG)
    .map(({task, ms}): Finding => {
      const change = {kind: 'speed', task: nameOf(task), factor: Math.min(1, budget.taskMs / ms)} as const;
      return {
        code: 'F_LONG_TASK',
        title: `${task} takes longer than ${duration(budget.taskMs)}`,
        tasks: [task],
        evidence: [`${duration(ms)} in this run`],
        advice: `See what it does: \`paceline profile ${task}\`. The limit is \`[budget] task\`.`,
        impact: {ms: gain(change), source: 'assumed'},
        effort: 'high',
        risk: 'low',
        riskReason: 'a profile changes nothing',
        changes: [change],
      };
    });
  return [...over, ...long];
}
