import type {Finding} from '../finding.ts';
import {type RuleContext, WORTH_MS} from './context.ts';

/** A task waits for the result of one that has none. */
export function nothingFlows({run, gain}: RuleContext): readonly Finding[] {
  const records = new Map(run.tasks.map((task) => [task.task, task]));
  return run.plan.edges.flatMap(({from, to, kind, origin}): readonly Finding[] => {
    const source = records.get(from);
    const target = records.get(to);
    // only what is cached says what it writes
    if (kind !== 'needs' || source?.outputs?.files !== 0 || target?.start === undefined) return [];
    const change = {kind: 'no-edge', from, to} as const;
    const ms = gain(change);
    if (ms < WORTH_MS) return [];
    return [
      {
        code: 'F_NOTHING_FLOWS',
        title: `${to} waits for ${from}, which writes nothing`,
        tasks: [from, to],
        evidence: [
          `the outputs of ${from} were no files in this run`,
          ...(origin === undefined ? [] : [`the dependency is written in ${origin.file}`]),
        ],
        advice: `Take ${from} out of what ${to} depends on, and name both where they are wanted.`,
        impact: {ms, source: 'measured'},
        effort: 'low',
        risk: 'medium',
        riskReason: `${to} then also runs when ${from} fails, and ${from} may act on something that is no file`,
        changes: [change],
      },
    ];
  });
}
