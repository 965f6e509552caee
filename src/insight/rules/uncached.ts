import {duration} from '../../base/figures.ts';
import type {Finding} from '../finding.ts';
import {type RuleContext, WORTH_MS} from './context.ts';

/** Programs that make the same of the same: compilers, checkers, bundlers, test runners. */
const PURE =
  /(?:^|[\s/;&|])(?:tsc|tsgo|eslint|biome|prettier|oxlint|stylelint|vitest|jest|mocha|ava|node --test|esbuild|rollup|rolldown|swc|babel|webpack|vite build|tsup|cargo (?:build|check|clippy|test|fmt)|go (?:build|test|vet)|pytest|ruff|mypy|pyright|gcc|g\+\+|clang|javac|protoc)(?:$|[\s.@:])/;
/** What acts on the world, or depends on it. */
const IMPURE =
  /\b(?:deploy|publish|push|release|upload|curl|wget|ssh|scp|rsync|docker|kubectl|aws|gcloud|migrate|seed|npm (?:ci|install)|date)\b/;

/** A task that looks as if it could be cached, and is not. */
export function uncached({run, experience, gain}: RuleContext): readonly Finding[] {
  const lines = new Map<string, string>();
  for (const {kind, task, label} of run.spans)
    if (kind === 'command' && task !== undefined && label !== undefined)
      lines.set(task, lines.has(task) ? `${lines.get(task)}; ${label}` : label);
  return run.tasks.flatMap((task): readonly Finding[] => {
    const line = lines.get(task.task) ?? '';
    if (task.status !== 'passed' || task.cacheable !== false || !PURE.test(line) || IMPURE.test(line)) return [];
    const change = {kind: 'hit', task: task.task} as const;
    const ms = gain(change);
    if (ms < WORTH_MS) return [];
    return [
      {
        code: 'F_UNCACHED',
        title: `${task.task} is executed every time`,
        tasks: [task.task],
        evidence: [
          `it runs \`${line.slice(0, 120)}\`, whose result depends on its inputs only`,
          `it took ${duration(task.finish - (task.start ?? task.finish))}`,
        ],
        advice: 'Write `cache = true`, and its `inputs` and `outputs`.',
        // the time of a hit is another task's or assumed
        impact: {ms, source: experience.executed(task.task) === undefined ? 'assumed' : 'measured'},
        effort: 'low',
        risk: 'medium',
        riskReason:
          'a result that depends on something undeclared would be reused; strict environments and `paceline why` show what counts',
        changes: [change],
      },
    ];
  });
}
