import {execFileSync, spawnSync} from 'node:child_process';
import {appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {type Place, pacelineRun} from '../floors.ts';
import {setAside} from '../outputs.ts';
import {JOBS} from '../runner.ts';
import type {Contestant, Scenario} from '../scenario.ts';
import {projectAt, type Surroundings} from './place.ts';

const BYTES = 100_000;

/**
 * The whole program, from its start to its end, with nothing taken off: one cached task `true` whose inputs it has never seen, so that
 * it has to read and hash each of them. Against it, `sha256sum` over the same files on as many processors. All files are in the page
 * cache for both.
 */
export function hashing(surroundings: Surroundings): Scenario {
  const files = surroundings.quick ? 100 : 1000;
  const megabytes = (files * BYTES) / 1e6;
  const many = hashingRun(surroundings, files);
  const sums = `find data -type f -print0 | xargs -0 -n ${Math.ceil(files / 8)} -P ${JOBS} sha256sum > /dev/null`;
  return {
    name: 'hashing',
    title: `Hashing ${files} inputs, ${megabytes} MB, never seen before`,
    rounds: surroundings.rounds ?? 10,
    contestants: [
      {...many.contestant, name: 'paceline', title: 'paceline, start and end included'},
      {
        name: 'sha256sum',
        title: `sha256sum, ${JOBS} at a time`,
        commands: [{...many.place, program: 'sh', args: ['-c', sums]}],
      },
      {...hashingRun(surroundings, 1).contestant, name: 'one', title: 'paceline, 1 input'},
    ],
    // at least 0.8 of its throughput
    bars: [{kind: 'ratio', contestant: 'paceline', against: 'sha256sum', limit: 1 / 0.8}],
  };
}

function hashingRun(surroundings: Surroundings, files: number): {place: Place; contestant: Omit<Contestant, 'name'>} {
  const name = `hashing-${files}`;
  const place = hashingProject(surroundings, name, 'true');
  for (let file = 0; file < files; file++) {
    const folder = join(place.cwd, `data/d${file % 10}`);
    mkdirSync(folder, {recursive: true});
    writeFileSync(join(folder, `f${file}`), Buffer.alloc(BYTES, `input ${file}\n`));
  }
  const aside = join(surroundings.folder, `${name}.aside`);
  const contestant = {
    title: name,
    commands: pacelineRun(place, 'run', 'noop').commands,
    proof: () => unhashed(surroundings, `${name}-proof`),
    prepare: () => setAside(place.cwd, ['.paceline', `../${name}.store`], aside),
  };
  return {place, contestant};
}

function hashingProject(surroundings: Surroundings, name: string, line: string): Place {
  const toml = `[project]\nname = "hashing"\n\n[lifecycle.noop]\ncommand = ${JSON.stringify(line)}\ninputs = ["data/**"]\noutputs = []\ncache = true\n`;
  const place = projectAt(surroundings, name, {'make.toml': toml, '.gitignore': '.paceline\n'});
  // a repository of its own, whose index holds nothing that could spare the hashing
  execFileSync('git', ['init', '-q'], {cwd: place.cwd});
  return {...place, env: {...place.env, PACELINE_CACHE_DIR: join(surroundings.folder, `${name}.store`)}};
}

/** What shows that inputs are not looked at: a run with equal contents must not run the task, one with other contents must. */
function unhashed(surroundings: Surroundings, name: string): string {
  const traces = join(surroundings.folder, `${name}.traces`);
  const place = hashingProject(surroundings, name, `echo ran >> '${traces}'`);
  const input = join(place.cwd, 'data/f');
  mkdirSync(join(place.cwd, 'data'), {recursive: true});
  writeFileSync(input, 'one\n');
  const runs = (): number => {
    for (const {program, args, cwd, env} of pacelineRun(place, 'run', 'noop').commands)
      spawnSync(program, args, {cwd, env, stdio: 'ignore'});
    return existsSync(traces) ? readFileSync(traces, 'utf8').split('\n').length - 1 : 0;
  };
  const first = runs();
  const second = runs();
  appendFileSync(input, 'two\n');
  const third = runs();
  rmSync(traces, {force: true});
  return `${first} ${second} ${third}` === '1 1 2' ? '' : `ran ${first}, ${second}, ${third} times, not 1, 1, 2`;
}
