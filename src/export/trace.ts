import type {Run, Span} from '../record/run.ts';
import {lanesOf} from './lanes.ts';

interface TraceEvent {
  readonly name: string;
  readonly ph: 'X' | 'M' | 's' | 'f';
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts?: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly id?: number;
  readonly bp?: 'e';
  readonly args?: Readonly<Record<string, unknown>>;
}

/** Of paceline's own work. */
const OWN = 0;

/**
 * The Trace Event Format of chrome://tracing and Perfetto: a row a lane, complete events for spans, flow arrows for the dependencies
 * between tasks.
 */
export function traceReport(run: Run): string {
  const lanes = lanesOf(run);
  const records = new Map(run.tasks.map((task) => [task.task, task]));
  const row = (span: Span): number => (span.task === undefined ? OWN : (lanes.get(span.task) ?? 0) + 1);
  const events: TraceEvent[] = [
    meta('process_name', OWN, `paceline ${run.command.join(' ')}`),
    meta('thread_name', OWN, 'paceline'),
    ...Array.from({length: Math.max(0, ...lanes.values()) + 1}, (_, lane) =>
      meta('thread_name', lane + 1, `lane ${lane + 1}`),
    ),
  ];
  for (const span of run.spans) {
    // a task that waits has no lane yet
    if (span.kind === 'wait') continue;
    const task = span.task === undefined ? undefined : records.get(span.task);
    events.push({
      name: span.kind === 'task' ? (span.task ?? '') : (span.label ?? span.kind),
      cat: span.kind,
      ph: 'X',
      pid: OWN,
      tid: row(span),
      ts: Math.round(span.start * 1000),
      dur: Math.max(1, Math.round((span.end - span.start) * 1000)),
      args: {
        ...(span.kind === 'task' &&
          task !== undefined && {status: task.status, reason: task.reason, missed: task.missed}),
        ...(span.usage !== undefined && span.usage),
        ok: span.ok,
      },
    });
  }
  for (const [id, {from, to}] of run.plan.edges.entries()) {
    const [source, target] = [records.get(from), records.get(to)];
    if (source?.start === undefined || target?.start === undefined) continue;
    const flow = {name: 'needs', cat: 'needs', pid: OWN, id};
    const end = Math.max(source.start, source.ready ?? source.finish);
    events.push(
      {...flow, ph: 's', tid: (lanes.get(from) ?? 0) + 1, ts: Math.max(0, Math.round(end * 1000) - 1)},
      {...flow, ph: 'f', bp: 'e', tid: (lanes.get(to) ?? 0) + 1, ts: Math.round(target.start * 1000)},
    );
  }
  return `${JSON.stringify({traceEvents: events, displayTimeUnit: 'ms'})}\n`;
}

function meta(name: string, tid: number, value: string): TraceEvent {
  return {name, ph: 'M', pid: OWN, tid, args: {name: value}};
}
