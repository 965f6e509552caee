import {join} from 'node:path';
import {execPath} from 'node:process';
import {benchFolder} from './installed.ts';
import type {Command} from './measure.ts';
import {JOBS} from './runner.ts';
import {make} from './runners/make.ts';
import {pacelineProgram} from './runners/paceline.ts';
import type {Contestant} from './scenario.ts';

/** Where the commands of a scenario run. */
export type Place = Pick<Command, 'cwd' | 'env'>;

export function pacelineRun(place: Place, ...words: readonly string[]): Contestant {
  return {
    name: 'paceline',
    title: 'paceline',
    commands: [{...place, program: execPath, args: [pacelineProgram, ...words]}],
  };
}

/** Node that does nothing. */
export function emptyNode(place: Place): Command {
  return {...place, program: execPath, args: ['-e', '0']};
}

/** A bare Node loop around `sh -c LINE`. */
export function spawnLoop(place: Place, {count, jobs, line}: {count: number; jobs: number; line: string}): Contestant {
  const program = join(benchFolder, 'floors/spawn-loop.mjs');
  const title = jobs === 1 ? `bare Node, ${count} spawns in a row` : `bare Node, ${count} spawns, ${jobs} at a time`;
  return {
    name: 'spawn-loop',
    title,
    commands: [{...place, program: execPath, args: [program, String(count), String(jobs), line]}],
  };
}

/** `make` on the Makefile of a folder; none where make is missing. */
export function makeAll(place: Place): readonly Contestant[] {
  if (make.version() === undefined) return [];
  return [{name: 'make', title: make.title, commands: [{...place, program: 'make', args: [`-j${JOBS}`]}]}];
}
