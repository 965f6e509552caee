import type {Machine} from './environment.ts';
import type {BarResult, BenchResult, ScenarioResult, Series} from './result.ts';
import {ratioOf, spreadOf} from './statistics.ts';

/** A result as Markdown: one table a group or scenario, then where the numbers come from. */
export function tablesOf(result: BenchResult): string {
  const groups = Map.groupBy(result.scenarios, ({group, title}) => group?.title ?? title);
  const tables = [...groups.values()].map((scenarios) =>
    scenarios[0]?.group === undefined ? scenarios.map(tableOf).join('\n\n') : groupTableOf(scenarios),
  );
  return [...tables, originOf(result)].join('\n\n');
}

/** A column for each scenario, a row for each contestant: the time, then the memory. */
function groupTableOf(scenarios: readonly ScenarioResult[]): string {
  const titles = [...new Set(scenarios.flatMap(({series}) => series.map(({title}) => title)))];
  const columns = scenarios.map(({group, title}) => group?.column ?? title);
  const rowsOf = (cellOf: (series: Series) => string) =>
    titles.map((title) => [
      title,
      ...scenarios.map(({series}) => {
        const own = series.find((one) => one.title === title);
        return own === undefined ? '' : cellOf(own);
      }),
    ]);
  const [group] = scenarios.flatMap((scenario) => scenario.group ?? []);
  const verdicts = scenarios.flatMap(({bars, series}, index) =>
    bars.map((bar) => `- ${columns[index]}: ${barText(bar, series)}`),
  );
  return [
    linesOf([[group?.title ?? '', ...columns], ...rowsOf(timeCellOf)]),
    linesOf([['Largest process', ...columns], ...rowsOf(memoryOf)]),
    ...(group?.notes ?? []),
    ...(verdicts.length > 0 ? [verdicts.join('\n')] : []),
  ].join('\n\n');
}

function timeCellOf(series: Series): string {
  if (!isTimed(series)) return 'wrong';
  return series.written === undefined ? wallOf(series) : `${wallOf(series)}, ${series.written} written`;
}

const isTimed = ({wrong, wallMs}: Series): boolean => wrong === undefined && wallMs.length > 0;

/** The first row is the head; numbers stand on the right. */
export function linesOf([head = [], ...rows]: readonly (readonly string[])[]): string {
  const rule = head.map((_, column) => (column === 0 ? '---' : '--:'));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The first series is the one that the others are compared with. */
export function tableOf({title, series, bars}: ScenarioResult): string {
  const [own] = series;
  const rows = series.map((one) => {
    if (!isTimed(one)) return [one.title, `wrong: ${firstLine(one.wrong ?? 'not run')}`, '', '', ''];
    const ratio =
      own === undefined || one === own || own.wrong !== undefined ? '' : `${digits(ratioOf(own.wallMs, one.wallMs))} x`;
    return [one.title, timeCellOf(one), cpuOf(one), memoryOf(one), ratio];
  });
  const head = [title, 'wall (min - max)', 'CPU', 'largest process', `${own?.title ?? 'first'} takes`];
  const verdicts = bars.map((bar) => `- ${barText(bar, series)}`);
  return [linesOf([head, ...rows]), ...(verdicts.length > 0 ? ['', ...verdicts] : [])].join('\n');
}

function barText(bar: BarResult, series: readonly Series[]): string {
  const titleOf = (contestant: string) => series.find((one) => one.contestant === contestant)?.title ?? contestant;
  const verdict = bar.met ? 'met' : '**not met**';
  const compared = (what: string, measured: string, limit: string) => `${what}: ${measured}, bar ${limit}: ${verdict}`;
  if (bar.kind === 'growth') {
    const what = `Each file above ${bar.sizes[1].files} / each file up to ${bar.sizes[1].files}`;
    return compared(what, digits(bar.measured), String(bar.limit));
  }
  const own = titleOf(bar.contestant);
  switch (bar.kind) {
    case 'time':
      return compared(own, duration(bar.measured), duration(bar.limit));
    case 'memory':
      return compared(own, megabytes(bar.measured), megabytes(bar.limit));
    case 'extra':
      return compared(`${own} - (${titleOf(bar.against)})`, duration(bar.measured), duration(bar.limit));
    case 'ratio': {
      const aim = bar.aim === undefined ? '' : ` (aim ${bar.aim})`;
      return compared(`${own} / ${titleOf(bar.against)}`, digits(bar.measured), `${bar.limit}${aim}`);
    }
  }
}

/** Of 10^6 bytes, as limits are given. */
const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

function wallOf({wallMs}: Series): string {
  const {median, min, max} = spreadOf(wallMs);
  return `${duration(median)} (${duration(min)} - ${duration(max)})`;
}

function cpuOf({cpuMs}: Series): string {
  return cpuMs.length === 0 ? '' : duration(spreadOf(cpuMs).median);
}

function memoryOf({peakBytes, daemonBytes}: Series): string {
  const mebibytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`;
  const daemon = daemonBytes === undefined ? '' : ` + daemon ${mebibytes(daemonBytes)}`;
  return peakBytes === undefined ? '' : mebibytes(peakBytes) + daemon;
}

function originOf({date, machine, versions, missing, settings, scenarios}: BenchResult): string {
  const list = (record: Readonly<Record<string, string | number>>) =>
    Object.entries(record)
      .map(([key, value]) => `${key} ${value}`)
      .join(', ');
  const rounds = [...new Set(scenarios.flatMap(({series}) => series.map(({wallMs}) => wallMs.length)))].filter(
    (count) => count > 0,
  );
  return [
    measuredOn(date, machine),
    `Medians of ${rounds.sort((left, right) => left - right).join(' or ')} interleaved rounds; ${list(settings)}; ${list(versions)}.`,
    ...(missing.length > 0 ? [`Not on this machine, so not measured: ${missing.join(', ')}.`] : []),
  ].join(' ');
}

/** When and where, as a sentence. `date`: ISO 8601. */
export function measuredOn(date: string, {processor, cores, memoryBytes, system, node}: Machine): string {
  const gigabytes = Math.round(memoryBytes / 1024 ** 3);
  return `Measured ${date.slice(0, 10)}: ${processor}, ${cores} cores, ${gigabytes} GiB, ${system}, Node ${node}.`;
}

const firstLine = (text: string): string => text.split('\n')[0] ?? '';

function digits(value: number): string {
  return value.toFixed(value < 0.1 ? 3 : 2);
}

function duration(ms: number): string {
  if (Math.abs(ms) >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return `${ms.toFixed(Math.abs(ms) < 10 ? 1 : 0)} ms`;
}
