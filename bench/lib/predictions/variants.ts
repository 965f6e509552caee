import {isNamed} from '../../../src/insight/model.ts';
import {median} from '../../../src/insight/statistics.ts';
import type {Run} from '../../../src/record/run.ts';
import type {Phase, Plan, Variant} from './pipeline.ts';

/** So many tasks at once. */
export function otherJobs(plan: Plan, count: number): Variant {
  return {change: () => ({kind: 'jobs', count}), plan: {...plan, jobs: count}};
}

/** What needed the phase needs what the phase needed. */
export function dropped(plan: Plan, name: string): Variant {
  const gone = phaseNamed(plan, name);
  const phases = plan.phases
    .filter((phase) => phase !== gone)
    .map((phase) => ({...phase, needs: replaced(phase.needs, name, gone.needs)}));
  return {change: () => ({kind: 'drop', task: name}), plan: {...plan, phases}};
}

/** Half of the work. What the command needs to begin stays: `setupOf`, ms. */
export function halved(plan: Plan, name: string, setupOf: (earlier: readonly Run[]) => number): Variant {
  return {
    change: (earlier) => {
      const whole = taskMs(earlier, name);
      const setup = Math.min(setupOf(earlier), whole);
      return {kind: 'speed', task: name, factor: (setup + (whole - setup) / 2) / whole};
    },
    plan: withPhase(plan, name, (phase) => [{...phase, share: {index: 0, of: 2}}]),
  };
}

/** As many phases as `parts`, side by side. */
export function split(plan: Plan, name: string, parts: number, setupOf: (earlier: readonly Run[]) => number): Variant {
  const names = Array.from({length: parts}, (_, index) => `${name}-${index + 1}`);
  const {phases} = withPhase(plan, name, (phase) =>
    names.map((own, index) => ({...phase, name: own, share: {index, of: parts}})),
  );
  const needing = phases.map((phase) => ({...phase, needs: replaced(phase.needs, name, names)}));
  return {
    change: (earlier) => ({kind: 'split', task: name, parts, setupMs: setupOf(earlier)}),
    plan: {...plan, phases: needing},
  };
}

/** The second goes on waiting for what the first needs, and what needs the second waits for the first. */
export function withoutEdge(plan: Plan, from: string, to: string): Variant {
  const first = phaseNamed(plan, from);
  const phases = plan.phases.map((phase) => ({
    ...phase,
    needs: phase.name === to ? replaced(phase.needs, from, first.needs) : replaced(phase.needs, to, [to, from]),
  }));
  return {change: () => ({kind: 'no-edge', from, to}), plan: {...plan, phases}};
}

/** The only phase with a cache finds its result. */
export function hit(plan: Plan, name: string): Variant {
  return {change: () => ({kind: 'hit', task: name}), plan: {...plan, cache: true}};
}

function phaseNamed({phases}: Plan, name: string): Phase {
  const found = phases.find((phase) => phase.name === name);
  if (found === undefined) throw new RangeError(`there is no phase ${name}`);
  return found;
}

function withPhase(plan: Plan, name: string, change: (phase: Phase) => readonly Phase[]): Plan {
  const chosen = phaseNamed(plan, name);
  return {...plan, phases: plan.phases.flatMap((phase) => (phase === chosen ? change(phase) : [phase]))};
}

function replaced(needs: readonly string[], name: string, by: readonly string[]): readonly string[] {
  return [...new Set(needs.flatMap((need) => (need === name ? by : [need])))];
}

/** How long the tasks of a phase took together, ms; the median of the runs. */
export function taskMs(earlier: readonly Run[], phase: string): number {
  const sums = earlier.map(({tasks}) =>
    tasks
      .filter(({task}) => isNamed(task, phase))
      .reduce((sum, {start, finish}) => sum + (start === undefined ? 0 : finish - start), 0),
  );
  return median(sums) ?? 0;
}
