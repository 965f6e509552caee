import type {BarResult, BenchResult, ScenarioResult, Series} from './result.ts';
import {ratioOf, spreadOf} from './statistics.ts';

/** A result as Markdown: one table a scenario, then where the numbers come from. */
export function tablesOf(result: BenchResult): string {
  return [...result.scenarios.map(tableOf), originOf(result)].join('\n\n');
}

/** The first series is the one that the others are compared with. */
export function tableOf({title, series, bars}: ScenarioResult): string {
  const [own] = series;
  const rows = series.map((one) => {
    if (one.wrong !== undefined || one.wallMs.length === 0)
      return [one.title, `wrong: ${firstLine(one.wrong ?? 'not run')}`, '', '', ''];
    const ratio =
      own === undefined || one === own || own.wrong !== undefined ? '' : `${digits(ratioOf(own.wallMs, one.wallMs))} x`;
    return [one.title, wallOf(one), cpuOf(one), memoryOf(one), ratio];
  });
  const head = [title, 'wall (min - max)', 'CPU', 'largest process', `${own?.title ?? 'first'} takes`];
  const lines = [head, head.map((_, column) => (column === 0 ? '---' : '--:')), ...rows].map(
    (cells) => `| ${cells.join(' | ')} |`,
  );
  return [...lines, ...(bars.length > 0 ? ['', ...bars.map((bar) => `- ${barText(bar, series)}`)] : [])].join('\n');
}

function barText(bar: BarResult, series: readonly Series[]): string {
  const titleOf = (contestant: string) => series.find((one) => one.contestant === contestant)?.title ?? contestant;
  const own = titleOf(bar.contestant);
  const verdict = bar.met ? 'met' : '**not met**';
  if (bar.kind === 'time') return `${own}: ${duration(bar.measured)}, bar ${duration(bar.limit)}: ${verdict}`;
  const other = titleOf(bar.against);
  return bar.kind === 'ratio'
    ? `${own} / ${other}: ${digits(bar.measured)}, bar ${bar.limit}: ${verdict}`
    : `${own} - (${other}): ${duration(bar.measured)}, bar ${duration(bar.limit)}: ${verdict}`;
}

function wallOf({wallMs}: Series): string {
  const {median, min, max} = spreadOf(wallMs);
  return `${duration(median)} (${duration(min)} - ${duration(max)})`;
}

function cpuOf({cpuMs}: Series): string {
  return cpuMs.length === 0 ? '' : duration(spreadOf(cpuMs).median);
}

function memoryOf({peakBytes, daemonBytes}: Series): string {
  const megabytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`;
  const daemon = daemonBytes === undefined ? '' : ` + daemon ${megabytes(daemonBytes)}`;
  return peakBytes === undefined ? '' : megabytes(peakBytes) + daemon;
}

function originOf({date, machine, versions, missing, settings, scenarios}: BenchResult): string {
  const list = (record: Readonly<Record<string, string | number>>) =>
    Object.entries(record)
      .map(([key, value]) => `${key} ${value}`)
      .join(', ');
  const rounds = [...new Set(scenarios.flatMap(({series}) => series.map(({wallMs}) => wallMs.length)))].filter(
    (count) => count > 0,
  );
  const gigabytes = Math.round(machine.memoryBytes / 1024 ** 3);
  return [
    `Measured ${date.slice(0, 10)}: ${machine.processor}, ${machine.cores} cores, ${gigabytes} GiB, ${machine.system}, Node ${machine.node}.`,
    `Medians of ${rounds.sort((left, right) => left - right).join(' or ')} interleaved rounds; ${list(settings)}; ${list(versions)}.`,
    ...(missing.length > 0 ? [`Not on this machine, so not measured: ${missing.join(', ')}.`] : []),
  ].join(' ');
}

const firstLine = (text: string): string => text.split('\n')[0] ?? '';

function digits(value: number): string {
  return value.toFixed(value < 0.1 ? 3 : 2);
}

function duration(ms: number): string {
  if (Math.abs(ms) >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return `${ms.toFixed(Math.abs(ms) < 10 ? 1 : 0)} ms`;
}
