// Builds one workload with paceline and with its peers, side by side:
// node bench/peers.ts [--only turbo,make] [--phases uncached,warm] [--packages 100] [--files 50] [--rounds 5] [--quick]
import {spawnSync} from 'node:child_process';
import {rmSync} from 'node:fs';
import {exit, stderr} from 'node:process';
import {parseArgs} from 'node:util';
import {type BuildPhase, buildPhases, buildScenario, makeSite, type Site} from './lib/build-phases.ts';
import {choiceOf, countOf} from './lib/options.ts';
import {buildPaceline, installPeers} from './lib/program.ts';
import {allRight, measureAll, publish, workFolder} from './lib/report.ts';
import {JOBS} from './lib/runner.ts';
import {runners} from './lib/runners/index.ts';
import {standardShape, workloadOf} from './lib/workload.ts';

const {values: options} = parseArgs({
  options: {
    only: {type: 'string'},
    phases: {type: 'string', default: 'uncached'},
    packages: {type: 'string'},
    files: {type: 'string'},
    rounds: {type: 'string'},
    quick: {type: 'boolean', default: false},
  },
});
const small = options.quick ? {...standardShape, packages: 20, files: 10} : standardShape;
const shape = {
  ...small,
  ...(options.packages === undefined ? {} : {packages: countOf(options.packages)}),
  ...(options.files === undefined ? {} : {files: countOf(options.files)}),
};
const rounds = options.rounds === undefined ? (options.quick ? 2 : 5) : countOf(options.rounds);
const names = choiceOf(
  options.only,
  runners.map(({name}) => name),
);
const wanted = runners.filter(({name}) => names.includes(name));
const phases = choiceOf(options.phases, buildPhases);

if (names.includes('paceline')) buildPaceline();
installPeers(wanted);
const present = wanted.filter((runner) => runner.version() !== undefined);
const workload = workloadOf(shape);
const folder = workFolder('peers');
const sites = present.map((runner) => makeSite(runner, workload, folder));
const subject = {
  name: 'peers',
  versions: Object.fromEntries(present.map((runner) => [runner.name, runner.version() ?? ''])),
  missing: wanted.filter((runner) => !present.includes(runner)).map(({title}) => title),
  settings: {...shape, jobs: JOBS},
};
const scenarioOf = (phase: BuildPhase) => buildScenario(phase, sites, workload, rounds);
const result = await measureAll(subject, phases.map(scenarioOf), folder);
for (const site of sites) stopDaemon(site);
rmSync(folder, {recursive: true, force: true});
if (!options.quick && options.only === undefined) publish(result);
exit(allRight(result) ? 0 : 1);

function stopDaemon({runner, folder: cwd, env}: Site): void {
  if (runner.daemon?.pid(cwd) === undefined) return;
  const [program, ...args] = runner.daemon.stop;
  spawnSync(program, args, {cwd, env: {...env, ...runner.env('on')}, stdio: 'ignore'});
  if (runner.daemon.pid(cwd) !== undefined) stderr.write(`the daemon of ${runner.title} still runs\n`);
}
