import type {Work} from '../graph/simulate.ts';
import type {NodeId} from '../plan/plan.ts';
import type {TaskStatus} from '../record/events.ts';
import type {Run} from '../record/run.ts';
import type {Experience} from './change.ts';
import {intrinsicWorks} from './intrinsic-work.ts';
import {median, quantile} from './statistics.ts';

/** A hit where none was ever seen, ms. */
const ASSUMED_HIT_MS = 5;

/** What earlier runs, the newest first, tell of tasks. */
export function experienceOf(runs: readonly Run[]): Experience {
  const hits = new Map<NodeId, number[]>();
  const executed = new Map<NodeId, Work>();
  const declared = new Map<NodeId, number>();
  for (const run of runs) {
    const works = intrinsicWorks(run);
    for (const {task, status, savedMs, start, finish, ready} of run.tasks) {
      const work = works.get(task)?.work;
      if (status === 'cached' && start !== undefined) {
        const known = hits.get(task);
        if (known === undefined) hits.set(task, [finish - start]);
        else known.push(finish - start);
        if (savedMs !== undefined && !declared.has(task)) declared.set(task, savedMs);
      } else if (wasExecuted(status, ready) && work !== undefined && !executed.has(task)) executed.set(task, work);
    }
  }
  // nobody knows how much such a task would bring back: rather too much than too little
  const usual = quantile([...hits.values()].flat(), 0.9) ?? ASSUMED_HIT_MS;
  return {
    hitMs: (task) => median(hits.get(task as NodeId) ?? []) ?? usual,
    executed: (task) => {
      const known = executed.get(task as NodeId);
      const ms = declared.get(task as NodeId);
      // stored results say how long their execution took, and not on how many cores
      return known ?? (ms === undefined ? undefined : {ms, width: 1});
    },
  };
}

/** To its end: what failed or was cancelled says nothing of how long it takes. Of a persistent task, until it was ready. */
export function wasExecuted(status: TaskStatus, ready: number | undefined): boolean {
  return status === 'passed' || status === 'tolerated' || (status === 'stopped' && ready !== undefined);
}
