import type {z} from 'zod';
import {PacelineError} from '../base/error.ts';
import {RUN_FORMAT, type Run, type Span, type TaskRecord} from './run.ts';
import {runSchema} from './run-schema.ts';

/** A run that came from outside, and what in it cannot have been. */
export interface ReadRun {
  readonly run: Run;
  /** Each impossible time, as a sentence; it was put right in the least way. */
  readonly problems: readonly string[];
}

/**
 * Reads a Run as JSON, of this format or an older one. Times that cannot have been (an end before its start, a negative time) are put
 * right and told of, so that whoever shows the run can mark them.
 * @param name of the file, for messages
 * @throws PacelineError E_RUN_FILE when it is no Run, was cut off, or comes from a newer paceline
 */
export function readRun(text: string, name: string): ReadRun {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new PacelineError('E_RUN_FILE', `${name} is not complete JSON: ${(error as Error).message}.`, {
      hint: 'It may have been cut off; write it again with `paceline history show <run> --json`.',
    });
  }
  const format = typeof value === 'object' && value !== null && 'format' in value ? value.format : undefined;
  if (typeof format === 'number' && format > RUN_FORMAT)
    throw new PacelineError(
      'E_RUN_FILE',
      `${name} was written by a newer paceline: its format is ${format}, and this version reads up to ${RUN_FORMAT}.`,
      {
        hint: 'Update paceline, or write the file with this version.',
      },
    );
  const parsed = runSchema.safeParse(value);
  if (!parsed.success)
    throw new PacelineError('E_RUN_FILE', `${name} is no run of paceline: ${firstProblem(parsed.error)}.`, {
      hint: 'A run is written with `paceline history show <run> --json` or `paceline report --format json`.',
    });
  return possible(parsed.data as unknown as Run);
}

function firstProblem(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined ? 'it has another shape' : `${issue.path.join('.') || 'it'}: ${issue.message}`;
}

/** The same run with times that can have been. */
function possible(run: Run): ReadRun {
  const problems: string[] = [];
  const fixedEnd = (what: string, start: number, end: number): number => {
    if (end >= start) return end;
    problems.push(`${what} ends ${Math.round(start - end)} ms before it starts`);
    return start;
  };
  const fixedStart = (what: string, start: number): number => {
    if (start >= 0) return start;
    problems.push(`${what} starts ${Math.round(-start)} ms before the run`);
    return 0;
  };
  const spans = run.spans.map((span): Span => {
    const what = span.task === undefined ? `the span ${span.kind}` : `${span.kind} of ${span.task}`;
    const start = fixedStart(what, span.start);
    return {...span, start, end: fixedEnd(what, start, span.end)};
  });
  const tasks = run.tasks.map((task): TaskRecord => {
    if (task.start === undefined) return task;
    const start = fixedStart(task.task, task.start);
    return {...task, start, finish: fixedEnd(task.task, start, task.finish)};
  });
  const last = tasks.reduce((most, {finish}) => Math.max(most, finish), 0);
  let {wallMs} = run;
  if (wallMs < last) {
    problems.push(`the run ends ${Math.round(last - wallMs)} ms before its last task`);
    wallMs = last;
  }
  return {run: {...run, wallMs, tasks, spans}, problems};
}
