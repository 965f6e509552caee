import {execFileSync} from 'node:child_process';
import {cpSync, mkdirSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import {join} from 'node:path';
import {execPath} from 'node:process';
import type {Run} from '../../../src/record/run.ts';
import {readRun} from '../../../src/record/run-file.ts';
import {type Cost, machineCpuMs, measure} from '../measure.ts';
import {pacelineProgram} from '../runners/paceline.ts';
import {type Pipeline, type Plan, runWords, writeConfig} from './pipeline.ts';

/** A run as it was recorded, and what the machine did meanwhile. */
export interface Measured {
  readonly run: Run;
  /** How long it took for whoever waited for its process. */
  readonly processMs: number;
  /** Part of the time of all processors that went to others; undefined where the system does not tell. */
  readonly othersShare: number | undefined;
}

/** A project in a folder, with its history. */
export class Site {
  readonly folder: string;
  readonly #env: Readonly<Record<string, string>>;
  #plan: Plan;

  private constructor(folder: string, env: Readonly<Record<string, string>>, plan: Plan) {
    this.folder = folder;
    this.#env = env;
    this.#plan = plan;
    writeConfig(folder, plan);
  }

  static of(pipeline: Pipeline, folder: string, env: Readonly<Record<string, string>>): Site {
    mkdirSync(folder, {recursive: true});
    pipeline.write(folder);
    return new Site(folder, env, pipeline.plan);
  }

  /** The same project with the same history, and another plan. */
  changed(folder: string, plan: Plan): Site {
    cpSync(this.folder, folder, {recursive: true, verbatimSymlinks: true});
    return new Site(folder, this.#env, plan);
  }

  /** Throws CommandFailed. */
  async run(plan: Plan = this.#plan): Promise<Measured> {
    const command = {program: execPath, cwd: this.folder, env: this.#environment()};
    const busyBefore = machineCpuMs();
    const cost = await measure([{...command, args: [pacelineProgram, ...runWords(plan)]}], `${this.folder}.log`);
    const busyAfter = machineCpuMs();
    return {run: this.#lastRun(), processMs: cost.wallMs, othersShare: othersShareOf(cost, busyBefore, busyAfter)};
  }

  #lastRun(): Run {
    const text = execFileSync(execPath, [pacelineProgram, 'history', 'show', 'last', '--json'], {
      cwd: this.folder,
      env: this.#environment(),
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
    });
    const {run, problems} = readRun(text, join(this.folder, 'the last run'));
    if (problems.length > 0) throw new Error(problems.join('; '));
    return run;
  }

  #environment(): Readonly<Record<string, string>> {
    return {...this.#env, PACELINE_CACHE_DIR: `${this.folder}.store`};
  }
}

function othersShareOf(
  {wallMs, cpuMs}: Cost,
  before: number | undefined,
  after: number | undefined,
): number | undefined {
  if (cpuMs === undefined || before === undefined || after === undefined) return undefined;
  return Math.max(0, after - before - cpuMs) / (wallMs * availableParallelism());
}
