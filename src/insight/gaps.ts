import type {Run} from '../record/run.ts';

/** Something that a run does not tell, or that cannot have been; figures that rest on it are marked or left out. */
export interface Gap {
  readonly kind: 'unfinished' | 'not-reached' | 'no-usage' | 'impossible-time' | 'no-machine' | 'unknown-task';
  readonly message: string;
}

/** What is missing or wrong in a run that was read. */
export function gapsOf(run: Run): readonly Gap[] {
  const gaps: Gap[] = [];
  if (run.status === 'interrupted' || run.status === 'timeout')
    gaps.push({
      kind: 'unfinished',
      message: `The run was ended before it was done (${run.status}); its total is what had passed until then.`,
    });
  const planned = new Set(run.plan.nodes.map(({id}) => id));
  const reached = new Set(run.tasks.map(({task}) => task));
  const missing = run.plan.nodes.filter(
    ({id, kind, final}) => kind !== 'group' && final === undefined && !reached.has(id),
  );
  if (missing.length > 0)
    gaps.push({
      kind: 'not-reached',
      message: `${counted(missing.length, 'task')} of the plan ${missing.length === 1 ? 'was' : 'were'} not reached; ${missing.length === 1 ? 'it counts' : 'they count'} as no time.`,
    });
  const foreign = run.tasks.filter(({task}) => !planned.has(task));
  if (foreign.length > 0)
    gaps.push({
      kind: 'unknown-task',
      message: `${counted(foreign.length, 'task')} ${foreign.length === 1 ? 'is' : 'are'} not in the plan: ${foreign
        .slice(0, 3)
        .map(({task}) => task)
        .join(', ')}.`,
    });
  const executed = run.tasks.filter(({status, start}) => status === 'passed' && start !== undefined);
  const unknown = executed.filter(({usage}) => usage?.cpuMs === undefined);
  if (unknown.length > 0)
    gaps.push({
      kind: 'no-usage',
      message: `The processor time of ${counted(unknown.length, 'task')} is not known; the simulation takes ${unknown.length === 1 ? 'it' : 'them'} to wait all the time.`,
    });
  if (run.machine === undefined)
    gaps.push({
      kind: 'no-machine',
      message: 'The run does not say how many cores the machine has; the simulation takes them to be enough.',
    });
  return gaps;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
