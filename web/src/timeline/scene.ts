import {lanesOf} from '../../../src/export/lanes.ts';
import type {NodeId} from '../../../src/plan/plan.ts';
import type {TaskStatus} from '../../../src/record/events.ts';
import type {Span, SpanKind, TaskRecord} from '../../../src/record/run.ts';
import {isImpossible, type Page} from '../page.ts';
import {OWN, PARTS} from '../words.ts';

/** A part of a bar; times are ms since the start of the run. */
export interface Part {
  readonly kind: SpanKind;
  readonly start: number;
  readonly end: number;
  readonly ok: boolean;
}

/** A task that ran. */
export interface Bar {
  readonly task: NodeId;
  readonly lane: number;
  readonly start: number;
  readonly end: number;
  readonly status: TaskStatus;
  readonly isCritical: boolean;
  /** Its times cannot be: it gets a mark, and no length. */
  readonly isImpossible: boolean;
  readonly parts: readonly Part[];
  /** All that it needs had ended: it waited from then on. */
  readonly free: number;
  /** A persistent task: others could use it. */
  readonly ready?: number;
}

/** A task that did not run, at the moment when that was clear. */
export interface Mark {
  readonly task: NodeId;
  readonly time: number;
  readonly status: TaskStatus;
}

/** What there is to draw. */
export interface Scene {
  readonly own: readonly Part[];
  /** Bars of a lane follow each other. */
  readonly lanes: readonly (readonly Bar[])[];
  /** In the order of their starts. */
  readonly bars: readonly Bar[];
  readonly barOf: ReadonlyMap<NodeId, Bar>;
  /** The critical path, from one bar to the next. */
  readonly links: readonly (readonly [Bar, Bar])[];
  readonly marks: readonly Mark[];
  readonly endMs: number;
}

export function sceneOf(page: Page): Scene {
  const {run, report} = page;
  const laneOf = lanesOf(run);
  const bars: Bar[] = [];
  const marks: Mark[] = [];
  for (const record of run.tasks) {
    const {task, start, finish: time, status} = record;
    if (start === undefined) marks.push({task, time, status});
    else bars.push(barOf(page, record, Number.isFinite(start) ? start : 0, laneOf.get(task) ?? 0));
  }
  bars.sort((one, other) => one.start - other.start);
  const lanes: Bar[][] = Array.from({length: Math.max(-1, ...laneOf.values()) + 1}, () => []);
  for (const bar of bars) lanes[bar.lane]?.push(bar);
  const known = new Map(bars.map((bar) => [bar.task, bar]));
  const path = report.criticalPath.tasks.flatMap((task) => known.get(task) ?? []);
  return {
    own: run.spans.filter(({kind}) => OWN[kind] !== undefined).map(partOf),
    lanes,
    bars,
    barOf: known,
    links: path.slice(1).map((bar, place) => [path[place] ?? bar, bar] as const),
    marks: marks.sort((one, other) => one.time - other.time),
    endMs: bars.reduce((most, {end}) => Math.max(most, end), run.wallMs),
  };
}

function barOf(page: Page, record: TaskRecord, start: number, lane: number): Bar {
  const {task, status, finish, ready, times} = record;
  const spans = page.spans.get(task) ?? [];
  return {
    task,
    lane,
    start,
    end: isImpossible(record) ? start : finish,
    status,
    isCritical: page.critical.has(task),
    isImpossible: isImpossible(record),
    parts: spans
      .filter(({kind, start, end}) => kind !== 'wait' && PARTS[kind] !== undefined && end > start)
      .map(partOf),
    free: Math.min(start, times?.free ?? start),
    ...(ready !== undefined && {ready}),
  };
}

function partOf({kind, start, end, ok}: Span): Part {
  return {kind, start, end, ok};
}
