// Predicts changes of pipelines, then really makes them: node bench/predictions.ts [--only sleep,cpu] [--rounds 3] [--quick]
import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {exit, stderr, stdout} from 'node:process';
import {parseArgs} from 'node:util';
import {cleanEnvironment, thisMachine} from './lib/environment.ts';
import {repository, versionIn} from './lib/installed.ts';
import {choiceOf, countOf} from './lib/options.ts';
import {performancePage, writeBetweenMarkers} from './lib/page.ts';
import {type Experiment, experimentOn} from './lib/predictions/experiment.ts';
import {families} from './lib/predictions/pipeline.ts';
import {pipelinesOf} from './lib/predictions/recipes.ts';
import {barsOf, type Case, middle} from './lib/predictions/score.ts';
import {speedBars, timings} from './lib/predictions/simulation-speed.ts';
import {barLines, caseTable, percent, scoreTables, speedTable} from './lib/predictions/tables.ts';
import {buildPaceline} from './lib/program.ts';
import {workFolder} from './lib/report.ts';
import {saveResult} from './lib/result.ts';
import {measuredOn} from './lib/table.ts';

const {values: options} = parseArgs({
  options: {
    only: {type: 'string'},
    rounds: {type: 'string'},
    quick: {type: 'boolean', default: false},
  },
});
const chosen = choiceOf(options.only, families);
const effort = {
  earlier: options.quick ? 3 : 5,
  rounds: options.rounds === undefined ? (options.quick ? 1 : 3) : countOf(options.rounds),
};

buildPaceline();
const folder = workFolder('predictions');
const env = cleanEnvironment(join(folder, 'home'));
const simulated = timings();
stdout.write(`\n${speedTable([simulated.tasks, ...simulated.growth])}\n`);
const cases: Case[] = [];
const experiments: Experiment[] = [];
for (const pipeline of chosen.flatMap((family) => pipelinesOf(family, options.quick))) {
  stderr.write(`${pipeline.name}: ${pipeline.variants.length} changes\n`);
  const found = await experimentOn(pipeline, {folder: join(folder, pipeline.name), env, effort});
  stdout.write(`\n${caseTable(found.cases)}\n`);
  cases.push(...found.cases);
  experiments.push(found);
  stdout.write(
    `\nother programs took ${percent(found.others.median)} of the processors, ${percent(found.others.most)} at worst\n`,
  );
}
rmSync(folder, {recursive: true, force: true});

const beyondRunMs = middle(experiments.map((one) => one.beyondRunMs));
const others = middle(experiments.map((one) => one.others.median));
const bars = [...barsOf(cases), ...speedBars(simulated)];
const machine = thisMachine();
const date = new Date().toISOString();
const version = versionIn(repository) ?? '';
const result = {
  name: 'predictions',
  date,
  machine,
  version,
  effort,
  beyondRunMs,
  othersShare: others,
  bars,
  cases,
  simulated,
};
const text = [
  scoreTables(cases),
  speedTable([simulated.tasks, ...simulated.growth]),
  barLines(bars),
  `${measuredOn(date, machine)} ${effort.earlier} earlier runs, ${effort.rounds} runs of each changed plan; other programs took ${percent(others)} of the processors meanwhile; a process took ${Math.round(beyondRunMs)} ms longer than its run; paceline ${version}.`,
].join('\n\n');
stdout.write(`\n${text}\n`);
if (!options.quick && options.only === undefined) {
  saveResult(result);
  writeBetweenMarkers(performancePage, 'predictions', text);
}
exit(bars.every(({met}) => met) ? 0 : 1);
