import {join} from 'node:path';
import {CommandFailed, measure, processCpuMs} from './measure.ts';
import {peakMemory, peakOf} from './memory.ts';
import {barResultsOf, type ScenarioResult, type Series} from './result.ts';
import type {Contestant, Scenario} from './scenario.ts';

/** What is known of a contestant so far. */
interface Entry {
  readonly contestant: Contestant;
  readonly wallMs: number[];
  readonly cpuMs: number[];
  peakBytes?: number | undefined;
  daemonBytes?: number | undefined;
  wrong?: string;
}

/**
 * Times a scenario in rounds: each round runs every contestant once, and each starts with another one, so that a machine that slows
 * down or speeds up does so for all. The round before the first is not timed; it warms up and looks at the memory. Who fails, or
 * does not do the job, is out. `folder` takes the logs.
 */
export async function measureScenario(scenario: Scenario, folder: string): Promise<ScenarioResult> {
  const entries: readonly Entry[] = scenario.contestants.map((contestant) => ({contestant, wallMs: [], cpuMs: []}));
  const logOf = ({contestant}: Entry): string => join(folder, `${scenario.name}.${contestant.name}.log`);
  for (const entry of entries) {
    const unproven = entry.contestant.proof?.() ?? '';
    if (unproven !== '') entry.wrong = unproven;
    await attempt(entry, async ({commands}) => {
      entry.peakBytes = await peakMemory(commands, logOf(entry));
    });
  }
  for (let round = 0; round < scenario.rounds; round++) {
    for (const entry of rotated(entries, round)) {
      await attempt(entry, async ({commands, daemonPid}) => {
        const daemon = daemonPid?.();
        const before = daemon === undefined ? undefined : processCpuMs(daemon);
        const {wallMs, cpuMs} = await measure(commands, logOf(entry));
        const after = daemon === undefined ? undefined : processCpuMs(daemon);
        entry.wallMs.push(wallMs);
        if (cpuMs !== undefined) entry.cpuMs.push(cpuMs + (after ?? 0) - (before ?? 0));
      });
    }
  }
  const series = entries.map(seriesOf);
  return {name: scenario.name, title: scenario.title, series, bars: barResultsOf(scenario, series)};
}

async function attempt(entry: Entry, run: (contestant: Contestant) => Promise<void>): Promise<void> {
  if (entry.wrong !== undefined) return;
  const {contestant} = entry;
  contestant.prepare?.();
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
  return {
    contestant: contestant.name,
    title: contestant.title,
    wallMs: rounded(wallMs),
    cpuMs: rounded(cpuMs),
    ...(peakBytes === undefined ? {} : {peakBytes}),
    ...(daemonBytes === undefined ? {} : {daemonBytes}),
    ...(wrong === undefined ? {} : {wrong}),
  };
}
