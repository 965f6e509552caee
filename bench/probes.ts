// Asks what paceline and its peers do in the corners of caching, and prints the answers as a table:
// node bench/probes.ts [--only paceline,turbo]
import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {exit, stderr, stdout} from 'node:process';
import {parseArgs} from 'node:util';
import {CommandFailed} from './lib/measure.ts';
import {choiceOf} from './lib/options.ts';
import {ChainSite} from './lib/probes/chain-site.ts';
import {type Probe, probes} from './lib/probes/probes.ts';
import {buildPaceline, installPeers} from './lib/program.ts';
import {workFolder} from './lib/report.ts';
import type {Runner} from './lib/runner.ts';
import {runners} from './lib/runners/index.ts';
import {linesOf} from './lib/table.ts';

const {values: options} = parseArgs({options: {only: {type: 'string'}}});
// make keeps no results
const asked = runners.filter(({name}) => name !== 'make');
const names = choiceOf(
  options.only,
  asked.map(({name}) => name),
);
const wanted = asked.filter(({name}) => names.includes(name));

if (names.includes('paceline')) buildPaceline();
installPeers(wanted);
const folder = workFolder('probes');
const columns: {readonly runner: Runner; readonly answers: readonly string[]}[] = [];
for (const runner of wanted) columns.push({runner, answers: await answersOf(runner)});
rmSync(folder, {recursive: true, force: true});

const rows = probes.map(({title, right}, index) => [
  title,
  right,
  ...columns.map(({answers}) => (answers[index] === right ? right : `**${answers[index]}**`)),
]);
const heads = columns.map(({runner}) => `${runner.title} ${runner.version()}`);
stdout.write(`${linesOf([['probe', 'right', ...heads], ...rows])}\n`);
const own = columns.find(({runner}) => runner.name === 'paceline')?.answers ?? [];
exit(own.every((answer, index) => answer === probes[index]?.right) ? 0 : 1);

async function answersOf(runner: Runner): Promise<readonly string[]> {
  stderr.write(`${runner.title}\n`);
  const site = new ChainSite(runner, join(folder, runner.name));
  const answers: string[] = [];
  for (const probe of probes) answers.push(await answerOf(probe, site));
  site.close();
  return answers;
}

async function answerOf(probe: Probe, site: ChainSite): Promise<string> {
  try {
    await site.reset();
    return await probe.answer(site);
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    stderr.write(`${probe.title}: ${error.message}\n`);
    return 'failed';
  }
}
