import {execFileSync} from 'node:child_process';
import {mkdirSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Wrap} from './executors/host.ts';

/** Samples a second. */
const FREQUENCY = 499;

/** What the profilers of a run have written. */
export interface ProfileFiles {
  /** V8's profiles of Node programs, with the number of their process. */
  readonly v8: readonly {readonly pid: number; readonly text: string}[];
  /** What `perf script` prints for all other programs, a text a command. */
  readonly perf: readonly string[];
  /** Between two samples of perf, ms. */
  readonly sampleMs: number;
}

/** Profilers around the commands of a run: V8's own for Node programs, perf for the others where there is one. */
export class Profiling {
  readonly #folder: string;
  readonly hasPerf: boolean;
  #count = 0;

  /** @param folder that is there for this run alone */
  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, {recursive: true});
    this.hasPerf = canPerf(join(folder, 'probe.data'));
  }

  readonly wrap: Wrap = (line, env) => {
    const own = `--cpu-prof --cpu-prof-dir=${this.#folder}`;
    const options = env.NODE_OPTIONS === undefined || env.NODE_OPTIONS === '' ? own : `${env.NODE_OPTIONS} ${own}`;
    const wrapped = {...env, NODE_OPTIONS: options};
    if (!this.hasPerf) return {line, env: wrapped};
    const data = join(this.#folder, `perf-${++this.#count}.data`);
    const args = ['record', '-q', '-F', String(FREQUENCY), '-g', '-o', data, '--', line.program, ...line.args];
    return {line: {...line, program: 'perf', args}, env: wrapped};
  };

  /** After the run. */
  files(): ProfileFiles {
    const names = readdirSync(this.#folder);
    return {
      v8: names.flatMap((name) => {
        // CPU.<date>.<time>.<pid>.<thread>.<number>.cpuprofile
        const pid = /^CPU\.\d+\.\d+\.(\d+)\..*\.cpuprofile$/.exec(name)?.[1];
        return pid === undefined ? [] : [{pid: Number(pid), text: readFileSync(join(this.#folder, name), 'utf8')}];
      }),
      perf: names.filter((name) => /^perf-\d+\.data$/.test(name)).map((name) => scriptOf(join(this.#folder, name))),
      sampleMs: 1000 / FREQUENCY,
    };
  }
}

/** Whether perf is there, and may be used: containers and hardened kernels refuse it. */
function canPerf(data: string): boolean {
  try {
    execFileSync('perf', ['record', '-q', '-o', data, '--', 'true'], {stdio: 'ignore'});
    return true;
  } catch {
    return false;
  }
}

function scriptOf(data: string): string {
  try {
    return execFileSync('perf', ['script', '-i', data, '-F', 'comm,pid,ip,sym,dso'], {
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    // a command that ended at once has no samples
    return '';
  }
}
