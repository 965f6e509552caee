import {spawnSync} from 'node:child_process';
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {pacelineRun} from '../floors.ts';
import {paceline} from '../runners/paceline.ts';
import type {Contestant, Scenario} from '../scenario.ts';
import {workloadOf, writeWorkload} from '../workload.ts';
import {copy, standardShape} from '../workloads/copy.ts';
import type {Surroundings} from './place.ts';

/** Reading a project and planning it, and how that grows. */
export function plan(surroundings: Surroundings): Scenario {
  const small = surroundings.quick ? 100 : 1000;
  const large = 5 * small;
  return {
    name: 'plan',
    title: `Plan only, ${copy.tasks.length} phases`,
    rounds: surroundings.rounds ?? 7,
    contestants: [planOf(surroundings, small), planOf(surroundings, large)],
    bars: [
      {kind: 'time', contestant: nameOf(small), limit: 300},
      {kind: 'ratio', contestant: nameOf(large), against: nameOf(small), limit: large / small},
    ],
  };
}

const nameOf = (packages: number): string => `${packages}-packages`;

function planOf({folder, env}: Surroundings, packages: number): Contestant {
  const workload = workloadOf(copy, {...standardShape, packages, files: 1});
  const cwd = join(folder, `plan-${packages}`);
  mkdirSync(cwd);
  writeWorkload(cwd, workload, paceline.setup(workload));
  const words = ['run', ...copy.tasks.map(({name}) => name)];
  const proof = (): string => {
    const [plan] = pacelineRun({cwd, env}, ...words, '--dry-run=json').commands;
    const text =
      plan === undefined
        ? ''
        : spawnSync(plan.program, plan.args, {cwd, env, encoding: 'utf8', maxBuffer: 2 ** 28}).stdout;
    const missing = workload.members.find((member) =>
      copy.tasks.some(({name}) => !text.includes(`${member.name}#${name}`)),
    );
    return missing === undefined ? '' : `tasks of ${missing.name} are not in the plan`;
  };
  const run = pacelineRun({cwd, env}, ...words, '--dry-run');
  return {...run, name: nameOf(packages), title: `${packages} packages`, proof};
}
