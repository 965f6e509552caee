import {lowerBound} from '../graph/simulate.ts';
import type {NodeId} from '../plan/plan.ts';
import type {Run} from '../record/run.ts';
import {type Bottleneck, bottlenecksOf} from './bottlenecks.ts';
import {type Budget, type BudgetLine, budgetLinesOf} from './budget.ts';
import {type CriticalPath, criticalPathOf} from './critical-path.ts';
import {wasExecuted} from './experience.ts';
import type {Finding} from './finding.ts';
import {findingsOf} from './findings.ts';
import {type Gap, gapsOf} from './gaps.ts';
import {type Kpi, kpisOf} from './kpis.ts';
import {longestChainMs, outcomeOf} from './model.ts';
import {averageParallelism, type ParallelismStep, parallelismOf} from './parallelism.ts';
import {type PastError, pastErrorsOf} from './prediction.ts';
import {contextOf} from './rules/context.ts';
import {withSpread} from './spread.ts';
import {type Step, stepsOf} from './steps.ts';
import {type TimeKind, type TimeSlice, timeAccountOf, totalsOf} from './time-account.ts';
import {type TrendPoint, trendOf} from './trend.ts';

/** Everything that can be said of one run. */
export interface RunReport {
  readonly run: Run;
  readonly criticalPath: CriticalPath;
  /** No schedule on this machine is faster: the longest chain, or all processor time on all cores. */
  readonly speedOfLight: {readonly ms: number; readonly by: 'chain' | 'cores'};
  /** The speed of light over the wall time, 0 to 1. */
  readonly efficiency: number;
  readonly parallelism: {readonly steps: readonly ParallelismStep[]; readonly average: number};
  /** Where the wall time went; the slices follow each other from 0 to its end. */
  readonly account: {readonly slices: readonly TimeSlice[]; readonly totals: Readonly<Record<TimeKind, number>>};
  /** What the simulation makes of this very run, ms: how far it is from the wall time is the error of the model. */
  readonly simulatedMs: number;
  readonly bottlenecks: readonly Bottleneck[];
  readonly budget: readonly BudgetLine[];
  readonly findings: readonly Finding[];
  readonly steps: readonly Step[];
  readonly kpis: readonly Kpi[];
  readonly pastErrors: readonly PastError[];
  /** Of each task, its time in earlier runs and this one, the oldest first, ms; hits are left out. */
  readonly history: ReadonlyMap<NodeId, readonly number[]>;
  /** Runs of the same command so far, the oldest first; the last one is this run. */
  readonly trend: readonly TrendPoint[];
  /** What the run does not tell, and what in it cannot be. */
  readonly gaps: readonly Gap[];
}

/** @param earlier runs of the same checkout before this one, the newest first */
export function reportOf(run: Run, earlier: readonly Run[], budget: Budget): RunReport {
  const context = contextOf(run, earlier);
  const {model, experience} = context;
  const simulatedMs = outcomeOf(model).wallMs;
  const slices = timeAccountOf(run);
  const speedOfLight = lowerBound(
    longestChainMs(model),
    model.nodes.map(({work}) => work),
    model.cores,
  );
  const findings = withSpread(findingsOf(context, budget), context);
  const steps = parallelismOf(run);
  return {
    run,
    criticalPath: criticalPathOf(model),
    speedOfLight,
    efficiency: run.wallMs <= 0 ? 1 : Math.min(1, speedOfLight.ms / run.wallMs),
    parallelism: {steps, average: averageParallelism(steps)},
    account: {slices, totals: totalsOf(slices)},
    simulatedMs,
    bottlenecks: bottlenecksOf(model, experience),
    budget: budgetLinesOf(run, budget),
    findings,
    steps: stepsOf(model, findings, experience).map((step) => ({
      ...step,
      // what the simulation is off by for the run as it is, no step gains
      totalMs: Math.max(0, step.totalMs + run.wallMs - simulatedMs),
    })),
    kpis: kpisOf(run),
    pastErrors: pastErrorsOf([run, ...earlier]),
    history: historyOf(run, earlier),
    trend: trendOf(run, earlier),
    gaps: gapsOf(run),
  };
}

/** So many points make a sparkline. */
const MOST_POINTS = 30;

function historyOf(run: Run, earlier: readonly Run[]): ReadonlyMap<NodeId, readonly number[]> {
  const history = new Map<NodeId, number[]>();
  const known = new Set(run.plan.nodes.map(({id}) => id));
  for (const {tasks} of [run, ...earlier].slice(0, MOST_POINTS).reverse())
    for (const {task, status, start, finish, ready} of tasks) {
      if (!known.has(task) || start === undefined || (status !== 'failed' && !wasExecuted(status, ready))) continue;
      const ms = (ready ?? finish) - start;
      const points = history.get(task);
      if (points === undefined) history.set(task, [ms]);
      else points.push(ms);
    }
  return history;
}
