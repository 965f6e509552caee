import {duration} from '../../base/figures.ts';
import type {NodeId} from '../../plan/plan.ts';
import type {Run} from '../../record/run.ts';
import type {Finding} from '../finding.ts';
import {nameOf} from '../model.ts';
import {type RuleContext, spentMs, WORTH_MS} from './context.ts';

/** Commands that do the same wherever in the project they are started. */
const WHOLE_PROJECT =
  /^(?:npm (?:ci|install|i)|pnpm (?:install|i)|yarn(?: install)?|(?:npx |pnpm |yarn )?playwright install|cargo fetch|go mod download|uv sync)(?:\s+-\S+)*\s*$/;

/** Several workspaces do what one of them could do for all. */
export function sameWork({run, gain}: RuleContext): readonly Finding[] {
  return [...commandsOf(run)].flatMap(([line, spent]): readonly Finding[] => {
    // the one that stays is the longest: it does what the others need not do any more
    const [kept, ...others] = [...spent].sort(([, one], [, other]) => other.inCommand - one.inCommand);
    if (kept === undefined || others.length === 0) return [];
    const changes = others.map(
      ([task, {inCommand, whole}]) =>
        ({kind: 'speed', task: nameOf(task), factor: Math.max(0, 1 - inCommand / whole)}) as const,
    );
    const ms = gain(...changes);
    if (ms < WORTH_MS) return [];
    const tasks = [...spent.keys()];
    const total = [...spent.values()].reduce((sum, {inCommand}) => sum + inCommand, 0);
    return [
      {
        code: 'F_SAME_WORK',
        title: `${tasks.length} tasks run \`${line}\``,
        tasks,
        evidence: [
          `together ${duration(total)}, for what looks like one result; ${kept[0]} alone ${duration(kept[1].inCommand)}`,
        ],
        advice: 'Do it once, in a phase of the root that the others need.',
        impact: {ms, source: 'assumed'},
        effort: 'medium',
        risk: 'medium',
        riskReason: 'the same words can mean something else in another folder',
        changes,
      },
    ];
  });
}

interface Spent {
  /** ms in this command. */
  readonly inCommand: number;
  /** ms in the task. */
  readonly whole: number;
}

/** Commands for the whole project, and the tasks that ran them; a cached task ran nothing. */
function commandsOf({tasks, spans}: Run): ReadonlyMap<string, ReadonlyMap<NodeId, Spent>> {
  const records = new Map(tasks.map((task) => [task.task, task]));
  const byLine = new Map<string, Map<NodeId, Spent>>();
  for (const {kind, task, label, start, end} of spans) {
    const record = task === undefined ? undefined : records.get(task);
    const whole = record === undefined ? 0 : spentMs(record);
    if (kind !== 'command' || task === undefined || label === undefined || whole <= 0) continue;
    if (!WHOLE_PROJECT.test(label.trim())) continue;
    const known = byLine.get(label) ?? new Map<NodeId, Spent>();
    byLine.set(label, known);
    known.set(task, {inCommand: Math.min(whole, (known.get(task)?.inCommand ?? 0) + end - start), whole});
  }
  return byLine;
}
