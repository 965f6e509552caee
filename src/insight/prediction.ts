import type {Run} from '../record/run.ts';
import {type Change, type Experience, withChanges} from './change.ts';
import {experienceOf, wasExecuted} from './experience.ts';
import {intrinsicWorks} from './intrinsic-work.ts';
import {type Model, modelOf, outcomeOf} from './model.ts';
import {quantile, randomNumbers} from './statistics.ts';

/** How long a run is expected to take, ms. */
export interface Prediction {
  readonly p50: number;
  readonly p90: number;
  /** Runs that it rests on. */
  readonly runs: number;
}

/** How often a run is put together from earlier ones; of large plans less often. */
function drawsFor(run: Run): number {
  return Math.max(50, Math.min(200, Math.floor(250_000 / (run.plan.nodes.length + 1))));
}

/**
 * Of the last runs, the newest first, with changes: each draw takes one of the runs, and of the tasks that were not executed in it the
 * times of another (bootstrap over runs, so that a slow minute stays one). With a single run both numbers are the same.
 */
export function predict(runs: readonly Run[], changes: readonly Change[]): Prediction | undefined {
  const [latest] = runs;
  if (latest === undefined) return undefined;
  const model = modelOf(latest);
  const experience = experienceOf(runs);
  const alike = runs.filter((run) => isSamePlan(run, latest));
  if (alike.length < 2) {
    const ms = outcomeOf(withChanges(model, changes, experience)).wallMs;
    return {p50: ms, p90: ms, runs: 1};
  }
  const samples = alike.map((run) => ({works: executedWorks(run), ...overheadOf(run)}));
  const random = randomNumbers(alike.length);
  const walls = Array.from({length: drawsFor(latest)}, () => {
    const chosen = samples[Math.floor(random() * samples.length)];
    const spare = samples[Math.floor(random() * samples.length)];
    const drawn: Experience = {
      ...experience,
      executed: (task) => workIn(task, chosen?.works, spare?.works) ?? experience.executed(task),
    };
    const {before, after} = {...model, ...chosen};
    const whole = {...drawnModel(model, chosen?.works, spare?.works), before, after};
    return outcomeOf(withChanges(whole, changes, drawn)).wallMs;
  });
  return {p50: quantile(walls, 0.5) ?? 0, p90: quantile(walls, 0.9) ?? 0, runs: alike.length};
}

/** What a run itself took before its first task and behind its last one, ms. */
function overheadOf(run: Run): Pick<Model, 'before' | 'after'> {
  const {before, after} = modelOf(run);
  return {before, after};
}

type Works = ReadonlyMap<string, Model['nodes'][number]['work']>;

function workIn(
  task: string,
  chosen: Works | undefined,
  spare: Works | undefined,
): Model['nodes'][number]['work'] | undefined {
  return chosen?.get(task) ?? spare?.get(task);
}

function executedWorks(run: Run): Works {
  const works = intrinsicWorks(run);
  return new Map(
    run.tasks.flatMap(({task, status, ready}) => {
      const known = works.get(task);
      return known === undefined || !wasExecuted(status, ready) ? [] : [[task, known.work] as const];
    }),
  );
}

/** A task that was a hit in the latest run stays one. */
function drawnModel(model: Model, chosen: Works | undefined, spare: Works | undefined): Model {
  return {
    ...model,
    nodes: model.nodes.map((node) => {
      if (node.id === '' || node.work.ms === 0 || node.isHit === true) return node;
      const work = workIn(node.id, chosen, spare);
      return work === undefined ? node : {...node, work};
    }),
  };
}

/** How far predictions were from what then happened. */
export interface PastError {
  readonly run: Run['id'];
  readonly predictedMs: number;
  readonly actualMs: number;
  /** (predicted - actual) / actual. */
  readonly error: number;
}

/**
 * What this project's own earlier runs would have foretold of later ones: each run is predicted from those before it, with the tasks
 * that were hits in it taken as hits. Runs that failed, or that had another plan than any before, are left out.
 * @param runs the newest first
 */
export function pastErrorsOf(runs: readonly Run[], most = 20): readonly PastError[] {
  const errors: PastError[] = [];
  for (const [place, run] of runs.entries()) {
    if (errors.length >= most) break;
    if (run.status !== 'passed' || run.wallMs <= 0) continue;
    const before = runs.slice(place + 1).filter((one) => one.status === 'passed' && isSamePlan(one, run));
    const predictedMs = before.length === 0 ? undefined : predictedWall(run, before.slice(0, 10));
    if (predictedMs !== undefined)
      errors.push({run: run.id, predictedMs, actualMs: run.wallMs, error: (predictedMs - run.wallMs) / run.wallMs});
  }
  return errors;
}

/** Undefined when a task was executed that never was before. */
function predictedWall(run: Run, before: readonly Run[]): number | undefined {
  const [latest] = before;
  if (latest === undefined) return undefined;
  const experience: Experience = experienceOf(before);
  const model = modelOf(latest);
  const statuses = new Map(run.tasks.map(({task, status, start}) => [task, start === undefined ? 'skipped' : status]));
  const nodes: Model['nodes'][number][] = [];
  for (const node of model.nodes) {
    const status = node.id === '' ? undefined : statuses.get(node.id);
    if (status === 'cached') nodes.push({...node, work: {ms: experience.hitMs(node.id), width: 1}});
    else if (status === undefined || status === 'skipped' || status === 'blocked')
      nodes.push({...node, work: {ms: 0, width: 0}});
    else {
      const work = experience.executed(node.id);
      if (work === undefined) return undefined;
      nodes.push({...node, work});
    }
  }
  const pools = modelOf(run).pools;
  return outcomeOf({...model, nodes, pools, cores: run.machine?.cores ?? model.cores}).wallMs;
}

/** The same tasks with the same edges: what differs otherwise would not be the tasks' own time. */
export function isSamePlan(one: Run, other: Run): boolean {
  return planText(one) === planText(other);
}

const texts = new WeakMap<Run, string>();

function planText(run: Run): string {
  let text = texts.get(run);
  if (text === undefined) {
    const nodes = run.plan.nodes.map(({id}) => id).sort();
    const edges = run.plan.edges.map(({from, to, kind}) => `${from}>${to}:${kind}`).sort();
    text = [...nodes, ...edges].join('\n');
    texts.set(run, text);
  }
  return text;
}
