import {join} from 'node:path';
import {performance} from 'node:perf_hooks';
import {CommandFailed, measure, processCpuMs} from './measure.ts';
import {peakMemory, peakOf} from './memory.ts';
import {barResultsOf, type ScenarioResult, type Series} from './result.ts';
import type {Contestant, Scenario} from './scenario.ts';

/** What is known of a contestant so far. */
interface Entry {
  readonly contestant: Contestant;
  readonly wallMs: number[];
  readonly cpuMs: number[];
  /** In how many rounds it is timed. */
  rounds: number;
  peakBytes?: number | undefined;
  daemonBytes?: number | undefined;
  wrong?: string;
}

const FEWEST_ROUNDS = 2;

/**
 * Times a scenario in rounds: each round runs every contestant once, and each starts with another one, so that a machine that slows
 * down or speeds up does so for all. The round before the first is not timed; it warms up and looks at the memory. Who fails, or
 * does not do the job, is out. `folder` takes the logs.
 */
export async function measureScenario(scenario: Scenario, folder: string): Promise<ScenarioResult> {
  const {name, title, group, rounds, patienceMs = Number.POSITIVE_INFINITY} = scenario;
  const entries = scenario.contestants.map((contestant): Entry => ({contestant, wallMs: [], cpuMs: [], rounds}));
  const logOf = ({contestant}: Entry): string => join(folder, `${name}.${contestant.name}.log`);
  for (const entry of entries) {
    const unproven = entry.contestant.proof?.() ?? '';
    if (unproven !== '') entry.wrong = unproven;
    if (entry.contestant.settles) {
      await attempt(entry, async ({commands}) => {
        await measure(commands, logOf(entry));
      });
    }
    await prepared(entry, async ({commands}) => {
      const begin = performance.now();
      entry.peakBytes = await peakMemory(commands, logOf(entry));
      const fitting = Math.floor(patienceMs / (performance.now() - begin));
      entry.rounds = Math.min(rounds, Math.max(fitting, FEWEST_ROUNDS));
    });
  }
  for (let round = 0; round < rounds; round++) {
    for (const entry of rotated(entries, round)) {
      if (round < entry.rounds) await prepared(entry, (contestant) => timed(entry, contestant, logOf(entry)));
    }
  }
  const series = entries.map(seriesOf);
  return {name, title, ...(group === undefined ? {} : {group}), series, bars: barResultsOf(scenario, series)};
}

async function timed(entry: Entry, {commands, daemonPid}: Contestant, log: string): Promise<void> {
  const daemon = daemonPid?.();
  const before = daemon === undefined ? undefined : processCpuMs(daemon);
  const {wallMs, cpuMs} = await measure(commands, log);
  const after = daemon === undefined ? undefined : processCpuMs(daemon);
  entry.wallMs.push(wallMs);
  if (cpuMs !== undefined) entry.cpuMs.push(cpuMs + (after ?? 0) - (before ?? 0));
}

async function prepared(entry: Entry, run: (contestant: Contestant) => Promise<void>): Promise<void> {
  if (entry.wrong === undefined) entry.contestant.prepare?.();
  await attempt(entry, run);
}

async function attempt(entry: Entry, run: (contestant: Contestant) => Promise<void>): Promise<void> {
  if (entry.wrong !== undefined) return;
  const {contestant} = entry;
  try {
    await run(contestant);
    const wrong = contestant.wrong?.() ?? '';
    if (wrong !== '') entry.wrong = wrong;
    const daemon = contestant.daemonPid?.();
    if (daemon !== undefined) entry.daemonBytes = peakOf(daemon);
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    entry.wrong = error.message;
  }
}

function rotated<Value>(values: readonly Value[], by: number): readonly Value[] {
  const start = by % Math.max(values.length, 1);
  return [...values.slice(start), ...values.slice(0, start)];
}

function seriesOf({contestant, wallMs, cpuMs, peakBytes, daemonBytes, wrong}: Entry): Series {
  const rounded = (values: readonly number[]) => values.map((value) => Math.round(value * 100) / 100);
  const written = wrong === undefined ? contestant.written?.() : undefined;
  return {
    contestant: contestant.name,
    title: contestant.title,
    wallMs: rounded(wallMs),
    cpuMs: rounded(cpuMs),
    ...(peakBytes === undefined ? {} : {peakBytes}),
    ...(daemonBytes === undefined ? {} : {daemonBytes}),
    ...(written === undefined ? {} : {written}),
    ...(wrong === undefined ? {} : {wrong}),
  };
}
