import {execFile} from 'node:child_process';
import {availableParallelism} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {Report} from './hunt/hunter.ts';

const SEED = Number(process.env.SEED ?? 1);
/** Edits, a warm run, and a comparison with a run from scratch. */
const SEQUENCES = Number(process.env.HUNT_SEQUENCES ?? (process.env.CI === undefined ? 200 : 2000));
const PROGRAM_SEQUENCES = 40;
/** Each draws 20 sequences from a seed, and goes on with another one. */
const HUNTERS = Math.min(availableParallelism(), Math.ceil(SEQUENCES / 20));

test(
  `${SEQUENCES} sequences of random edits: every output is what a run from scratch gives`,
  async () => {
    const share = Math.ceil(SEQUENCES / HUNTERS);
    const hunters = Array.from({length: HUNTERS}, (_, at) => hunter(SEED + at, HUNTERS, share));
    const reports = await Promise.all(hunters);
    expect(problemsOf(reports)).toEqual([]);
    const sum = (count: (tally: Report['tally']) => number): number =>
      reports.reduce((total, {tally}) => total + count(tally), 0);
    expect(sum(({sequences}) => sequences)).toBeGreaterThanOrEqual(SEQUENCES);
    // a hunt in which nothing is skipped, or everything, shows nothing
    const [hits, executions] = [sum((tally) => tally.hits), sum((tally) => tally.executions)];
    expect(hits / (hits + executions)).toBeGreaterThan(0.3);
    expect(hits / (hits + executions)).toBeLessThan(0.8);
  },
  SEQUENCES * 1000 + 60_000,
);

test(
  `${PROGRAM_SEQUENCES} of them with the real program`,
  async () => {
    expect(problemsOf([await hunter(SEED, 1, PROGRAM_SEQUENCES, 'program')])).toEqual([]);
  },
  PROGRAM_SEQUENCES * 5000,
);

function hunter(...words: readonly (string | number)[]): Promise<Report> {
  return new Promise((resolve, reject) => {
    const program = join(import.meta.dirname, 'hunt/hunter.ts');
    execFile(process.execPath, [program, ...words.map(String)], {maxBuffer: 1 << 28}, (error, stdout) => {
      if (error === null) resolve(JSON.parse(stdout) as Report);
      else reject(error);
    });
  });
}

/** The shortest way to what was found, a line each. */
function problemsOf(reports: readonly Report[]): readonly string[] {
  return reports.flatMap(({found}) => {
    if (found === undefined) return [];
    const steps = found.steps.map((step) => JSON.stringify(step));
    return [`SEED=${found.seed} HUNT_SEQUENCES=20`, ...steps, ...found.problems];
  });
}
