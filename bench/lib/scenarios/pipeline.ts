import {spawnLoop} from '../floors.ts';
import type {Scenario} from '../scenario.ts';
import {pacelineOn, projectAt, type Surroundings} from './place.ts';

const phases = ['build', 'test', 'validate', 'report', 'deploy'];

function makeToml(line: string): string {
  const tables = phases.map((name) => `[lifecycle.${name}]\ncommand = ${JSON.stringify(line)}\n`);
  return `[project]\nname = "pipeline"\n\n${tables.join('\n')}\n[pipelines]\ndeliver = ${JSON.stringify(phases)}\n`;
}

/** Phases that wait for each other: the longest chain of spawns is all of them. */
export function pipeline(surroundings: Surroundings): Scenario {
  const count = phases.length;
  const job = {line: 'echo phase', words: ['run', 'deliver'], count};
  return {
    name: 'pipeline',
    title: 'Five phases in a row, `echo`',
    rounds: surroundings.rounds ?? 20,
    contestants: [
      pacelineOn(surroundings, {name: 'pipeline', files: (line) => ({'make.toml': makeToml(line)}), ...job}),
      spawnLoop(projectAt(surroundings, 'pipeline-bare', {}), {count, jobs: 1, line: job.line}),
    ],
    bars: [{kind: 'ratio', contestant: 'paceline', against: 'spawn-loop', limit: 1.3}],
  };
}
