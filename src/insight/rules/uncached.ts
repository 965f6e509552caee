import {duration} from '../../base/figures.ts';
import type {Finding} from '../finding.ts';
import {nameOf} from '../model.ts';
import {linesOf, looksPure} from './commands.ts';
import {type RuleContext, spentMs, WORTH_MS, worthLooking} from './context.ts';

/** A task that looks as if it could be cached, and is not. */
export function uncached({run, gain}: RuleContext): readonly Finding[] {
  const lines = linesOf(run);
  const open = run.tasks.filter(
    ({task, status, cacheable, flaky}) =>
      status === 'passed' && cacheable === false && !flaky && looksPure(lines.get(task) ?? ''),
  );
  return worthLooking(open).flatMap((task): readonly Finding[] => {
    const line = lines.get(task.task) ?? '';
    const change = {kind: 'hit', task: nameOf(task.task)} as const;
    const ms = gain(change);
    if (ms < WORTH_MS) return [];
    return [
      {
        code: 'F_UNCACHED',
        title: `${task.task} is executed every time`,
        tasks: [task.task],
        evidence: [
          `it runs \`${line.slice(0, 120)}\`, whose result usually depends on files only`,
          `it took ${duration(spentMs(task))}; the gain is that of a run in which nothing that it reads has changed`,
        ],
        advice: 'Write `cache = true`, and its `inputs` and `outputs`.',
        // how long its hit takes nobody has seen
        impact: {ms, source: 'assumed'},
        effort: 'low',
        risk: 'medium',
        riskReason:
          'a result that depends on something undeclared would be reused; strict environments and `paceline why` show what counts',
        changes: [change],
      },
    ];
  });
}
