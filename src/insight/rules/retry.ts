import {duration} from '../../base/figures.ts';
import type {Finding} from '../finding.ts';
import {nameOf} from '../model.ts';
import type {RuleContext} from './context.ts';

/** Attempts that failed before one passed. */
export function retry({run, gain}: RuleContext): readonly Finding[] {
  return run.tasks.flatMap((task): readonly Finding[] => {
    // what failed in the end has another trouble than the time
    if (task.attempts < 2 || task.status !== 'passed') return [];
    const attempts = run.spans.filter((span) => span.kind === 'attempt' && span.task === task.task);
    const [first, last] = [attempts[0], attempts.at(-1)];
    if (first === undefined || last === undefined || task.start === undefined) return [];
    const lost = last.start - first.start;
    const whole = task.finish - task.start;
    if (lost <= 0 || whole <= 0) return [];
    const change = {kind: 'speed', task: nameOf(task.task), factor: Math.max(0, 1 - lost / whole)} as const;
    return [
      {
        code: 'F_RETRY',
        title: `${task.task} needed ${task.attempts} attempts`,
        tasks: [task.task],
        evidence: [
          `attempts that failed, and the pauses behind them, took ${duration(lost)} of its ${duration(whole)}`,
        ],
        advice: 'Find what makes it fail now and then; the log of each attempt is kept.',
        impact: {ms: gain(change), source: 'measured'},
        effort: 'high',
        risk: 'low',
        riskReason: 'only what failed anyway is changed',
        changes: [change],
      },
    ];
  });
}
