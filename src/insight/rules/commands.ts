import type {Run} from '../../record/run.ts';

/** Programs that make the same of the same: compilers, checkers, bundlers, test runners. */
const PURE =
  /(?:^|[\s/;&|])(?:tsc|tsgo|eslint|biome|prettier|oxlint|stylelint|vitest|jest|mocha|ava|node --test|esbuild|rollup|rolldown|swc|babel|webpack|vite build|tsup|cargo (?:build|check|clippy|test|fmt)|go (?:build|test|vet)|pytest|ruff|mypy|pyright|gcc|g\+\+|clang|javac|protoc)(?:$|[\s.@:])/;
/** What acts on the world, depends on it, or never ends. */
const IMPURE =
  /\b(?:deploy|publish|push|release|upload|install|curl|wget|ssh|scp|rsync|docker|kubectl|aws|gcloud|psql|redis-cli|migrate|seed|npm ci|date|random)\b|--watch\b|\s-w\b/;

/** The commands of each task, as they were started, with `; ` between them. */
export function linesOf({spans}: Run): ReadonlyMap<string, string> {
  const lines = new Map<string, string>();
  for (const {kind, task, label} of spans)
    if (kind === 'command' && task !== undefined && label !== undefined)
      lines.set(task, lines.has(task) ? `${lines.get(task)}; ${label}` : label);
  return lines;
}

/** Whether it looks as if the result depended on files only. */
export function looksPure(line: string): boolean {
  return PURE.test(line) && !IMPURE.test(line);
}

/** Whether it looks as if it did more than write files. */
export function looksImpure(line: string): boolean {
  return IMPURE.test(line);
}

/** Phases whose place in the order is what they are for: they prepare something, sum up what was done, or let it out of the house. */
const PLACED =
  /^(?:\S*[:_-])?(?:deploy|publish|release|push|upload|promote|rollback|migrate|seed|setup|install|prepare|bootstrap|clean|generate|codegen|report|coverage|summary|notify|start|serve|stop|teardown)(?:$|[:_-])/;

export function hasItsPlace(phase: string): boolean {
  return PLACED.test(phase);
}
