import type {NodeId} from '../plan/plan.ts';
import type {Run} from '../record/run.ts';
import {isNamed} from './model.ts';

/** Limits that a project sets itself, ms. */
export interface Budget {
  /** For a whole run. */
  readonly totalMs?: number;
  /** What it aims at. */
  readonly stretchMs?: number;
  /** For a phase in all workspaces together, from its first start to its last end. */
  readonly phases: ReadonlyMap<string, number>;
  /** A task that takes longer is told of; 10 s unless the config says otherwise. */
  readonly taskMs: number;
}

export const NO_BUDGET: Budget = {phases: new Map(), taskMs: 10_000};

export interface BudgetLine {
  /** `total`, `stretch`, or a phase. */
  readonly name: string;
  readonly targetMs: number;
  readonly actualMs: number;
  /** Over the target when it is above 0. */
  readonly gapMs: number;
  /** Of the gap among those that are over: 1 first. */
  readonly priority?: number;
}

/** Target, actual and gap of every limit, the worst first. A phase that did not run in this run has no line. */
export function budgetLinesOf(run: Run, budget: Budget): readonly BudgetLine[] {
  const lines: BudgetLine[] = [];
  const add = (name: string, targetMs: number | undefined, actualMs: number | undefined): void => {
    if (targetMs !== undefined && actualMs !== undefined)
      lines.push({name, targetMs, actualMs, gapMs: actualMs - targetMs});
  };
  add('total', budget.totalMs, run.wallMs);
  add('stretch', budget.stretchMs, run.wallMs);
  for (const [phase, targetMs] of budget.phases) add(phase, targetMs, phaseMs(run, phase));
  let priority = 0;
  return lines
    .sort((one, other) => other.gapMs - one.gapMs)
    .map((line) => (line.gapMs > 0 ? {...line, priority: ++priority} : line));
}

/** Tasks over the limit for one task, the longest first. */
export function longTasks(run: Run, {taskMs}: Budget): readonly {readonly task: NodeId; readonly ms: number}[] {
  return run.tasks
    .flatMap(({task, status, start, finish, ready}) =>
      start === undefined || status === 'cached' ? [] : [{task, ms: (ready ?? finish) - start}],
    )
    .filter(({ms}) => ms > taskMs)
    .sort((one, other) => other.ms - one.ms);
}

function phaseMs({tasks}: Run, phase: string): number | undefined {
  const own = tasks.filter(({task, start}) => start !== undefined && isNamed(task, phase));
  if (own.length === 0) return undefined;
  let start = Number.POSITIVE_INFINITY;
  let end = 0;
  for (const task of own) {
    start = Math.min(start, task.start ?? 0);
    end = Math.max(end, task.ready ?? task.finish);
  }
  return Math.max(0, end - start);
}
