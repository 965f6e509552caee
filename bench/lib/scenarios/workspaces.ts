import {spawnLoop} from '../floors.ts';
import {JOBS} from '../runner.ts';
import type {Scenario} from '../scenario.ts';
import {type Files, json} from '../workload.ts';
import {pacelineOn, projectAt, type Surroundings} from './place.ts';

const names = Array.from({length: 10}, (_, index) => `w${index}`);

const filesOf = (line: string): Files => ({
  'package.json': json({name: 'workspaces', private: true, workspaces: ['packages/*']}),
  'make.toml': `[project]\nname = "workspaces"\n\n[lifecycle.build]\ncommand = ${JSON.stringify(line)}\n`,
  ...Object.fromEntries(names.map((name) => [`packages/${name}/package.json`, json({name, version: '1.0.0'})])),
});

/** Workspaces that need nothing of each other. */
export function workspaces(surroundings: Surroundings): Scenario {
  const count = names.length;
  const job = {line: 'echo built', words: ['run', 'build', '--jobs', String(JOBS)], count};
  return {
    name: 'workspaces',
    title: `${count} workspaces in parallel, \`echo\`, ${JOBS} jobs`,
    rounds: surroundings.rounds ?? 20,
    contestants: [
      pacelineOn(surroundings, {name: 'workspaces', files: filesOf, ...job}),
      spawnLoop(projectAt(surroundings, 'workspaces-bare', {}), {count, jobs: JOBS, line: job.line}),
    ],
    bars: [{kind: 'ratio', contestant: 'paceline', against: 'spawn-loop', limit: 1.3}],
  };
}
