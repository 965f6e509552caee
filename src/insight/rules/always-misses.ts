import {duration} from '../../base/figures.ts';
import type {NodeId} from '../../plan/plan.ts';
import type {Run, TaskRecord} from '../../record/run.ts';
import type {Finding} from '../finding.ts';
import {nameOf} from '../model.ts';
import {type RuleContext, spentMs, WORTH_MS, worthLooking} from './context.ts';

/** In so many runs behind each other: somebody who works on a file changes it in each of a few runs, too. */
const RUNS = 5;

/** A cached task that was executed each time, for the same reason. */
export function alwaysMisses({run, earlier, gain}: RuleContext): readonly Finding[] {
  const missed = run.tasks.filter((task) => hasMissed(task));
  return worthLooking(missed).flatMap((task): readonly Finding[] => {
    const before = earlier.map((one) => recordOf(one, task.task)).filter((record) => record !== undefined);
    const misses = [task];
    for (const record of before) {
      if (!hasMissed(record)) break;
      misses.push(record);
    }
    if (misses.length < RUNS) return [];
    const shared = sharedDifferences(misses);
    if (shared.length === 0) return [];
    const change = {kind: 'hit', task: nameOf(task.task)} as const;
    const ms = gain(change);
    if (ms < WORTH_MS) return [];
    return [
      {
        code: 'F_ALWAYS_MISSES',
        title: `${task.task} has not found its stored result in ${misses.length} runs`,
        tasks: [task.task],
        evidence: [
          `executed in each of the last ${misses.length} runs, ${duration(spentMs(task))} this time`,
          ...shared.slice(0, 5).map((difference) => `different each time: ${difference}`),
        ],
        advice:
          'Leave out of its `inputs` (with `!`) or its `env` what changes each time and does not matter, or stop changing it.',
        // its hit may never have been seen
        impact: {ms, source: 'assumed'},
        effort: 'low',
        risk: 'medium',
        riskReason: 'what is left out no longer causes an execution when it does matter',
        changes: [change],
      },
    ];
  });
}

/** What failed is not stored, so that the next run misses it without anything having changed. */
function hasMissed({status, missed}: TaskRecord): boolean {
  return missed !== undefined && (status === 'passed' || status === 'tolerated');
}

function recordOf({tasks}: Run, id: NodeId): TaskRecord | undefined {
  return tasks.find(({task, status}) => task === id && status !== 'skipped' && status !== 'blocked');
}

/** What differed in all of them. */
function sharedDifferences(misses: readonly TaskRecord[]): readonly string[] {
  const [first, ...others] = misses.map(({missedBy = []}) => missedBy);
  return (first ?? []).filter((difference) => others.every((one) => one.includes(difference)));
}
