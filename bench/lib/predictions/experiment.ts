import {join} from 'node:path';
import {type Change, changeText} from '../../../src/insight/change.ts';
import {isNamed} from '../../../src/insight/model.ts';
import {predict} from '../../../src/insight/prediction.ts';
import type {Run} from '../../../src/record/run.ts';
import type {Pipeline, Plan} from './pipeline.ts';
import {type Case, middle, type Naive, type Round} from './score.ts';
import {type Measured, Site} from './site.ts';
import {taskMs} from './variants.ts';

export interface Effort {
  /** Runs of the unchanged plan that predictions are made from. */
  readonly earlier: number;
  /** Runs of each changed plan. */
  readonly rounds: number;
}

export interface Experiment {
  readonly cases: readonly Case[];
  /** What a process took longer than its run says, ms; the median. */
  readonly beyondRunMs: number;
  /** Part of the time of all processors that other programs took; the median and the most of the runs of the unchanged plan. */
  readonly others: {readonly median: number; readonly most: number};
}

/** Predicts first, from earlier runs only; then really changes the pipeline, and runs it in turns with the unchanged one. */
export async function experimentOn(
  pipeline: Pipeline,
  {
    folder,
    env,
    effort,
  }: {readonly folder: string; readonly env: Readonly<Record<string, string>>; readonly effort: Effort},
): Promise<Experiment> {
  const plain = Site.of(pipeline, join(folder, 'plain'), env);
  // the first run knows no durations, and finds nothing in the system's caches
  await plain.run();
  const measured: Measured[] = [];
  const runPlain = async (): Promise<number> => {
    const one = await plain.run();
    measured.push(one);
    return one.run.wallMs;
  };
  for (let count = 0; count < effort.earlier; count++) await runPlain();
  const earlier = measured.map(({run}) => run).toReversed();
  const trials = await trialsOf(pipeline, {plain, earlier, folder});
  const unchanged: Trial = {prediction: predictionOf(pipeline, earlier, undefined), rounds: []};
  await runInTurns(trials, unchanged, effort.rounds, runPlain);
  const cases = [unchanged, ...trials].map(({prediction, rounds}) => ({...prediction, rounds}));
  const shares = measured.map(({othersShare}) => othersShare ?? 0);
  return {
    cases,
    beyondRunMs: middle(measured.map(({run, processMs}) => processMs - run.wallMs)),
    others: {median: middle(shares), most: Math.max(...shares)},
  };
}

/** Predicts every change, and makes it in a copy of the project. */
async function trialsOf(
  pipeline: Pipeline,
  {plain, earlier, folder}: {readonly plain: Site; readonly earlier: readonly Run[]; readonly folder: string},
): Promise<readonly Trial[]> {
  const trials: Trial[] = [];
  for (const [number, {change, plan}] of pipeline.variants.entries()) {
    const prediction = predictionOf(pipeline, earlier, change(earlier));
    const site = plain.changed(join(folder, `changed-${number}`), plan);
    trials.push({prediction, site, rounds: []});
    // a result has to be stored before it can be used, and the engine has to know how long a new phase takes
    if (plan.cache || hasNewPhases(plan, pipeline.plan)) await site.run();
  }
  return trials;
}

function hasNewPhases({phases}: Plan, {phases: known}: Plan): boolean {
  return phases.some(({name}) => known.every((one) => one.name !== name));
}

interface Trial {
  readonly prediction: Omit<Case, 'rounds'>;
  readonly site?: Site;
  readonly rounds: Round[];
}

/** A B1 A B2 A ...; of the unchanged plan, every second run is judged by its own neighbours. */
async function runInTurns(
  trials: readonly Trial[],
  unchanged: Trial,
  rounds: number,
  runPlain: () => Promise<number>,
): Promise<void> {
  const plain = [await runPlain()];
  for (let round = 0; round < rounds; round++) {
    for (const {prediction, site, rounds: own} of trials) {
      if (site === undefined) continue;
      const {run} = await site.run();
      checkHit(run, prediction.change);
      const [before, after] = [plain.at(-1) ?? Number.NaN, await runPlain()];
      plain.push(after);
      own.push({before, changed: run.wallMs, after});
    }
  }
  for (let place = 1; place + 1 < plain.length; place += 2) {
    const [before, changed, after] = plain.slice(place - 1);
    if (before !== undefined && changed !== undefined && after !== undefined)
      unchanged.rounds.push({before, changed, after});
  }
}

/** What was to be a hit has to be one, or something else was measured. */
function checkHit({tasks}: Run, change: string): void {
  const name = /^--hit (.+)$/.exec(change)?.[1];
  if (name === undefined) return;
  const missed = tasks.find(({task, status}) => isNamed(task, name) && status !== 'cached');
  if (missed !== undefined) throw new Error(`${missed.task} was no hit: ${missed.missed ?? missed.status}`);
}

function predictionOf(
  {family, name}: Pipeline,
  earlier: readonly Run[],
  change: Change | undefined,
): Omit<Case, 'rounds'> {
  const changes = change === undefined ? [] : [change];
  return {
    family,
    pipeline: name,
    change: changes.map(changeText).join(' '),
    earlierMs: earlier.map(({wallMs}) => wallMs),
    predictedMs: predict(earlier, changes)?.p50 ?? Number.NaN,
    naive: naiveOf(earlier, change),
  };
}

function naiveOf(earlier: readonly Run[], change: Change | undefined): Naive {
  const same = middle(earlier.map(({wallMs}) => wallMs));
  return {same, subtracted: Math.max(0, same - savedMs(earlier, change))};
}

/** What the tasks that are changed take less, ms. */
function savedMs(earlier: readonly Run[], change: Change | undefined): number {
  switch (change?.kind) {
    case 'drop':
    case 'hit':
      return taskMs(earlier, change.task);
    case 'speed':
      return taskMs(earlier, change.task) * (1 - change.factor);
    case 'split': {
      const whole = taskMs(earlier, change.task) - change.setupMs;
      return whole - whole / change.parts;
    }
    default:
      return 0;
  }
}
