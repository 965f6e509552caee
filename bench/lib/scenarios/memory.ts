import {join} from 'node:path';
import {type BuildPhase, buildContestant, phaseTitles} from '../build-phases.ts';
import {paceline} from '../runners/paceline.ts';
import type {Scenario} from '../scenario.ts';
import {makeSite} from '../site.ts';
import {workloadOf} from '../workload.ts';
import {copy, standardShape} from '../workloads/copy.ts';
import type {Surroundings} from './place.ts';

const phases: readonly BuildPhase[] = ['cold', 'warm', 'restore', 'base-changed'];

/** How much memory a large project takes: 10,000 sources. */
export function memory({folder, env, rounds, quick}: Surroundings): Scenario {
  const packages = quick ? 40 : 400;
  const workload = workloadOf(copy, {...standardShape, packages, files: 25, layers: 20});
  const parent = join(folder, 'memory');
  const site = {...makeSite(paceline, workload, parent), env};
  const check = copy.checkerOf(workload, parent);
  return {
    name: 'memory',
    title: `Memory: ${packages} packages`,
    rounds: rounds ?? 3,
    contestants: phases.map((phase) => ({
      ...buildContestant(phase, site, workload, check),
      name: phase,
      title: phaseTitles[phase],
    })),
    bars: phases.map((phase) => ({kind: 'memory', contestant: phase, limit: 150e6})),
  };
}
