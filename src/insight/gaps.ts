import type {Run, TaskRecord} from '../record/run.ts';
import {foreignTasksOf, planGraphOf} from './plan-graph.ts';

/** Something that a run does not tell, or that cannot have been; figures that rest on it are marked or left out. */
export interface Gap {
  readonly kind:
    | 'unfinished'
    | 'not-reached'
    | 'no-usage'
    | 'impossible-time'
    | 'impossible-plan'
    | 'no-machine'
    | 'unknown-task';
  readonly message: string;
}

/** What is missing or wrong in a run that was read. */
export function gapsOf(run: Run): readonly Gap[] {
  const gaps: Gap[] = [];
  const add = (kind: Gap['kind'], message: string | undefined): void => {
    if (message !== undefined) gaps.push({kind, message});
  };
  add('unfinished', unfinished(run));
  add('not-reached', notReached(run));
  add('unknown-task', unknownTasks(run));
  add('impossible-plan', impossiblePlan(run));
  add('impossible-time', impossibleTimes(run));
  add('no-usage', noUsage(run));
  if (run.machine === undefined)
    add('no-machine', 'The run does not say how many cores the machine has; the simulation takes them to be enough.');
  return gaps;
}

function unfinished({status}: Run): string | undefined {
  if (status !== 'interrupted' && status !== 'timeout') return undefined;
  return `The run was ended before it was done (${status}); its total is what had passed until then.`;
}

function notReached({plan, tasks}: Run): string | undefined {
  const reached = new Set(tasks.map(({task}) => task));
  const missing = plan.nodes.filter(({id, kind, final}) => kind !== 'group' && final === undefined && !reached.has(id));
  if (missing.length === 0) return undefined;
  const [were, count] = missing.length === 1 ? ['was', 'it counts'] : ['were', 'they count'];
  return `${counted(missing.length, 'task')} of the plan ${were} not reached; ${count} as no time.`;
}

function unknownTasks(run: Run): string | undefined {
  const foreign = foreignTasksOf(run);
  if (foreign.length === 0) return undefined;
  const [are, they] = foreign.length === 1 ? ['is', 'it'] : ['are', 'they'];
  return `${counted(foreign.length, 'task')} ${are} not in the plan: ${some(foreign)}; the simulation lets ${they === 'it' ? 'it' : 'them'} wait for nothing.`;
}

function impossiblePlan({plan}: Run): string | undefined {
  const {closing, dangling} = planGraphOf(plan);
  const [edge, ...others] = [...closing, ...dangling];
  if (edge === undefined) return undefined;
  const what = closing.length > 0 ? 'closes a cycle' : 'leads to or from no task of the plan';
  const more = others.length === 0 ? '' : ` (and ${others.length} more like it)`;
  return `The dependency ${edge.from} -> ${edge.to} ${what}${more}; it is left out.`;
}

function impossibleTimes(run: Run): string | undefined {
  const tasks = run.tasks.filter((task) => isImpossible(task, run.wallMs)).map(({task}) => task);
  const spans = run.spans.filter(({start, end}) => !isBetween(0, start, end)).length;
  if (tasks.length > 0)
    return `The times of ${counted(tasks.length, 'task')} cannot have been: ${some(tasks)}; figures about ${tasks.length === 1 ? 'it' : 'them'} mean little.`;
  return spans > 0 ? `The times of ${counted(spans, 'span')} cannot have been.` : undefined;
}

/** Clocks are read one after the other, ms. */
const ROUNDING_MS = 1;

function isImpossible({start, finish, ready, times}: TaskRecord, wallMs: number): boolean {
  if (start === undefined) return false;
  const {free = start, slot = start, lookup, restore, lease, store} = times ?? {};
  const parts = [lookup, restore, lease, store].filter((part) => part !== undefined);
  return !(
    isBetween(0, start, finish) &&
    finish <= wallMs + ROUNDING_MS &&
    isBetween(0, free, slot) &&
    (ready === undefined || isBetween(start, ready, finish)) &&
    parts.every((part) => isBetween(start, part.start, part.end) && part.end <= finish + ROUNDING_MS)
  );
}

/** Not a number is between nothing. */
function isBetween(least: number, value: number, most: number): boolean {
  return least - ROUNDING_MS <= value && value <= most + ROUNDING_MS;
}

function noUsage({tasks}: Run): string | undefined {
  const unknown = tasks.filter(
    ({status, start, usage}) => status === 'passed' && start !== undefined && usage?.cpuMs === undefined,
  );
  if (unknown.length === 0) return undefined;
  return `The processor time of ${counted(unknown.length, 'task')} is not known; the simulation takes ${unknown.length === 1 ? 'it' : 'them'} to wait all the time.`;
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
