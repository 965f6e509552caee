import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {seededRandom} from '../../rig/random.ts';
import {drawEdit, drawStep, type Step} from './draw.ts';
import {applyEdit, type Edit} from './edits.ts';
import {movedTree, runFromScratch} from './from-scratch.ts';
import {type Outcome, type RunHere, type Runner, runHere} from './run-here.ts';
import type {Settings} from './settings.ts';
import {differences, readTree, type Tree, writeTree} from './tree.ts';
import {type Checkout, isLeftOut, makeWorld, plannedTasks, sourcesOf, type World, writerOf} from './world.ts';

/** What became of some sequences of edits and runs. */
export interface Tally {
  sequences: number;
  /** Tasks that were skipped, and that ran. */
  hits: number;
  executions: number;
  /** Runs in which a task failed, as it should. */
  failures: number;
}

export interface Found {
  readonly steps: readonly Step[];
  readonly problems: readonly string[];
}

/** Draws edits and runs in a project of its own until something is wrong, or `length` runs were right. */
export async function hunt(
  folder: string,
  seed: number,
  length: number,
  tally: Tally,
  runner: Runner = runHere,
): Promise<Found | undefined> {
  const random = seededRandom(seed);
  const world = makeWorld(folder, random() < 0.4 ? 2 : 1);
  const steps: Step[] = [];
  try {
    for (let number = 0; number < length; number++) {
      const {step, count} = drawStep(world, random);
      const edits: Edit[] = [];
      for (let edit = 0; edit < count; edit++) {
        const drawn = drawEdit(world, step.at, random);
        edits.push(drawn);
        applyEdit(world, drawn);
      }
      if (number === 0 || edits.some(({kind}) => kind === 'write')) keepState(world);
      mend(world, edits, random);
      steps.push({...step, edits});
      const problems = await look(world, {...step, edits}, tally, number % 4 === 3, runner);
      if (problems.length > 0) return {steps, problems};
    }
    return undefined;
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

/** A project that cannot be built tells nothing: it seldom stays so. */
function mend(world: World, edits: Edit[], random: () => number): void {
  if (random() < 0.3) return;
  for (let at = 0; at < world.checkouts.length; at++) {
    const edit = {at, kind: 'remove', path: 'packages/a/src/broken'} as const;
    edits.push(edit);
    applyEdit(world, edit);
  }
}

/** Does the same again, or a part of it. */
export async function replay(folder: string, checkouts: number, steps: readonly Step[]): Promise<Found | undefined> {
  const world = makeWorld(folder, checkouts);
  const tally: Tally = {sequences: 0, hits: 0, executions: 0, failures: 0};
  try {
    for (const [number, step] of steps.entries()) {
      for (const edit of step.edits) applyEdit(world, edit);
      keepState(world);
      const problems = await look(world, step, tally, true);
      if (problems.length > 0) return {steps: steps.slice(0, number + 1), problems};
    }
    return undefined;
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

function keepState({checkouts}: World): void {
  for (const checkout of checkouts) checkout.earlier.push({sources: sourcesOf(checkout), settings: checkout.settings});
}

/** Runs warm and from scratch, and says what is not the same. */
async function look(
  world: World,
  step: Step,
  tally: Tally,
  twice: boolean,
  runner: Runner = runHere,
): Promise<readonly string[]> {
  const checkout = world.checkouts[step.at % world.checkouts.length]!;
  const {root, settings} = checkout;
  const tasks = plannedTasks(settings, step.targets);
  const targets = targetsOf(settings, step.targets);
  if (tasks.length === 0) return [];
  tally.sequences++;
  const before = readTree(root, isLeftOut);
  const sources = sourcesOf(checkout);
  const scratch = runFromScratch({
    folder: join(world.folder, 'scratch'),
    sources,
    tasks,
    env: world.env,
    shared: settings.shared,
    root,
  });
  const run = {root, targets, env: world.env, cacheFolder: world.cacheFolder} as const;
  const outcome = await runner({...run, mode: step.force ? 'write' : 'on'});
  const right = await scratch;
  const after = withoutShells(readTree(root, isLeftOut), settings);
  for (const {status} of outcome.tasks.values()) {
    if (status === 'cached') tally.hits++;
    else tally.executions++;
  }
  checkout.outputs = new Set([...after.keys()].filter((path) => writerOf(path) !== undefined && !sources.has(path)));
  if (right.failed || outcome.failed) {
    tally.failures++;
    if (right.failed !== outcome.failed)
      return [
        `the run ${outcome.failed ? 'failed' : 'passed'}, from scratch it ${right.failed ? 'fails' : 'passes'}`,
        ...told(outcome),
      ];
    return differences(onlySources(after, sources), onlySources(sources, sources));
  }
  // what somebody put among outputs is not theirs, and need not be seen; but it must leave no trace when it is gone
  if ([...sources.keys()].some((path) => path.endsWith('/stray.txt')))
    return differences(onlySources(after, sources), onlySources(sources, sources));
  const planned = new Set(tasks.map(({id}) => id));
  const others = [...before].filter(([path]) => !sources.has(path) && !planned.has(writerOf(path) ?? ''));
  const expected = withoutShells(new Map([...others, ...right.tree]), settings);
  const problems = [...differences(after, expected), ...logDifferences(outcome, right.logs)];
  if (problems.length > 0) return [...problems, ...told(outcome)];
  if (tally.sequences % CHECKED === 0) {
    const doubts = await scratchDifferences(world, run, sources, right.tree);
    if (doubts.length > 0) return doubts;
  }
  return twice ? await needlessRuns(checkout, {...run, run: runner}, outcome) : [];
}

/** One in so many results of the shell is compared with what paceline makes of the same sources without a cache. */
const CHECKED = 10;

async function scratchDifferences(
  {folder}: World,
  run: Omit<RunHere, 'mode'>,
  sources: Tree,
  expected: Tree,
): Promise<readonly string[]> {
  const place = join(folder, 'uncached');
  writeTree(place, sources);
  const outcome = await runHere({...run, root: place, mode: 'off'});
  const tree = movedTree(readTree(place, isLeftOut), place, run.root);
  rmSync(place, {recursive: true});
  const problems = differences(tree, expected);
  return problems.length === 0 ? [] : ['without a cache, and by a shell:', ...problems, ...told(outcome)];
}

/** Nothing changed: everything that is cached is skipped, at the third run at the latest. */
async function needlessRuns(
  {settings}: Checkout,
  {run: runner, ...run}: Omit<RunHere, 'mode'> & {readonly run: Runner},
  first: Outcome,
): Promise<readonly string[]> {
  const cached = plannedTasks(settings, run.targets).filter(({isCached}) => isCached);
  const ran = (outcome: Outcome): readonly string[] =>
    cached.flatMap(({id}) => (outcome.tasks.get(id)?.status === 'cached' ? [] : [id]));
  if (first.notices.some(isExcuse)) return [];
  const second = await runner({...run, mode: 'on'});
  if (ran(second).length === 0) return [];
  const third = await runner({...run, mode: 'on'});
  if ([...second.notices, ...third.notices].some(isExcuse)) return [];
  const again = ran(third);
  return again.length === 0
    ? []
    : [`runs every time: ${again.join(', ')}`, ...told(first), ...told(second), ...told(third)];
}

/** Each says why a result is not stored. */
const EXCUSES = new Set(['W_FOREIGN_OUTPUT', 'W_UNCACHEABLE', 'W_NOT_STORED']);

function isExcuse({code, message}: Outcome['notices'][number]): boolean {
  // d does not say what it writes: what lay there before it first ran counts as its input
  return EXCUSES.has(code) || (code === 'W_INPUT_CHANGED' && message.includes(' packages/d/'));
}

function targetsOf({packages}: Settings, targets: readonly string[]): readonly string[] {
  return targets.filter((target) => {
    const [name, phase] = target.split('#');
    if (phase === undefined) return name !== 'check' || packages.includes('a');
    return packages.includes(name ?? '');
  });
}

/** Empty folders stay where `outputs` no longer names the place. */
function withoutShells(tree: Tree, {place}: Settings): Tree {
  const other = place === 'lib' ? /^packages\/h\/libs(?:\/|$)/ : /^packages\/h\/lib(?:\/|$)/;
  return new Map([...tree].filter(([path, {kind}]) => kind !== 'folder' || !other.test(path)));
}

/** Without empty folders: they may be where outputs were. */
function onlySources(tree: Tree, sources: Tree): Tree {
  return new Map([...tree].filter(([path, {kind}]) => sources.has(path) && kind !== 'folder'));
}

function logDifferences({tasks}: Outcome, logs: ReadonlyMap<string, string>): readonly string[] {
  return [...logs].flatMap(([id, text]) => {
    const printed = tasks.get(id)?.log;
    return printed === text ? [] : [`${id} printed ${JSON.stringify(printed)}, should be ${JSON.stringify(text)}`];
  });
}

function told({tasks, notices}: Outcome): readonly string[] {
  return [
    [...tasks].map(([id, {status, reason}]) => `${id} ${status}${reason === '' ? '' : ` (${reason})`}`).join('; '),
    ...notices.map(({code, message}) => `${code}: ${message}`),
  ];
}
