import type {NodeId} from '../plan/plan.ts';
import {type Change, type Experience, withChanges} from './change.ts';
import {criticalPathOf} from './critical-path.ts';
import {type Model, nameOf, type Outcome, outcomeOf} from './model.ts';

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
  /** If it did not wait for the one dependency that kept it longest. */
  readonly withoutNeed?: {readonly from: NodeId; readonly ms: number};
}

export interface BottleneckLimits {
  /** How many tasks are looked at. */
  readonly candidates: number;
}

/** Ranked by what they would save, not by how long they are. Tasks without any gain are left out. */
export function bottlenecksOf(
  model: Model,
  experience: Experience,
  {candidates}: BottleneckLimits = {candidates: candidatesFor(model)},
): readonly Bottleneck[] {
  const base = outcomeOf(model);
  const gain = (...changes: readonly Change[]): number =>
    Math.max(0, base.wallMs - outcomeOf(withChanges(model, changes, experience)).wallMs);
  const latest = latestNeeds(base);
  const found: Bottleneck[] = [];
  for (const {id, ms, number} of candidatesOf(model, candidates)) {
    const task = nameOf(id);
    const gone = gain({kind: 'speed', task, factor: 0});
    const from = latest(number);
    const unbound = from === undefined ? 0 : gain({kind: 'no-edge', from: nameOf(from), to: task});
    const withoutNeed = from === undefined || unbound <= LEAST_MS ? undefined : {from, ms: unbound};
    if (gone <= LEAST_MS && withoutNeed === undefined) continue;
    const split = (parts: number): number => gain({kind: 'split', task, parts, setupMs: 0});
    found.push({
      task: id,
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

/** Each is simulated seven times; of large plans fewer are looked at, so that it stays a matter of a second. */
function candidatesFor({nodes}: Model): number {
  return Math.max(12, Math.min(40, Math.floor(60_000 / nodes.length)));
}

/** Less is no gain. */
const LEAST_MS = 1;

interface Candidate {
  readonly id: NodeId;
  readonly number: number;
  readonly ms: number;
}

/**
 * Half of them on a longest chain, half the longest of all: where slots or cores are short, any long task may gain something.
 */
function candidatesOf(model: Model, most: number): readonly Candidate[] {
  const {slack} = criticalPathOf(model);
  const all = model.nodes
    .map(({id, work}, number) => ({id, number, ms: work.ms}))
    .filter((one): one is Candidate => one.id !== '' && one.ms > LEAST_MS);
  all.sort((one, other) => other.ms - one.ms);
  const chosen = new Set(all.filter(({id}) => (slack.get(id) ?? 0) < LEAST_MS).slice(0, Math.ceil(most / 2)));
  for (const one of all) {
    if (chosen.size >= most) break;
    chosen.add(one);
  }
  return [...chosen];
}

/** Of a node, the task before it, through groups, that ends last: without any other it would start no earlier. */
function latestNeeds({model, simulation}: Outcome): (node: number) => NodeId | undefined {
  const incoming = Map.groupBy(model.edges, ({to}) => to);
  return (node) => {
    let latest: number | undefined;
    const seen = new Set<number>();
    const open = [node];
    for (let to = open.pop(); to !== undefined; to = open.pop())
      for (const {from} of incoming.get(to) ?? []) {
        const {isGroup, id = '', work} = model.nodes[from] ?? {};
        if (seen.has(from)) continue;
        seen.add(from);
        if (isGroup === true) open.push(from);
        else if (id !== '' && work !== undefined && work.ms > 0 && endOf(from) > endOf(latest)) latest = from;
      }
    const id = latest === undefined ? '' : (model.nodes[latest]?.id ?? '');
    return id === '' ? undefined : id;
  };
  function endOf(number: number | undefined): number {
    return number === undefined ? Number.NEGATIVE_INFINITY : (simulation.end[number] ?? 0);
  }
}
