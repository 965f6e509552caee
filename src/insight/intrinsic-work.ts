import type {Work} from '../graph/simulate.ts';
import type {NodeId} from '../plan/plan.ts';
import type {Run, TaskRecord} from '../record/run.ts';

/** What a task would have cost with the machine for itself. */
export interface IntrinsicWork {
  readonly work: Work;
  readonly source: 'measured' | 'assumed';
}

/** Cores count as busy from this share on: the kernel, other programs and we ourselves need some. */
const BUSY = 0.85;
/** A task that got nearly as much as its fair share wanted more. */
const NEARLY = 0.8;

interface Load {
  readonly id: NodeId;
  readonly start: number;
  readonly end: number;
  /** Cores that it kept busy on average; undefined when it is not known. */
  readonly rate: number | undefined;
}

/**
 * Of every task that ran, the time that it needs when nobody else computes. While all cores were busy, a task that got as much of them as
 * the others is taken to have wanted one whole core (or as many as it was seen to use), and so would have been faster alone; one that
 * got less was waiting for something else. Tasks whose processor time is not known are taken to wait all the time.
 */
export function intrinsicWorks(run: Run): ReadonlyMap<NodeId, IntrinsicWork> {
  const cores = run.machine?.cores ?? Number.POSITIVE_INFINITY;
  const loads = run.tasks.flatMap(loadOf);
  const moments = momentsOf(loads);
  const lost = new Map<NodeId, number>();
  for (const {ms, running} of moments) {
    const rates = running.map(({rate = 0}) => rate);
    const total = rates.reduce((sum, rate) => sum + rate, 0);
    if (total < cores * BUSY) continue;
    const share = fairShare(rates, cores);
    for (const {id, rate = 0} of running) {
      const wanted = Math.max(1, rate);
      if (rate >= share * NEARLY && rate < wanted) lost.set(id, (lost.get(id) ?? 0) + ms * (1 - rate / wanted));
    }
  }
  return new Map(
    loads.map(({id, start, end, rate}) => {
      const wall = end - start;
      const ms = Math.max(0, wall - (lost.get(id) ?? 0));
      const width = rate === undefined || ms === 0 ? 0 : Math.min(cores, (rate * wall) / ms);
      return [id, {work: {ms, width}, source: rate === undefined ? 'assumed' : 'measured'}];
    }),
  );
}

function loadOf({task: id, start, finish, ready, usage, status}: TaskRecord): readonly Load[] {
  if (start === undefined) return [];
  // what needs a server waits until it is ready; how long it serves is not its own affair
  const end = Math.max(start, ready ?? finish);
  const wall = end - start;
  const rate =
    status === 'cached'
      ? 1
      : usage?.cpuMs === undefined || ready !== undefined || wall === 0
        ? undefined
        : usage.cpuMs / wall;
  return [{id, start, end, rate}];
}

interface Moment {
  readonly ms: number;
  readonly running: readonly Load[];
}

/** The stretches of time between which a task starts or ends. */
function momentsOf(loads: readonly Load[]): readonly Moment[] {
  const changes = loads
    .flatMap((load) => [
      {time: load.start, load, starts: true},
      {time: load.end, load, starts: false},
    ])
    .sort((one, other) => one.time - other.time);
  const moments: Moment[] = [];
  const running = new Set<Load>();
  let before = 0;
  for (const {time, load, starts} of changes) {
    if (time > before && running.size > 0) moments.push({ms: time - before, running: [...running]});
    before = time;
    if (starts) running.add(load);
    else running.delete(load);
  }
  return moments;
}

/** The most that nobody is refused: who wants less than an equal part leaves the rest to the others (max-min fairness). */
function fairShare(rates: readonly number[], cores: number): number {
  let left = cores;
  let count = rates.length;
  for (const rate of [...rates].sort((one, other) => one - other)) {
    const share = left / count;
    if (rate >= share * NEARLY) return share;
    left -= rate;
    count--;
  }
  return left;
}
