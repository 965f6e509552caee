import {spawnSync} from 'node:child_process';
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {stderr} from 'node:process';
import {cleanEnvironment} from './environment.ts';
import type {Command} from './measure.ts';
import type {Ask, Runner} from './runner.ts';
import {type Workload, writeWorkload} from './workload.ts';

/** A runner with a copy of the workload that only it works in. */
export interface Site {
  readonly runner: Runner;
  readonly folder: string;
  /** Takes what is moved out of the copy. */
  readonly aside: string;
  readonly env: Readonly<Record<string, string>>;
}

export function makeSite(runner: Runner, workload: Workload, parent: string): Site {
  const folder = join(parent, runner.name, 'workload');
  mkdirSync(folder, {recursive: true});
  writeWorkload(folder, workload, runner.setup(workload));
  return {
    runner,
    folder,
    aside: join(parent, runner.name, 'aside'),
    env: cleanEnvironment(join(parent, runner.name, 'home')),
  };
}

export function commandAt({runner, folder, env}: Site, ask: Ask): Command {
  const [program, ...args] = runner.command(ask);
  return {program, args, cwd: folder, env: {...env, ...runner.env(ask, folder)}};
}

/** Ends what the runner left running, and says so when it does not end. */
export function stopDaemon({runner, folder, env}: Site): void {
  const {daemon} = runner;
  if (daemon?.pid(folder) === undefined) return;
  const [program, ...args] = daemon.stop;
  const own = runner.env({task: 'build', cache: 'on', output: 'little'}, folder);
  spawnSync(program, args, {cwd: folder, env: {...env, ...own}, stdio: 'ignore'});
  if (daemon.pid(folder) !== undefined) stderr.write(`the daemon of ${runner.title} still runs\n`);
}
