import {appendFileSync, mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {cleanEnvironment} from './environment.ts';
import {outputFoldersOf, setAside, wrongOutputs} from './outputs.ts';
import type {Runner} from './runner.ts';
import type {Bar, Contestant, Scenario} from './scenario.ts';
import {type Workload, writeWorkload} from './workload.ts';

/** The states in which a build can find its cache and its outputs. */
export const buildPhases = ['uncached', 'cold', 'warm', 'restore', 'leaf-edit'] as const;
export type BuildPhase = (typeof buildPhases)[number];

const phases: Readonly<Record<BuildPhase, {readonly title: string; readonly bars: readonly Bar[]}>> = {
  uncached: {
    title: 'Build with the cache off',
    bars: [
      {kind: 'ratio', contestant: 'paceline', against: 'make', limit: 1.5},
      {kind: 'ratio', contestant: 'paceline', against: 'turbo', limit: 0.1},
    ],
  },
  cold: {title: 'Build with an empty cache', bars: []},
  warm: {title: 'Nothing changed', bars: []},
  restore: {title: 'Outputs gone, cache kept', bars: []},
  'leaf-edit': {title: 'One source of the last package changed', bars: []},
};

/** A runner with a copy of the workload that only it works in. */
export interface Site {
  readonly runner: Runner;
  readonly folder: string;
  /** Takes what is moved out of the copy. */
  readonly aside: string;
  readonly env: Readonly<Record<string, string>>;
}

export function makeSite(runner: Runner, workload: Workload, parent: string): Site {
  const folder = join(parent, runner.name, 'workload');
  mkdirSync(folder, {recursive: true});
  writeWorkload(folder, workload, runner.setup(workload));
  return {
    runner,
    folder,
    aside: join(parent, runner.name, 'aside'),
    env: cleanEnvironment(join(parent, runner.name, 'home')),
  };
}

/** `build` over the whole workload, in one of the states, by every runner. */
export function buildScenario(phase: BuildPhase, sites: readonly Site[], workload: Workload, rounds: number): Scenario {
  const {title, bars} = phases[phase];
  const {packages, files} = workload.shape;
  return {
    name: phase,
    title: `${title}: ${packages} packages, ${packages * files} sources`,
    rounds,
    contestants: sites.map((site) => contestantOf(phase, site, workload)),
    bars,
  };
}

function contestantOf(phase: BuildPhase, {runner, folder, aside, env}: Site, workload: Workload): Contestant {
  const cache = phase === 'uncached' ? 'off' : 'on';
  const [program, ...args] = runner.command('build', cache);
  const {daemon} = runner;
  return {
    name: runner.name,
    title: runner.title,
    commands: [{program, args, cwd: folder, env: {...env, ...runner.env(cache)}}],
    prepare: () => {
      if (phase === 'uncached' || phase === 'cold')
        setAside(folder, [...outputFoldersOf(workload), ...runner.caches], aside);
      if (phase === 'restore') setAside(folder, outputFoldersOf(workload), aside);
      if (phase === 'leaf-edit') appendFileSync(join(folder, leafSourceOf(workload)), '// edited\n');
    },
    wrong: () => wrongOutputs(folder, workload),
    ...(daemon === undefined ? {} : {daemonPid: () => daemon.pid(folder)}),
  };
}

/** A source that no other package can see. */
const leafSourceOf = ({members}: Workload): string => `${members.at(-1)?.folder}/src/d0/f0.ts`;
