import {shareOf, slownessOf, stretchOf} from '../graph/processors.ts';
import type {Work} from '../graph/simulate.ts';
import type {NodeId} from '../plan/plan.ts';
import type {Run, TaskRecord} from '../record/run.ts';
import {type TaskStart, taskStartsOf} from './task-starts.ts';

/** What a task would have cost with the machine for itself. */
export interface IntrinsicWork {
  readonly work: Work;
  readonly source: 'measured' | 'assumed';
}

/** Cores count as busy from this share on: the kernel, other programs and we ourselves need some. */
const BUSY = 0.85;
/** What a task's processor time can be short of, ms: the kernel tells that of children in ticks of 10 ms, user and system each. */
const ROUNDED_MS = 20;
/** Whether cores are busy is judged over so much time, ms, in which the rounding of many short tasks evens out. */
const WINDOW_MS = 200;
/** Widths hardly change any more. */
const STEADY = 1e-4;
const MOST_TURNS = 60;

interface Load {
  readonly id: NodeId;
  readonly start: number;
  readonly end: number;
  /** Cores that it kept busy on average; undefined when it is not known. */
  readonly rate: number | undefined;
  /** Processor time that rounding may have taken off it, ms: it had to share busy cores, and may have computed all the time. */
  lostMs: number;
  /** Cores that it would have kept busy alone, as far as is known by now. */
  width: number;
  /** How long it would have taken alone, as far as is known by now. */
  ms: number;
}

/** A stretch of time between which a task starts or ends. */
interface Moment {
  readonly ms: number;
  readonly starts: readonly Load[];
  readonly ends: readonly Load[];
  /** Cores that the tasks had together at most; Infinity while they were fewer than cores. */
  readonly got: number;
  /** Whether all cores were busy. */
  readonly busy: boolean;
}

const known = new WeakMap<Run, ReadonlyMap<NodeId, IntrinsicWork>>();

/**
 * Of every task that ran, the time that it needs when nobody else computes: the simulation turned round. While all cores were busy, as many
 * tasks as can be are taken to have wanted a whole core (or more, when they were seen to use more), as long as that explains what each of
 * them got; one that got less was waiting for something else. Tasks whose processor time is not known are taken to wait all the time. The
 * simulation slows the tasks of the run down again by just what is taken off here, so that it comes back to the times that were measured.
 */
export function intrinsicWorks(run: Run): ReadonlyMap<NodeId, IntrinsicWork> {
  let works = known.get(run);
  if (works === undefined) {
    works = worksOf(run);
    known.set(run, works);
  }
  return works;
}

/** Cores that are there when a run does not say it. */
const ASSUMED_CORES = Number.POSITIVE_INFINITY;

export function coresOf({machine}: Run): number {
  return machine !== undefined && machine.cores > 0 ? machine.cores : ASSUMED_CORES;
}

function worksOf(run: Run): ReadonlyMap<NodeId, IntrinsicWork> {
  const cores = coresOf(run);
  const starts = taskStartsOf(run);
  const loads = run.tasks.flatMap((task) => loadOf(task, cores, starts.get(task.task)));
  const moments = momentsOf(loads, cores);
  if (moments.some(({got}) => got < Number.POSITIVE_INFINITY)) {
    tellLost(moments);
    // from above: of all widths that explain the run, the largest
    for (const load of loads)
      load.width = load.rate === undefined || load.rate + load.lostMs === 0 ? 0 : Math.max(1, load.rate);
    for (let turn = 0, change = 1; turn < MOST_TURNS && change > STEADY; turn++) {
      slowDown(moments, (got) => got);
      change = fitWidths(loads, cores);
    }
    // what all cores had beyond the tasks went to the kernel for them: the simulation gives it to them as well
    slowDown(moments, () => cores);
  }
  return new Map(
    loads.map(({id, ms, width, rate}) => {
      const startMs = Math.min(ms, starts.get(id)?.ms ?? 0);
      const work = {ms, width: ms === 0 ? 0 : width, ...(startMs > 0 && {startMs})};
      return [id, {work, source: rate === undefined ? 'assumed' : 'measured'}];
    }),
  );
}

function loadOf(
  {task: id, start: slot, finish, ready, usage, status}: TaskRecord,
  cores: number,
  {waitMs}: Pick<TaskStart, 'waitMs'> = {waitMs: 0},
): readonly Load[] {
  if (slot === undefined) return [];
  // waiting until others are started is not its own affair either
  const start = slot + waitMs;
  // what needs a server waits until it is ready; how long it serves is not its own affair
  const end = Math.max(start, ready ?? finish);
  const wall = end - start;
  const cpuMs = ready === undefined ? usage?.cpuMs : undefined;
  const rate = status === 'cached' ? 1 : cpuMs === undefined || wall === 0 ? undefined : Math.min(cores, cpuMs / wall);
  return [{id, start, end, rate, lostMs: 0, width: rate ?? 0, ms: wall}];
}

