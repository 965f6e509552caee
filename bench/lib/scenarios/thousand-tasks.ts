import {makeAll, spawnLoop} from '../floors.ts';
import {JOBS} from '../runner.ts';
import type {Scenario} from '../scenario.ts';
import {pacelineOn, projectAt, type Surroundings} from './place.ts';

/** What a task costs, when the task itself costs next to nothing. */
export function thousandTasks(surroundings: Surroundings): Scenario {
  const count = surroundings.quick ? 100 : 1000;
  const names = Array.from({length: count}, (_, index) => `t${index}`);
  const makeToml = (line: string): string => {
    const phases = names.map((name) => `[lifecycle.${name}]\ncommand = ${JSON.stringify(line)}\nparallel = true\n`);
    return `[project]\nname = "tasks"\n\n${phases.join('\n')}\n[lifecycle.all]\ndepends_on = ${JSON.stringify(names)}\n`;
  };
  const place = projectAt(surroundings, 'thousand-tasks-make', {
    // the semicolon makes make start a shell, as the others do, instead of running `true` itself
    Makefile: `all: ${names.join(' ')}\n${names.join(' ')}:\n\t@true;\n`,
  });
  return {
    name: 'thousand-tasks',
    title: `${count} tasks \`true\`, ${JOBS} jobs`,
    rounds: surroundings.rounds ?? 7,
    contestants: [
      pacelineOn(surroundings, {
        name: 'thousand-tasks',
        files: (line) => ({'make.toml': makeToml(line)}),
        line: 'true',
        words: ['run', 'all', '--jobs', String(JOBS)],
        count,
      }),
      spawnLoop(place, {count, jobs: JOBS, line: 'true'}),
      ...makeAll(place),
    ],
    bars: [
      {kind: 'ratio', contestant: 'paceline', against: 'spawn-loop', limit: 1.25},
      {kind: 'ratio', contestant: 'paceline', against: 'make', limit: 3},
    ],
  };
}
