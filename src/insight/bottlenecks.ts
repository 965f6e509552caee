import type {NodeId} from '../plan/plan.ts';
import {type Change, type Experience, withChanges} from './change.ts';
import {type Model, outcomeOf} from './model.ts';

/** What the whole run would gain, ms, if one task were different. From simulation: 0 where the time would only be lost elsewhere. */
export interface Bottleneck {
  readonly task: NodeId;
  /** Its own time, ms. */
  readonly ms: number;
  readonly faster10: number;
  readonly faster50: number;
  /** If it took no time at all: the most that can be gained from it. */
  readonly gone: number;
  /** If its result were stored. */
  readonly hit: number;
  /** If it were two, and four, side by side, with no set-up of their own. */
  readonly split2: number;
  readonly split4: number;
  /** If it did not wait for the one dependency where that gains most. */
  readonly withoutNeed?: {readonly from: NodeId; readonly ms: number};
}

export interface BottleneckLimits {
  /** How many tasks are looked at, those with the longest time first. */
  readonly candidates: number;
}

/** Ranked by what they would save, not by how long they are. Tasks without any gain are left out. */
export function bottlenecksOf(
  model: Model,
  experience: Experience,
  {candidates}: BottleneckLimits = {candidates: 40},
): readonly Bottleneck[] {
  const base = outcomeOf(model).wallMs;
  const gain = (...changes: readonly Change[]): number =>
    Math.max(0, base - outcomeOf(withChanges(model, changes, experience)).wallMs);
  const ids = [...model.nodes]
    .filter(({id, work}) => id !== '' && work.ms > 0)
    .sort((one, other) => other.work.ms - one.work.ms)
    .slice(0, candidates)
    .map(({id, work}) => ({id: id as NodeId, ms: work.ms}));
  const found: Bottleneck[] = [];
  for (const {id: task, ms} of ids) {
    const gone = gain({kind: 'speed', task, factor: 0});
    const split = (parts: number): number => gain({kind: 'split', task, parts, setupMs: 0});
    const withoutNeed = bestWithoutNeed(model, task, gain);
    if (gone <= LEAST_MS && withoutNeed === undefined) continue;
    found.push({
      task,
      ms,
      faster10: gain({kind: 'speed', task, factor: 0.9}),
      faster50: gain({kind: 'speed', task, factor: 0.5}),
      gone,
      hit: gain({kind: 'hit', task}),
      split2: split(2),
      split4: split(4),
      ...(withoutNeed !== undefined && {withoutNeed}),
    });
  }
  return found.sort((one, other) => other.gone - one.gone);
}

/** Less is no gain. */
const LEAST_MS = 1;

function bestWithoutNeed(
  model: Model,
  task: NodeId,
  gain: (...changes: readonly Change[]) => number,
): Bottleneck['withoutNeed'] {
  const number = model.nodes.findIndex(({id}) => id === task);
  let best: Bottleneck['withoutNeed'];
  for (const edge of model.edges) {
    const from = edge.to === number ? model.nodes[edge.from] : undefined;
    if (from === undefined || from.id === '' || from.work.ms === 0) continue;
    const ms = gain({kind: 'no-edge', from: from.id, to: task});
    if (ms > Math.max(LEAST_MS, best?.ms ?? 0)) best = {from: from.id, ms};
  }
  return best;
}
