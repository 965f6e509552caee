// Builds some workloads with paceline and with its peers, side by side: node bench/peers.ts
//   [--workload copy,large,typescript] [--inputs explicit,default] [--phases cold,warm] [--only turbo,make] [--rounds 5]
//   [--packages 100] [--files 50] [--layers 10] [--quick]
// Without --rounds, who is slow is timed less often; without --only, not in all phases.
import {mkdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {exit} from 'node:process';
import {parseArgs} from 'node:util';
import {type BuildPhase, buildContestant, buildPhases, phaseTitles} from './lib/build-phases.ts';
import {type BuildSet, setsFor, type WorkloadName, workloadNames, workloads} from './lib/build-sets.ts';
import {choiceOf, countOf} from './lib/options.ts';
import {buildPaceline, installPeers} from './lib/program.ts';
import {allRight, measureScenarios, publish, resultOf, workFolder} from './lib/report.ts';
import type {ScenarioResult} from './lib/result.ts';
import {JOBS, type Runner} from './lib/runner.ts';
import {runners} from './lib/runners/index.ts';
import type {Scenario} from './lib/scenario.ts';
import {makeSite, stopDaemon} from './lib/site.ts';
import {inputModes, type Shape, shapeNote, titleOf, workloadOf} from './lib/workload.ts';

/** A runner whose build takes longer is timed in fewer rounds. */
const PATIENCE_MS = 30_000;

const {values: options} = parseArgs({
  options: {
    workload: {type: 'string'},
    inputs: {type: 'string'},
    phases: {type: 'string'},
    only: {type: 'string'},
    rounds: {type: 'string'},
    packages: {type: 'string'},
    files: {type: 'string'},
    layers: {type: 'string'},
    quick: {type: 'boolean', default: false},
  },
});
const asked = {
  workloads: choiceOf(options.workload, workloadNames),
  inputs: choiceOf(options.inputs, inputModes),
};
const sets = setsFor(options.workload === undefined && options.inputs === undefined ? undefined : asked);
const phases = choiceOf(options.phases, buildPhases);
const names = choiceOf(
  options.only,
  runners.map(({name}) => name),
);
const wanted = runners.filter(({name}) => names.includes(name));

if (names.includes('paceline')) buildPaceline();
installPeers(wanted);
const present = wanted.filter((runner) => runner.version() !== undefined);
const folder = workFolder('peers');
const results: ScenarioResult[] = [];
for (const set of sets) results.push(...(await measureSet(set)));
const result = resultOf(
  {
    name: 'peers',
    versions: Object.fromEntries(present.map((runner) => [runner.name, runner.version() ?? ''])),
    missing: wanted.filter((runner) => !present.includes(runner)).map(({title}) => title),
    settings: {jobs: JOBS},
  },
  results,
);
rmSync(folder, {recursive: true, force: true});
const isWhole = Object.entries(options).every(
  ([name, value]) => name === 'rounds' || value === undefined || value === false,
);
if (isWhole) publish(result);
exit(allRight(result) ? 0 : 1);

/** Each set has fresh copies, and its daemons end with it. */
async function measureSet(set: BuildSet): Promise<readonly ScenarioResult[]> {
  const name = `${set.workload}-${set.inputs}`;
  const workload = workloadOf(workloads[set.workload].kind, shapeFor(set.workload), set.inputs);
  const setFolder = join(folder, name);
  const reference = join(setFolder, 'reference');
  mkdirSync(reference, {recursive: true});
  const check = workload.kind.checkerOf(workload, reference);
  const isIn = (phase: BuildPhase, runner: Runner): boolean =>
    (set.inputs === 'explicit' || runner.hasDefaultInputs) &&
    (options.only !== undefined || set.runners(phase).includes(runner.name));
  const chosen = options.phases === undefined ? set.phases : phases;
  const sites = present
    .filter((runner) => chosen.some((phase) => isIn(phase, runner)))
    .map((runner) => makeSite(runner, workload, setFolder));
  const title = titleOf(workload, set.inputs);
  const scenarios = chosen.map(
    (phase): Scenario => ({
      name: `${name}.${phase}`,
      title: `${title}: ${phaseTitles[phase]}`,
      group: {
        title,
        column: phaseTitles[phase],
        notes: [shapeNote(workload), ...(options.only === undefined ? set.notes : [])],
      },
      rounds: options.rounds === undefined ? (options.quick ? 2 : 5) : countOf(options.rounds),
      ...(options.rounds === undefined ? {patienceMs: PATIENCE_MS} : {}),
      contestants: sites
        .filter(({runner}) => isIn(phase, runner))
        .map((site) => buildContestant(phase, site, workload, check)),
      bars: workloads[set.workload].bars(phase),
    }),
  );
  try {
    return await measureScenarios(scenarios, folder);
  } finally {
    for (const site of sites) stopDaemon(site);
  }
}

function shapeFor(name: WorkloadName): Shape {
  const {shape, quick} = workloads[name];
  return {
    ...(options.quick ? quick : shape),
    ...(options.packages === undefined ? {} : {packages: countOf(options.packages)}),
    ...(options.files === undefined ? {} : {files: countOf(options.files)}),
    ...(options.layers === undefined ? {} : {layers: countOf(options.layers)}),
  };
}
