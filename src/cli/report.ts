import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {PacelineError} from '../base/error.ts';
import {type Budget, NO_BUDGET} from '../insight/budget.ts';
import {type Comparison, compare} from '../insight/compare.ts';
import {type RunReport, reportOf} from '../insight/report.ts';
import type {NodeId} from '../plan/plan.ts';
import {loadProject} from '../project/load.ts';
import type {StoredProfile} from '../record/profile.ts';
import {readProfile} from '../record/profile-files.ts';
import {readLog} from '../record/read-log.ts';
import type {TaskRecord} from '../record/run.ts';
import {stateFolder} from '../record/state-folder.ts';
import {printComparison} from '../ui/comparison.ts';
import {printReport} from '../ui/report.ts';
import {type Screen, screenOf} from '../ui/style.ts';
import {budgetOf} from './budget.ts';
import {type HistoryOptions, rootOf, runsBefore, runsNamed, withHistoryFor} from './stored-runs.ts';

type Format = 'text' | 'html' | 'md' | 'json' | 'junit' | 'trace' | 'csv';

interface ReportOptions extends HistoryOptions {
  readonly format: Format;
  readonly out?: string;
  /** Compare with this one. */
  readonly against?: string;
}

/** `paceline report [run...]`: what there is to say of a run; of several, the newest, with the others before it. */
export async function report(words: readonly string[], options: ReportOptions): Promise<number> {
  const names = words.length === 0 ? ['last'] : words;
  const against = options.against === undefined ? [] : [options.against];
  return withHistoryFor([...names, ...against], options, async (store, folder) => {
    const runs = await runsNamed(names, store, options);
    const [run, ...others] = runs;
    if (run === undefined) return 0;
    const earlier = others.length > 0 ? others : runsBefore(store, run);
    const made = reportOf(run, earlier, budgetNow(rootOf(options)));
    const before = await runsNamed(against, store, options);
    const comparison = before.length === 0 ? undefined : compare(before, [run], earlier);
    // logs of a run that came in a file are elsewhere
    const logs = store?.get(run.id) === undefined ? undefined : join(folder.logs, run.id);
    if (options.format === 'text' && options.out === undefined) {
      printText(screenOf(process.stdout, process.env), made, comparison);
      return 0;
    }
    const text = await textOf(options.format, made, {logs, comparison, runs});
    if (options.out === undefined) process.stdout.write(text);
    else {
      write(options.out, text);
      process.stderr.write(`${options.out} written.\n`);
    }
    return 0;
  });
}

interface Around {
  /** Of the run; undefined when they are not here. */
  readonly logs: string | undefined;
  readonly comparison: Comparison | undefined;
  readonly runs: readonly RunReport['run'][];
}

async function textOf(format: Format, made: RunReport, {logs, comparison, runs}: Around): Promise<string> {
  const logOf = (task: TaskRecord): string => logText(logs, task);
  const profileOf = (task: NodeId): StoredProfile | undefined => readProfile(stateFolder(made.run.root), task);
  switch (format) {
    case 'html':
      return (await import('../export/html.ts')).htmlReport(reportPage(), made, {comparison, logOf, profileOf});
    case 'md':
      return (await import('../export/markdown.ts')).markdownReport(made, comparison);
    case 'json':
      return (await import('../export/report-json.ts')).jsonReport(made);
    case 'junit':
      return (await import('../export/junit.ts')).junitReport(made.run, logOf);
    case 'trace':
      return (await import('../export/trace.ts')).traceReport(made.run);
    case 'csv':
      return (await import('../export/csv.ts')).csvReport(runs);
    case 'text': {
      let text = '';
      const write = (part: string): void => {
        text += part;
      };
      printText({write, colour: false, live: false, columns: () => 120, rows: () => 100}, made, comparison);
      return text;
    }
    default:
      return format satisfies never;
  }
}

/** The page that scripts/build-web.ts made of web/. */
function reportPage(): string {
  const path = import.meta.url.endsWith('.ts') ? '../../dist/report.html' : '../report.html';
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}

function printText(screen: Screen, made: RunReport, comparison: Comparison | undefined): void {
  printReport(screen, made);
  if (comparison === undefined) return;
  screen.write('\n');
  printComparison(screen, comparison);
}

/** The end of a task's output; '' when the log is gone. */
function logText(logs: string | undefined, {log}: TaskRecord): string {
  if (log === undefined || logs === undefined) return '';
  try {
    return readLog(logs, log, LOG_TAIL).toString('utf8');
  } catch {
    return '';
  }
}

/** Bytes. */
const LOG_TAIL = 8192;

/** Limits are those of today's config: a report of an old run answers whether it would do now. */
function budgetNow(root: string): Budget {
  try {
    return budgetOf(loadProject(root, {env: process.env}));
  } catch {
    // a report does not need the project, which may be gone or broken
    return NO_BUDGET;
  }
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new PacelineError('E_REPORT_WRITE', `${path} cannot be written: ${(error as Error).message}.`, {
      hint: 'Name a file in a folder that exists and that you may write to.',
      cause: error,
    });
  }
}
