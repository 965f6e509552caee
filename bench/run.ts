// Times paceline alone, against the least that its work can cost: node bench/run.ts [--only version,plan] [--rounds 20] [--quick]
import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {exit} from 'node:process';
import {parseArgs} from 'node:util';
import {cleanEnvironment} from './lib/environment.ts';
import {choiceOf, countOf} from './lib/options.ts';
import {buildPaceline} from './lib/program.ts';
import {allRight, measureScenarios, publish, resultOf, workFolder} from './lib/report.ts';
import {JOBS} from './lib/runner.ts';
import {make} from './lib/runners/make.ts';
import {paceline} from './lib/runners/paceline.ts';
import type {Scenario} from './lib/scenario.ts';
import {growth} from './lib/scenarios/growth.ts';
import {hashing} from './lib/scenarios/hashing.ts';
import {memory} from './lib/scenarios/memory.ts';
import {oneTask} from './lib/scenarios/one-task.ts';
import {pipeline} from './lib/scenarios/pipeline.ts';
import type {Surroundings} from './lib/scenarios/place.ts';
import {plan} from './lib/scenarios/plan.ts';
import {thousandTasks} from './lib/scenarios/thousand-tasks.ts';
import {version} from './lib/scenarios/version.ts';
import {workspaces} from './lib/scenarios/workspaces.ts';

const {values: options} = parseArgs({
  options: {
    only: {type: 'string'},
    rounds: {type: 'string'},
    quick: {type: 'boolean', default: false},
  },
});
const makers: Readonly<Record<string, (surroundings: Surroundings) => Scenario>> = {
  'thousand-tasks': thousandTasks,
  'one-task': oneTask,
  pipeline,
  workspaces,
  version,
  plan,
  hashing,
  growth,
  memory,
};

buildPaceline();
const folder = workFolder('floors');
const surroundings: Surroundings = {
  folder,
  env: cleanEnvironment(join(folder, 'home')),
  rounds: options.rounds === undefined ? undefined : countOf(options.rounds),
  quick: options.quick,
};
const names = choiceOf(options.only, Object.keys(makers));
const scenarios = names.flatMap((name) => makers[name]?.(surroundings) ?? []);
const versions = [paceline, make].map((runner) => [runner.name, runner.version()]);
const subject = {
  name: 'floors',
  versions: Object.fromEntries(versions.filter(([, found]) => found !== undefined)),
  missing: make.version() === undefined ? [make.title] : [],
  settings: {jobs: JOBS},
};
const result = resultOf(subject, await measureScenarios(scenarios, folder));
rmSync(folder, {recursive: true, force: true});
if (!options.quick && options.only === undefined) publish(result);
exit(allRight(result) ? 0 : 1);
