import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Machine} from './environment.ts';
import {benchFolder} from './installed.ts';
import type {Bar, Scenario} from './scenario.ts';
import {differenceOf, ratioOf, spreadOf} from './statistics.ts';

/** What one contestant's runs cost; the lists have one value a round. */
export interface Series {
  readonly contestant: string;
  readonly title: string;
  readonly wallMs: readonly number[];
  /** Empty where the system does not tell. A daemon's share is in it. */
  readonly cpuMs: readonly number[];
  /** Peak resident size of its largest process, in a run of its own. */
  readonly peakBytes?: number;
  /** Peak resident size of the process that it leaves behind. */
  readonly daemonBytes?: number;
  /** Why its numbers must not be used: a failed command, or outputs that are not those of the sources. */
  readonly wrong?: string;
}

export interface ScenarioResult {
  readonly name: string;
  readonly title: string;
  readonly series: readonly Series[];
  readonly bars: readonly BarResult[];
}

export type BarResult = Bar & {
  /** A ratio, or ms. */
  readonly measured: number;
  readonly met: boolean;
};

/** The content of bench/results/NAME.json. */
export interface BenchResult {
  readonly name: string;
  /** ISO 8601. */
  readonly date: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  /** Contestants that this machine does not have. */
  readonly missing: readonly string[];
  readonly settings: Readonly<Record<string, number>>;
  readonly scenarios: readonly ScenarioResult[];
}

export function saveResult(result: BenchResult): void {
  const folder = join(benchFolder, 'results');
  mkdirSync(folder, {recursive: true});
  writeFileSync(join(folder, `${result.name}.json`), `${JSON.stringify(result, null, 1)}\n`);
}

/** The bars whose contestants were all measured. */
export function barResultsOf({bars}: Scenario, series: readonly Series[]): readonly BarResult[] {
  const wallOf = (contestant: string) =>
    series.find((one) => one.contestant === contestant && one.wrong === undefined)?.wallMs;
  return bars.flatMap((bar) => {
    const own = wallOf(bar.contestant);
    const other = bar.kind === 'time' ? own : wallOf(bar.against);
    if (own === undefined || other === undefined) return [];
    const measured =
      bar.kind === 'time'
        ? spreadOf(own).median
        : bar.kind === 'ratio'
          ? ratioOf(own, other)
          : differenceOf(own, other);
    return [{...bar, measured, met: measured <= bar.limit}];
  });
}
