import type {Run} from '../record/run.ts';

/** How many tasks were executed at once, from one moment to the next. */
export interface ParallelismStep {
  /** ms since the start of the run. */
  readonly time: number;
  readonly running: number;
}

/** Steps in time; the last one is 0. Persistent tasks count until others can use them. */
export function parallelismOf({tasks}: Run): readonly ParallelismStep[] {
  const changes: {time: number; by: number}[] = [];
  for (const {start, ready, finish} of tasks) {
    const end = ready ?? finish;
    if (start === undefined || end <= start) continue;
    changes.push({time: start, by: 1}, {time: end, by: -1});
  }
  changes.sort((one, other) => one.time - other.time || one.by - other.by);
  const steps: ParallelismStep[] = [];
  let running = 0;
  for (const [place, {time, by}] of changes.entries()) {
    running += by;
    if (changes[place + 1]?.time !== time) steps.push({time, running});
  }
  return steps;
}

/** Average number of tasks at once while any of them ran. */
export function averageParallelism(steps: readonly ParallelismStep[]): number {
  let busy = 0;
  let area = 0;
  for (const [place, {time, running}] of steps.entries()) {
    const next = steps[place + 1];
    if (next === undefined || running === 0) continue;
    busy += next.time - time;
    area += (next.time - time) * running;
  }
  return busy === 0 ? 0 : area / busy;
}
