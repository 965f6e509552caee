import type {Finding} from '../finding.ts';
import {type RuleContext, WORTH_MS} from './context.ts';

/** Two tasks of which neither needs the other run one behind the other because of a hook or of the order in which they are written. */
export function serialOrder({run, gain}: RuleContext): readonly Finding[] {
  return run.plan.edges.flatMap(({from, to, kind, origin}): readonly Finding[] => {
    if (kind === 'needs') return [];
    const change = {kind: 'no-edge', from, to} as const;
    const ms = gain(change);
    if (ms < WORTH_MS) return [];
    const what = kind === 'after' ? 'it is a hook of it' : 'it is written behind it';
    return [
      {
        code: 'F_SERIAL_ORDER',
        title: `${to} waits for ${from} only because ${what}`,
        tasks: [from, to],
        evidence: [
          'no result flows from one to the other: no needs edge says so',
          ...(origin === undefined ? [] : [`the order is written in ${origin.file}`]),
        ],
        advice: 'Write as `depends_on` what really needs the other, and let the rest run side by side.',
        impact: {ms, source: 'measured'},
        effort: 'medium',
        risk: 'medium',
        riskReason: 'a dependency that nobody wrote down would be lost',
        changes: [change],
      },
    ];
  });
}
