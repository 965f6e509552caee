import {accessSync, constants, mkdtempSync, realpathSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type Found, hunt, type Tally} from './episode.ts';
import {runHere} from './run-here.ts';
import {runProgram} from './run-program.ts';
import {shrunk} from './shrink.ts';

/** What a hunter says when it is done. */
export interface Report {
  readonly tally: Tally;
  readonly found?: Found & {readonly seed: number};
}

const LENGTH = 20;

/** Hunts from one seed on, every `stride`th of them, until so many sequences were right or one was wrong. */
async function report(seed: number, stride: number, sequences: number, how: string | undefined): Promise<Report> {
  const tally: Tally = {sequences: 0, hits: 0, executions: 0, failures: 0};
  for (let at = seed; tally.sequences < sequences; at += stride) {
    const length = Math.min(LENGTH, sequences - tally.sequences);
    const found = await hunt(makeFolder(at), at, length, tally, how === 'program' ? runProgram : runHere);
    if (found !== undefined) return {tally, found: {...(await shrunk(found, () => makeFolder(at))), seed: at}};
  }
  return {tally};
}

/** In memory, where there is such a place; and every third time on a disk, whose times and inodes are others. */
function makeFolder(seed: number): string {
  const base = seed % 3 !== 0 && isWritable('/dev/shm') ? '/dev/shm' : realpathSync(tmpdir());
  return mkdtempSync(join(base, 'paceline-hunt-'));
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

const [seed = '1', stride = '1', sequences = '100', how] = process.argv.slice(2);
process.stdout.write(`${JSON.stringify(await report(Number(seed), Number(stride), Number(sequences), how))}\n`);
