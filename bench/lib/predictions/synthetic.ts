import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {randomNumbers} from '../../../src/insight/statistics.ts';
import type {Family, Phase, Pipeline, Plan, Share} from './pipeline.ts';
import {WHOLE} from './pipeline.ts';
import {dropped, halved, hit, otherJobs, split, withoutEdge} from './variants.ts';

/** What a phase does: it sleeps, then computes. */
export interface Chore {
  readonly sleepMs: number;
  /** Of one thread on a machine like the one that this was written on; the amount of work is fixed, its time is not. */
  readonly cpuMs: number;
  readonly threads: 1 | 2;
  /** Node needs time to start, a shell hardly any. */
  readonly program: 'sh' | 'node';
}

export interface Recipe {
  readonly name: string;
  readonly family: Exclude<Family, 'typescript'>;
  readonly seed: number;
  readonly phases: number;
  readonly layers: number;
  readonly jobs: number;
  /** For the change of `--jobs`. */
  readonly otherJobs: number;
  /** On average, ms: its sleep and its computing together. */
  readonly meanMs: number;
}

const LOOPS_PER_MS = {sh: 1000, node: 1_000_000} as const;

const SCRIPTS = {
  'work.sh': 'i=0\nwhile [ $i -lt $1 ]; do i=$((i+1)); done\n',
  'work.mjs': [
    'let sum = 0;',
    'for (let left = Number(process.argv[2]); left > 0; left--) sum = (Math.imul(sum, 1664525) + 1013904223) | 0;',
    'if (sum === 1) console.log(sum);\n',
  ].join('\n'),
} as const;

/** A random graph in layers: each phase needs one to three of the layer before it. Equal recipes give equal pipelines. */
export function synthetic(recipe: Recipe): Pipeline {
  const random = randomNumbers(recipe.seed);
  const nodes = nodesOf(recipe, random);
  const targets = targetsOf(nodes);
  const plan: Plan = {phases: nodes.map((node) => phaseOf(node, targets.cached)), jobs: recipe.jobs, cache: false};
  const nothing = () => 0;
  return {
    name: recipe.name,
    family: recipe.family,
    plan,
    write: (folder) => {
      for (const [path, text] of Object.entries(SCRIPTS)) writeFileSync(join(folder, path), text);
    },
    variants: [
      otherJobs(plan, recipe.otherJobs),
      dropped(plan, targets.dropped),
      halved(plan, targets.halved, nothing),
      split(plan, targets.split, 3, nothing),
      withoutEdge(plan, ...targets.edge),
      hit(plan, targets.cached),
    ],
  };
}

interface Node {
  readonly name: string;
  readonly needs: readonly string[];
  readonly chore: Chore;
  /** Of its longest chain from a start, itself included, as far as the recipe tells, ms. */
  readonly chainMs: number;
}

function nodesOf({family, phases, layers, meanMs}: Recipe, random: () => number): readonly Node[] {
  const nodes: Node[] = [];
  const width = Math.ceil(phases / layers);
  for (let number = 0; number < phases; number++) {
    const layer = Math.floor(number / width);
    const below = nodes.slice(Math.max(0, (layer - 1) * width), layer * width);
    const count = 1 + Math.floor(random() * 3);
    const needs = [...new Set(Array.from({length: count}, () => below[Math.floor(random() * below.length)]))];
    const known = needs.filter((one) => one !== undefined);
    const chore = choreOf(family, meanMs * skewed(random), random);
    nodes.push({
      name: `p${number}`,
      needs: known.map(({name}) => name),
      chore,
      chainMs: msOf(chore) + Math.max(0, ...known.map(({chainMs}) => chainMs)),
    });
  }
  return nodes;
}

/** Mostly below 1, sometimes up to 4, 1 on average: pipelines have a few long phases. */
function skewed(random: () => number): number {
  return Math.min(4, Math.max(0.2, -0.95 * Math.log(1 - random())));
}

function choreOf(family: Recipe['family'], ms: number, random: () => number): Chore {
  const kind = random();
  const part = family === 'sleep' ? 0 : family === 'cpu' ? 1 : kind < 0.25 ? 0 : kind < 0.5 ? 1 : random();
  const threads = family === 'cpu' && kind < 0.15 ? 2 : 1;
  return {
    sleepMs: Math.round(ms * (1 - part)),
    cpuMs: Math.round((ms * part) / threads),
    threads,
    program: family === 'cpu' && kind > 0.85 ? 'node' : 'sh',
  };
}

const msOf = ({sleepMs, cpuMs, threads}: Chore): number => sleepMs + cpuMs * threads;

function phaseOf({name, needs, chore}: Node, cached: string): Phase {
  return {
    name,
    needs,
    share: WHOLE,
    line: (share) => lineOf(chore, share),
    ...(name === cached && {cached: {inputs: ['work.sh'], outputs: []}}),
  };
}

function lineOf({sleepMs, cpuMs, threads, program}: Chore, {of}: Share): string {
  const loops = Math.round((cpuMs * LOOPS_PER_MS[program]) / of);
  const loop = program === 'sh' ? `sh work.sh ${loops}` : `node work.mjs ${loops}`;
  const computing = threads === 1 ? loop : `${loop} & ${loop} & wait`;
  const sleeping = `sleep ${(sleepMs / of / 1000).toFixed(4)}`;
  if (sleepMs === 0) return computing;
  return cpuMs === 0 ? sleeping : `${sleeping} && ${computing}`;
}

interface Targets {
  readonly halved: string;
  readonly split: string;
  readonly dropped: string;
  readonly cached: string;
  readonly edge: readonly [from: string, to: string];
}

/**
 * What is changed: long phases and an edge of the longest chain, since changes of what nothing waits for change nothing. Programs that
 * need long to start are left alone: half of their work is not half of their time.
 */
function targetsOf(nodes: readonly Node[]): Targets {
  const long = nodes
    .filter(({chore}) => chore.program === 'sh')
    .toSorted((one, other) => msOf(other.chore) - msOf(one.chore))
    .map(({name}) => name);
  const [one, two, three, four] = long;
  const last = nodes.toSorted((a, b) => b.chainMs - a.chainMs)[0];
  const middle = last === undefined ? undefined : longestNeed(nodes, longestNeed(nodes, last) ?? last);
  const below = middle === undefined ? undefined : longestNeed(nodes, middle);
  if (one === undefined || two === undefined || three === undefined || four === undefined)
    throw new RangeError('too few phases');
  if (middle === undefined || below === undefined) throw new RangeError('too few layers');
  return {halved: one, split: two, dropped: three, cached: four, edge: [below.name, middle.name]};
}

function longestNeed(nodes: readonly Node[], {needs}: Node): Node | undefined {
  return nodes.filter(({name}) => needs.includes(name)).toSorted((one, other) => other.chainMs - one.chainMs)[0];
}
