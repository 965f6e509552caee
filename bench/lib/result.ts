import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import type {Machine} from './environment.ts';
import {benchFolder} from './installed.ts';
import type {Bar, Group, Scenario, Sizes} from './scenario.ts';
import {differenceOf, type Point, ratioOf, slopeOf, spreadOf} from './statistics.ts';

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
  /** In how many packages its last run wrote outputs. */
  readonly written?: number;
  /** Why its numbers must not be used: a failed command, or outputs that are not those of the sources. */
  readonly wrong?: string;
}

export interface ScenarioResult {
  readonly name: string;
  readonly title: string;
  readonly group?: Group;
  readonly series: readonly Series[];
  readonly bars: readonly BarResult[];
}

export type BarResult = Bar & {
  /** A ratio, ms, or bytes. */
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
  readonly settings: Readonly<Record<string, number | string>>;
  readonly scenarios: readonly ScenarioResult[];
}

const fileOf = (name: string): string => join(benchFolder, 'results', `${name}.json`);

export function saveResult(result: {readonly name: string}): void {
  mkdirSync(dirname(fileOf(result.name)), {recursive: true});
  writeFileSync(fileOf(result.name), `${JSON.stringify(result, null, 1)}\n`);
}

/** Undefined when that was never measured. */
export function keptResult(name: string): BenchResult | undefined {
  return existsSync(fileOf(name)) ? JSON.parse(readFileSync(fileOf(name), 'utf8')) : undefined;
}

/** The bars whose contestants were all measured. */
export function barResultsOf({bars}: Scenario, series: readonly Series[]): readonly BarResult[] {
  return bars.flatMap((bar) => {
    const measured = measuredFor(bar, (contestant) =>
      series.find((one) => one.contestant === contestant && one.wrong === undefined),
    );
    return measured === undefined ? [] : [{...bar, measured, met: measured <= bar.limit}];
  });
}

function measuredFor(bar: Bar, seriesOf: (contestant: string) => Series | undefined): number | undefined {
  if (bar.kind === 'growth') return growthOf(bar.sizes, seriesOf);
  const own = seriesOf(bar.contestant);
  if (own === undefined || bar.kind === 'memory') return own?.peakBytes;
  if (bar.kind === 'time') return spreadOf(own.wallMs).median;
  const other = seriesOf(bar.against);
  if (other === undefined) return undefined;
  return bar.kind === 'ratio' ? ratioOf(own.wallMs, other.wallMs) : differenceOf(own.wallMs, other.wallMs);
}

function growthOf(sizes: Sizes, seriesOf: (contestant: string) => Series | undefined): number | undefined {
  const points = sizes.flatMap(({contestant, files}): Point[] => {
    const wallMs = seriesOf(contestant)?.wallMs;
    return wallMs === undefined ? [] : [{x: files, y: spreadOf(wallMs).median}];
  });
  const [small, middle, large] = points;
  if (small === undefined || middle === undefined || large === undefined) return undefined;
  return slopeOf(middle, large) / slopeOf(small, middle);
}
