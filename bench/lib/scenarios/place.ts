import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {type Place, pacelineRun} from '../floors.ts';
import type {Contestant} from '../scenario.ts';
import type {Files} from '../workload.ts';

/** What a scenario is made from. */
export interface Surroundings {
  /** An empty folder for all scenarios. */
  readonly folder: string;
  readonly env: Place['env'];
  /** Timed rounds, instead of the scenario's own number. */
  readonly rounds: number | undefined;
  /** A tenth of the size, to see whether it works. */
  readonly quick: boolean;
}

/** Writes a project and returns it as the place to start commands in. */
export function projectAt({folder, env}: Surroundings, name: string, files: Files): Place {
  const cwd = join(folder, name);
  mkdirSync(cwd, {recursive: true});
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, path)), {recursive: true});
    writeFileSync(join(cwd, path), text);
  }
  return {cwd, env};
}

/** A project whose tasks run one shell line, and how paceline is asked to run them. */
export interface Job {
  readonly name: string;
  /** The project, with this line in its tasks. */
  readonly files: (line: string) => Files;
  readonly line: string;
  readonly words: readonly string[];
  /** How often the line must have run. */
  readonly count: number;
}

/** paceline on a job, proven: in a twin of the project each task leaves a line in a file, and there must be `count` of them. */
export function pacelineOn(surroundings: Surroundings, {name, files, line, words, count}: Job): Contestant {
  const traces = join(surroundings.folder, `${name}.traces`);
  const twin = projectAt(surroundings, `${name}-proof`, files(`echo ran >> '${traces}'`));
  const proof = (): string => {
    for (const {program, args, cwd, env} of pacelineRun(twin, ...words).commands) {
      spawnSync(program, args, {cwd, env, stdio: 'ignore'});
    }
    const ran = existsSync(traces) ? readFileSync(traces, 'utf8').split('\n').length - 1 : 0;
    rmSync(traces, {force: true});
    return ran === count ? '' : `${ran} tasks ran, not ${count}`;
  };
  return {...pacelineRun(projectAt(surroundings, name, files(line)), ...words), proof};
}
