import type {NodeId} from '../plan/plan.ts';
import type {Run} from '../record/run.ts';

/** Which lane each task that ran is drawn in: the lowest that is free when it starts. Lanes are not the slots of the engine, which have no names; there are as many as ran at once. */
export function lanesOf({tasks}: Run): ReadonlyMap<NodeId, number> {
  const lanes = new Map<NodeId, number>();
  const ends: number[] = [];
  const started = tasks.flatMap(({task, start, finish}) => (start === undefined ? [] : [{task, start, finish}]));
  for (const {task, start, finish} of started.sort((one, other) => one.start - other.start)) {
    let lane = ends.findIndex((end) => end <= start);
    if (lane < 0) lane = ends.length;
    ends[lane] = finish;
    lanes.set(task, lane);
  }
  return lanes;
}
