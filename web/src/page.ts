import type {PageData} from '../../src/export/html.ts';
import type {EdgeKind, NodeId} from '../../src/plan/plan.ts';
import type {Run, Span, TaskRecord} from '../../src/record/run.ts';

/** A task that another one waits for, or the other way round. */
export interface Neighbour {
  readonly task: NodeId;
  readonly kind: EdgeKind;
}

/** What the page shows, with what is asked of it often. */
export interface Page extends PageData {
  readonly run: Run;
  readonly records: ReadonlyMap<NodeId, TaskRecord>;
  readonly spans: ReadonlyMap<NodeId, readonly Span[]>;
  readonly critical: ReadonlySet<NodeId>;
  readonly slack: ReadonlyMap<NodeId, number>;
  readonly history: ReadonlyMap<NodeId, readonly number[]>;
  /** The end of what a task printed. */
  readonly logOf: ReadonlyMap<NodeId, string>;
  readonly needs: ReadonlyMap<NodeId, readonly Neighbour[]>;
  readonly neededBy: ReadonlyMap<NodeId, readonly Neighbour[]>;
  /** Nodes of the plan that execute nothing. */
  readonly groups: ReadonlySet<NodeId>;
  /** Tasks of the plan that the run does not say anything of. */
  readonly notReached: readonly NodeId[];
}

export function pageOf(data: PageData): Page {
  const {report} = data;
  const {run} = report;
  const records = new Map(run.tasks.map((record) => [record.task, record]));
  const needs = new Map<NodeId, Neighbour[]>();
  const neededBy = new Map<NodeId, Neighbour[]>();
  for (const {from, to, kind} of run.plan.edges) {
    listOf(needs, to).push({task: from, kind});
    listOf(neededBy, from).push({task: to, kind});
  }
  const spans = new Map<NodeId, Span[]>();
  for (const span of run.spans) if (span.task !== undefined) listOf(spans, span.task).push(span);
  return {
    ...data,
    run,
    records,
    spans,
    critical: new Set(report.criticalPath.tasks),
    slack: entriesOf(report.criticalPath.slack),
    history: entriesOf(report.history),
    logOf: entriesOf(data.logs),
    needs,
    neededBy,
    groups: new Set(run.plan.nodes.flatMap(({id, kind}) => (kind === 'group' ? [id] : []))),
    notReached: run.plan.nodes.flatMap(({id, kind, final}) =>
      kind === 'group' || final !== undefined || records.has(id) ? [] : [id],
    ),
  };
}

/** Its times cannot be: no numbers, before the run, the end before the start, or executed in no time. Nothing is said of how long it took. */
export function isImpossible({start, finish, attempts}: TaskRecord): boolean {
  if (start === undefined) return false;
  const least = attempts > 0 ? Number.MIN_VALUE : 0;
  return !(Number.isFinite(start) && Number.isFinite(finish) && start >= -1 && finish - start >= least);
}

/** How long a task took, ms; of a persistent one, until others could use it. Undefined when it is not known. */
export function spentOf(record: TaskRecord): number | undefined {
  return record.start === undefined || isImpossible(record)
    ? undefined
    : (record.ready ?? record.finish) - record.start;
}

function listOf<Value>(map: Map<NodeId, Value[]>, key: NodeId): Value[] {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made: Value[] = [];
  map.set(key, made);
  return made;
}

/** A task may be called `constructor`: members of objects are not looked up by the names of tasks. */
function entriesOf<Value>(record: Readonly<Record<string, Value>>): ReadonlyMap<NodeId, Value> {
  return new Map(Object.entries(record) as [NodeId, Value][]);
}
