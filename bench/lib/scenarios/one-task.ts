import {emptyNode} from '../floors.ts';
import type {Scenario} from '../scenario.ts';
import {pacelineOn, projectAt, type Surroundings} from './place.ts';

/** What a run costs, when there is next to nothing to run. */
export function oneTask(surroundings: Surroundings): Scenario {
  const place = projectAt(surroundings, 'one-task-bare', {});
  const shell = {...place, program: 'sh', args: ['-c', 'true']};
  const paceline = pacelineOn(surroundings, {
    name: 'one-task',
    files: (line) => ({
      'make.toml': `[project]\nname = "one-task"\n\n[lifecycle.noop]\ncommand = ${JSON.stringify(line)}\n`,
    }),
    line: 'true',
    words: ['run', 'noop'],
    count: 1,
  });
  return {
    name: 'one-task',
    title: 'One phase, `true`',
    rounds: surroundings.rounds ?? 30,
    contestants: [
      paceline,
      {name: 'bare', title: '`node -e 0`, then `sh -c true`', commands: [emptyNode(place), shell]},
    ],
    bars: [{kind: 'extra', contestant: 'paceline', against: 'bare', limit: 5}],
  };
}
