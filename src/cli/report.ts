import {writeFileSync} from 'node:fs';
import {PacelineError} from '../base/error.ts';
import {type Budget, NO_BUDGET} from '../insight/budget.ts';
import {compare} from '../insight/compare.ts';
import {type RunReport, reportOf} from '../insight/report.ts';
import {loadProject} from '../project/load.ts';
import {readLog} from '../record/read-log.ts';
import type {TaskRecord} from '../record/run.ts';
import type {StateFolder} from '../record/state-folder.ts';
import {screenOf} from '../ui/style.ts';
import {budgetOf} from './budget.ts';
import {type HistoryOptions, namedRun, runsBefore, runsNamed, withHistory} from './stored-runs.ts';

type Format = 'text' | 'md' | 'json' | 'junit' | 'trace' | 'csv';

interface ReportOptions extends HistoryOptions {
  readonly format: Format;
  readonly out?: string;
  /** Compare with this one. */
  readonly against?: string;
}

/** `paceline report [run...]`: what there is to say of a run; of several, the newest, with the others before it. */
export async function report(words: readonly string[], options: ReportOptions): Promise<number> {
  return withHistory(options, async (store, folder) => {
    const runs = await runsNamed(words.length === 0 ? ['last'] : words, () => store, warn);
    const [run, ...others] = runs;
    if (run === undefined)
      throw new PacelineError('E_UNKNOWN_RUN', 'There is no run yet.', {hint: 'Run something: paceline run build.'});
    const earlier = others.length > 0 ? others : runsBefore(store, run);
    const made = reportOf(run, earlier, budgetNow(run.root));
    const before = options.against === undefined ? undefined : namedRun(store, options.against);
    const comparison = before === undefined ? undefined : compare([before], [run], earlier);
    if (options.format === 'text' && options.out === undefined) {
      const {printReport, printComparison} = await import('../ui/report.ts');
      const screen = screenOf(process.stdout, process.env);
      printReport(screen, made);
      if (comparison !== undefined) {
        screen.write('\n');
        printComparison(screen, comparison);
      }
      return 0;
    }
    const text = await textOf(options.format, made, {folder, comparison, runs});
    if (options.out === undefined) process.stdout.write(text);
    else {
      write(options.out, text);
      process.stderr.write(`${options.out} written.\n`);
    }
    return 0;
  });
}

interface Around {
  readonly folder: StateFolder;
  readonly comparison: ReturnType<typeof compare> | undefined;
  readonly runs: readonly RunReport['run'][];
}

async function textOf(format: Format, made: RunReport, {folder, comparison, runs}: Around): Promise<string> {
  const logOf = (task: TaskRecord): string => logText(folder, made.run.id, task);
  switch (format) {
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
      const {printReport} = await import('../ui/report.ts');
      let text = '';
      printReport(
        {
          write: (part) => {
            text += part;
          },
          colour: false,
          live: false,
          columns: () => 120,
          rows: () => 100,
        },
        made,
      );
      return text;
    }
    default:
      return format satisfies never;
  }
}

/** The end of a task's output; '' when the log is gone. */
function logText(folder: StateFolder, run: string, {log}: TaskRecord): string {
  if (log === undefined) return '';
  try {
    return readLog(`${folder.logs}/${run}`, log, LOG_TAIL).toString('utf8');
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
      cause: error,
    });
  }
}

function warn(message: string): void {
  process.stderr.write(`warning ${message}\n`);
}
