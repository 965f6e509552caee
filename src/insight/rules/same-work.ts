import {duration} from '../../base/figures.ts';
import type {NodeId} from '../../plan/plan.ts';
import type {TaskRecord} from '../../record/run.ts';
import type {Finding} from '../finding.ts';
import {type RuleContext, spentMs, WORTH_MS} from './context.ts';

/** Commands that do the same wherever in the project they are started. */
const WHOLE_PROJECT =
  /^(?:npm (?:ci|install|i)|pnpm (?:install|i)|yarn(?: install)?|docker (?:build|compose)|docker-compose|playwright install|npx playwright install|prisma generate|cargo fetch|pip install)\b/;

/** Several workspaces do what one of them could do for all. */
export function sameWork({run, gain}: RuleContext): readonly Finding[] {
  const records = new Map(run.tasks.map((task) => [task.task, task]));
  const byLine = new Map<string, Set<NodeId>>();
  for (const {kind, task, label} of run.spans) {
    if (kind !== 'command' || task === undefined || label === undefined || !WHOLE_PROJECT.test(label)) continue;
    const known = byLine.get(label);
    if (known === undefined) byLine.set(label, new Set([task]));
    else known.add(task);
  }
  return [...byLine].flatMap(([line, ids]): readonly Finding[] => {
    const tasks = [...ids];
    const [first, ...others] = tasks;
    if (first === undefined || others.length === 0) return [];
    const changes = others.map((task) => ({kind: 'drop', task}) as const);
    const ms = gain(...changes);
    if (ms < WORTH_MS) return [];
    const total = tasks.reduce((sum, id) => sum + spentOf(records.get(id)), 0);
    return [
      {
        code: 'F_SAME_WORK',
        title: `${tasks.length} tasks run \`${line}\``,
        tasks,
        evidence: [`together ${duration(total)}, for what looks like one result`],
        advice: 'Do it once, in a phase of the root that the others need.',
        impact: {ms, source: 'measured'},
        effort: 'medium',
        risk: 'medium',
        riskReason: 'the same words can mean something else in another folder',
        changes,
      },
    ];
  });
}

function spentOf(task: TaskRecord | undefined): number {
  return task === undefined ? 0 : spentMs(task);
}
