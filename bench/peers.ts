// Builds some workloads with paceline and with its peers, side by side: node bench/peers.ts
//   [--workload copy,large,typescript] [--inputs explicit,default] [--phases cold,warm] [--only turbo,make] [--rounds 5]
//   [--packages 100] [--files 50] [--layers 10] [--quick]
// Without --rounds, who is slow is timed less often; without --only, not in all phases. Without --workload and --inputs, the large
// workload and TypeScript with default inputs are left out.
import {mkdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {exit} from 'node:process';
import {parseArgs} from 'node:util';
import {type BuildPhase, buildContestant, buildPhases, phaseTitles} from './lib/build-phases.ts';
import {type BuildSet, buildSets, type WorkloadName, workloadNames, workloads} from './lib/build-sets.ts';
import {choiceOf, countOf} from './lib/options.ts';
import {buildPaceline, installPeers} from './lib/program.ts';
import {allRight, measureScenarios, resultOf, showOnPage, workFolder} from './lib/report.ts';
import {type BenchResult, saveResult} from './lib/result.ts';
import {JOBS, type Runner} from './lib/runner.ts';
import {runners} from './lib/runners/index.ts';
import type {Scenario} from './lib/scenario.ts';
import {makeSite, stopDaemon} from './lib/site.ts';
import {inputModes, type Shape, shapeNote, titleOf, workloadOf} from './lib/workload.ts';

/** A runner whose build takes longer is timed in fewer rounds. */
const PATIENCE_MS = 15_000;

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
const chosen = {
  workloads: choiceOf(options.workload, workloadNames),
  inputs: choiceOf(options.inputs, inputModes),
  phases: choiceOf(options.phases, buildPhases),
  names: choiceOf(
    options.only,
    runners.map(({name}) => name),
  ),
};
const isOpen = options.workload === undefined && options.inputs === undefined;
const sets = buildSets.filter(({workload, inputs, isStandard}) =>
  isOpen ? isStandard : chosen.workloads.includes(workload) && chosen.inputs.includes(inputs),
);
// a part of a set, or another size, is shown and not kept
const narrowing = [options.only, options.phases, options.packages, options.files, options.layers];
const isWhole = !options.quick && narrowing.every((one) => one === undefined);

const wanted = runners.filter(({name}) => chosen.names.includes(name));
if (chosen.names.includes('paceline')) buildPaceline();
installPeers(wanted);
const folder = workFolder('peers');
const results: BenchResult[] = [];
for (const set of sets) {
  const result = await measureSet(set);
  results.push(result);
  if (isWhole) saveResult(result);
}
rmSync(folder, {recursive: true, force: true});
if (isWhole) showOnPage('peers', buildSets.map(resultName));
exit(results.every(allRight) ? 0 : 1);

/** Each set has fresh copies, and its daemons end with it. */
async function measureSet(set: BuildSet): Promise<BenchResult> {
  const workload = workloadOf(workloads[set.workload].kind, shapeFor(set.workload), set.inputs);
  const setFolder = join(folder, set.name);
  const reference = join(setFolder, 'reference');
  mkdirSync(reference, {recursive: true});
  const check = workload.kind.checkerOf(workload, reference);
  const phases = options.phases === undefined ? set.phases : chosen.phases;
  const asked = wanted.filter((runner) => phases.some((phase) => takesPart(set, phase, runner)));
  const present = asked.filter((runner) => runner.version() !== undefined);
  const sites = present.map((runner) => makeSite(runner, workload, setFolder));
  const title = titleOf(workload, set.inputs);
  const notes = [shapeNote(workload), ...(options.only === undefined ? set.notes : [])];
  const scenarios = phases.map(
    (phase): Scenario => ({
      name: `${set.name}.${phase}`,
      title: `${title}: ${phaseTitles[phase]}`,
      group: {title, column: phaseTitles[phase], notes},
      rounds: options.rounds === undefined ? (options.quick ? 2 : 5) : countOf(options.rounds),
      ...(options.rounds === undefined ? {patienceMs: PATIENCE_MS} : {}),
      contestants: sites
        .filter(({runner}) => takesPart(set, phase, runner))
        .map((site) => buildContestant(phase, site, workload, check)),
      bars: workloads[set.workload].bars(phase),
    }),
  );
  const subject = {
    name: resultName(set),
    versions: Object.fromEntries(present.map((runner) => [runner.name, runner.version() ?? ''])),
    missing: asked.filter((runner) => !present.includes(runner)).map((runner) => runner.title),
    settings: {jobs: JOBS},
  };
  try {
    return resultOf(subject, await measureScenarios(scenarios, folder));
  } finally {
    for (const site of sites) stopDaemon(site);
  }
}

/** Who is named takes part in everything that it can do. */
function takesPart(set: BuildSet, phase: BuildPhase, runner: Runner): boolean {
  const isAble = set.inputs === 'explicit' || runner.hasDefaultInputs;
  return isAble && (options.only !== undefined || set.runners(phase).includes(runner.name));
}

function resultName({name}: BuildSet): string {
  return `peers-${name}`;
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
