import type {z} from 'zod';
import {PacelineError} from '../base/error.ts';
import {planProblem} from '../plan/plan-problem.ts';
import {type Interval, TASK_PARTS, type TaskTimes} from './events.ts';
import {RUN_FORMAT, type Run, type Span, type TaskRecord} from './run.ts';
import {runSchema} from './run-schema.ts';

/** A run that came from outside, and what in it cannot have been. */
export interface ReadRun {
  readonly run: Run;
  /** Each impossible time, as a sentence; it was put right in the least way. */
  readonly problems: readonly string[];
}

/**
 * Reads a Run as JSON, of this format or an older one, or a report with a Run in it. Times that cannot have been (an end before its
 * start, a negative time) are put right and told of, so that whoever shows the run can mark them.
 * @param name of the file, for messages
 * @throws PacelineError E_RUN_FILE when it is no Run, was cut off, or comes from a newer paceline
 */
export function readRun(text: string, name: string): ReadRun {
  const value = runIn(parsedJson(text, name));
  const format = memberOf(value, 'format');
  if (typeof format === 'number' && format > RUN_FORMAT)
    throw new PacelineError(
      'E_RUN_FILE',
      `${name} was written by a newer paceline: its format is ${format}, and this version reads up to ${RUN_FORMAT}.`,
      {hint: 'Update paceline, or write the file with this version.'},
    );
  const parsed = runSchema.safeParse(value);
  if (!parsed.success) throw noRun(name, firstProblem(parsed.error));
  const run = {...parsed.data, format: RUN_FORMAT} as unknown as Run;
  const problem = planProblem(run.plan);
  if (problem !== undefined) throw noRun(name, problem);
  return possible(run);
}

function noRun(name: string, problem: string): PacelineError {
  return new PacelineError('E_RUN_FILE', `${name} is no run of paceline: ${problem}.`, {
    hint: 'A run is written with `paceline history show <run> --json` or `paceline report --format json`.',
  });
}

function parsedJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PacelineError('E_RUN_FILE', `${name} is not complete JSON: ${(error as Error).message}.`, {
      hint: 'It may have been cut off; write it again with `paceline history show <run> --json`.',
    });
  }
}

/** A report as JSON has its run in a member. */
function runIn(value: unknown): unknown {
  return memberOf(value, 'format') === undefined ? (memberOf(value, 'run') ?? value) : value;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function firstProblem(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined ? 'it has another shape' : `${issue.path.join('.') || 'it'}: ${issue.message}`;
}

/** Puts right what cannot have been, and says so. */
class Corrector {
  readonly problems: string[] = [];

  start(what: string, start: number): number {
    if (start >= 0) return start;
    this.problems.push(`${what} starts ${Math.round(-start)} ms before the run`);
    return 0;
  }

  end(what: string, start: number, end: number): number {
    if (end >= start) return end;
    this.problems.push(`${what} ends ${Math.round(start - end)} ms before it starts`);
    return start;
  }

  interval(what: string, {start, end}: Interval): Interval {
    const from = this.start(what, start);
    return {start: from, end: this.end(what, from, end)};
  }
}

/** The same run with times that can have been. */
function possible(run: Run): ReadRun {
  const corrector = new Corrector();
  const spans = run.spans.map((span): Span => {
    const what = span.task === undefined ? `the span ${span.kind}` : `${span.kind} of ${span.task}`;
    return {...span, ...corrector.interval(what, span)};
  });
  const tasks = run.tasks.map((task) => possibleTask(task, corrector));
  const last = [...tasks.map(({finish}) => finish), ...spans.map(({end}) => end)].reduce(
    (most, end) => Math.max(most, end),
    0,
  );
  let {wallMs} = run;
  if (wallMs < last) {
    corrector.problems.push(`the run ends ${Math.round(last - wallMs)} ms before the last thing in it`);
    wallMs = last;
  }
  return {run: {...run, wallMs, tasks, spans}, problems: corrector.problems};
}

function possibleTask(task: TaskRecord, corrector: Corrector): TaskRecord {
  const name = task.task;
  const times = task.times === undefined ? {} : {times: possibleTimes(name, task.times, corrector)};
  if (task.start === undefined)
    return {...task, finish: corrector.start(`the record of ${name}`, task.finish), ...times};
  const start = corrector.start(name, task.start);
  const ready = task.ready === undefined ? {} : {ready: corrector.end(`getting ready of ${name}`, start, task.ready)};
  return {...task, start, finish: corrector.end(name, start, task.finish), ...ready, ...times};
}

function possibleTimes(name: string, times: TaskTimes, corrector: Corrector): TaskTimes {
  const free = corrector.start(`waiting of ${name}`, times.free);
  const slot = times.slot === undefined ? {} : {slot: corrector.end(`waiting of ${name}`, free, times.slot)};
  const parts = TASK_PARTS.flatMap((part) => {
    const interval = times[part];
    return interval === undefined ? [] : [[part, corrector.interval(`${part} of ${name}`, interval)] as const];
  });
  return {free, ...slot, ...Object.fromEntries(parts)};
}