function momentsOf(loads: readonly Load[], cores: number): readonly Moment[] {
  const times = [...new Set(loads.flatMap(({start, end}) => [start, end]))].sort((one, other) => one - other);
  const starts = Map.groupBy(loads, ({start}) => start);
  const ends = Map.groupBy(loads, ({end}) => end);
  let rates = 0;
  let wanted = 0;
  const moments = times.map((time, place) => {
    const [started, ended] = [starts.get(time) ?? [], ends.get(time) ?? []];
    for (const {rate = 0} of started) {
      rates += rate;
      wanted += rate > 0 ? Math.max(1, rate) : 0;
    }
    for (const {rate = 0} of ended) {
      rates -= rate;
      wanted -= rate > 0 ? Math.max(1, rate) : 0;
    }
    return {ms: (times[place + 1] ?? time) - time, starts: started, ends: ended, rates, wanted};
  });
  const tight = moments.filter((moment) => moment.wanted > cores * (1 + ROUNDING));
  const means = meansAround(tight);
  return moments.map((moment) => {
    const mean = means.get(moment);
    const busy = mean !== undefined && mean >= cores * BUSY;
    const got = mean === undefined ? Number.POSITIVE_INFINITY : busy ? Math.min(cores, mean) : cores;
    return {ms: moment.ms, starts: moment.starts, ends: moment.ends, got, busy};
  });
}

/** Of each moment, the mean rate over the window that it is in the middle of; of a longer one, its own. */
function meansAround<Sample extends {readonly ms: number; readonly rates: number}>(
  samples: readonly Sample[],
): ReadonlyMap<Sample, number> {
  const [before, after] = [cursorOver(samples), cursorOver(samples)];
  const total = samples.reduce((sum, {ms}) => sum + ms, 0);
  const means = new Map<Sample, number>();
  let clock = 0;
  for (const sample of samples) {
    const middle = clock + sample.ms / 2;
    clock += sample.ms;
    const [from, to] = [Math.max(0, middle - WINDOW_MS / 2), Math.min(total, middle + WINDOW_MS / 2)];
    const mean = to > from ? (after(to) - before(from)) / (to - from) : sample.rates;
    means.set(sample, sample.ms >= WINDOW_MS ? sample.rates : mean);
  }
  return means;
}

/** Tells the processor time until a time, ms, both counted over the samples alone; asked for ever later times. */
function cursorOver(samples: readonly {readonly ms: number; readonly rates: number}[]): (time: number) => number {
  let [next, clock, cpuMs] = [0, 0, 0];
  return (time) => {
    for (let sample = samples[next]; sample !== undefined && clock + sample.ms <= time; sample = samples[++next]) {
      clock += sample.ms;
      cpuMs += sample.ms * sample.rates;
    }
    return cpuMs + (time - clock) * (samples[next]?.rates ?? 0);
  };
}

const ROUNDING = 1e-9;

/** Sets what rounding may have taken off each task, as far as it ran while all cores were busy. */
function tellLost(moments: readonly Moment[]): void {
  let busyMs = 0;
  for (const {ms, starts, ends, busy} of moments) {
    for (const load of starts) load.lostMs = -busyMs;
    for (const load of ends)
      load.lostMs = (ROUNDED_MS * (load.lostMs + busyMs)) / Math.max(ROUNDED_MS, load.end - load.start);
    busyMs += busy ? ms : 0;
  }
}

/** Sets what each task would have taken alone, were their widths what they are and so many cores theirs. */
function slowDown(moments: readonly Moment[], coresIn: (got: number) => number): void {
  const demands = new Map<number, {share: number; width: number; clock: number}>();
  let idle = 0;
  let slowness = 1;
  const all: {share: number; width: number; clock: number}[] = [];
  const clockOf = (share: number): {share: number; width: number; clock: number} => {
    let demand = demands.get(share);
    if (demand === undefined) {
      demand = {share, width: 0, clock: 0};
      demands.set(share, demand);
      all.push(demand);
    }
    return demand;
  };
  for (const {ms, starts, ends, got} of moments) {
    for (const load of starts) {
      const demand = clockOf(shareOf(load.width));
      demand.width += load.width;
      load.ms = -demand.clock - idle;
    }
    for (const load of ends) {
      const demand = clockOf(shareOf(load.width));
      demand.width -= load.width;
      load.ms += demand.clock + idle;
    }
    slowness = slownessOf(all, coresIn(got), slowness);
    if (slowness === 1) idle += ms;
    else for (const demand of all) demand.clock += ms / stretchOf(demand.share, slowness);
  }
}

/** Sets the widths that would have taken the processor time that was measured; returns the largest change. */
function fitWidths(loads: readonly Load[], cores: number): number {
  let largest = 0;
  for (const load of loads) {
    const {start, end, rate, lostMs, ms, width} = load;
    if (ms <= 0 || rate === undefined) continue;
    const most = rate > 1 ? cores : 1;
    const cpuMs = rate * (end - start);
    load.width = cpuMs + lostMs >= most * ms ? most : cpuMs / ms;
    largest = Math.max(largest, Math.abs(load.width - width));
  }
  return largest;
}
