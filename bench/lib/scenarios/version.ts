import {emptyNode, pacelineRun} from '../floors.ts';
import type {Scenario} from '../scenario.ts';
import {projectAt, type Surroundings} from './place.ts';

/** What it costs to start the program at all. */
export function version(surroundings: Surroundings): Scenario {
  const place = projectAt(surroundings, 'version', {});
  return {
    name: 'version',
    title: '`paceline --version`',
    rounds: surroundings.rounds ?? 30,
    contestants: [pacelineRun(place, '--version'), {name: 'node', title: '`node -e 0`', commands: [emptyNode(place)]}],
    bars: [{kind: 'ratio', contestant: 'paceline', against: 'node', limit: 1.5}],
  };
}
