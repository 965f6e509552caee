import type {Comparison} from '../insight/compare.ts';
import type {RunReport} from '../insight/report.ts';
import type {NodeId} from '../plan/plan.ts';
import type {RunId} from '../record/events.ts';
import type {StoredProfile} from '../record/profile.ts';
import type {Run, TaskRecord} from '../record/run.ts';
import {reportData} from './report-json.ts';

/** What the page finds in itself as JSON. */
export interface PageData {
  readonly report: ReportJson;
  /** With what was before. */
  readonly comparison?: ComparisonJson;
  /** The end of the output of tasks, by their names; of those that matter most. */
  readonly logs: Readonly<Record<string, string>>;
  /** Of tasks of the run that were ever profiled. */
  readonly profiles: readonly StoredProfile[];
}

type ReportJson = Omit<RunReport, 'criticalPath' | 'history'> & {
  readonly criticalPath: Omit<RunReport['criticalPath'], 'slack'> & {readonly slack: Readonly<Record<string, number>>};
  readonly history: Readonly<Record<string, readonly number[]>>;
};

type ComparisonJson = Omit<Comparison, 'before' | 'after'> & {
  readonly before: readonly RunId[];
  readonly after: readonly RunId[];
};

export interface PageParts {
  readonly comparison?: Comparison | undefined;
  /** The end of a task's output, '' when it is gone. */
  readonly logOf: (task: TaskRecord) => string;
  readonly profileOf: (task: NodeId) => StoredProfile | undefined;
}

/** Where the built page (web/report.html) wants its data. */
const PLACE = '"__REPORT_DATA__"';

/** The report as one file that a browser shows without loading anything else. @param template the built page */
export function htmlReport(template: string, report: RunReport, {comparison, logOf, profileOf}: PageParts): string {
  const [before, after, ...more] = template.split(PLACE);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`the page has not one place for its data: ${PLACE}`);
  const data: PageData = {
    report: reportData(report) as ReportJson,
    ...(comparison !== undefined && {comparison: comparisonData(comparison)}),
    logs: logsOf(report.run, logOf),
    profiles: report.run.tasks.flatMap(({task}) => profileOf(task) ?? []).slice(0, MOST_PROFILES),
  };
  return before + scriptData(data) + after;
}

/** JSON that nothing in it can break out of: the only letter that means something in a script element of HTML is `<`. */
function scriptData(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

function comparisonData(comparison: Comparison): ComparisonJson {
  const ids = (runs: readonly Run[]): readonly RunId[] => runs.map(({id}) => id);
  return {...comparison, before: ids(comparison.before), after: ids(comparison.after)};
}

const MOST_PROFILES = 20;

/** Tasks whose output is in the page: what failed, and then the longest. */
const MOST_LOGS = 200;
/** Letters of each. */
const LOG_TAIL = 4096;

function logsOf(run: Run, logOf: PageParts['logOf']): PageData['logs'] {
  const hasFailed = ({status}: TaskRecord): number => Number(status === 'failed') * 2 + Number(status === 'tolerated');
  const spent = ({start, finish}: TaskRecord): number => (start === undefined ? 0 : finish - start);
  const chosen = run.tasks
    .filter(({log}) => log !== undefined && log.end > log.start)
    .sort((one, other) => hasFailed(other) - hasFailed(one) || spent(other) - spent(one))
    .slice(0, MOST_LOGS);
  const logs: [NodeId, string][] = [];
  for (const record of chosen) {
    const text = tailOf(logOf(record));
    if (text !== '') logs.push([record.task, text]);
  }
  return Object.fromEntries(logs);
}

/** Whole lines, where there are any. */
function tailOf(text: string): string {
  if (text.length <= LOG_TAIL) return text;
  const tail = text.slice(-LOG_TAIL);
  const end = tail.indexOf('\n');
  return end < 0 || end === tail.length - 1 ? tail : tail.slice(end + 1);
}
