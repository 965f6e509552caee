import {type BuildPhase, buildPhases, phaseBars} from './build-phases.ts';
import type {RunnerName} from './runner.ts';
import type {Bar} from './scenario.ts';
import type {InputMode, Shape, WorkloadKind} from './workload.ts';
import {copy, standardShape} from './workloads/copy.ts';
import {typescript, typescriptShape} from './workloads/typescript.ts';

export const workloadNames = ['copy', 'large', 'typescript'] as const;
export type WorkloadName = (typeof workloadNames)[number];

interface Choice {
  readonly kind: WorkloadKind;
  readonly shape: Shape;
  /** To see in a minute whether everything works. */
  readonly quick: Shape;
  readonly bars: (phase: BuildPhase) => readonly Bar[];
}

const barsOf = (phase: BuildPhase): readonly Bar[] => phaseBars[phase];

/** Where the tasks themselves take nearly all the time, no runner can be much faster than another that has to run them all. */
const barsOfRealWork = (phase: BuildPhase): readonly Bar[] =>
  phase === 'uncached' || phase === 'cold'
    ? phaseBars[phase].filter((bar) => bar.kind === 'ratio' && bar.against === 'make')
    : phaseBars[phase];

export const workloads: Readonly<Record<WorkloadName, Choice>> = {
  copy: {kind: copy, shape: standardShape, quick: {...standardShape, packages: 20, files: 10}, bars: barsOf},
  large: {
    kind: copy,
    shape: {...standardShape, packages: 400, files: 25, layers: 20},
    quick: {...standardShape, packages: 40, files: 10, layers: 20},
    bars: barsOf,
  },
  typescript: {
    kind: typescript,
    shape: typescriptShape,
    quick: {...typescriptShape, packages: 4, files: 2, layers: 4, fan: 1},
    bars: barsOfRealWork,
  },
};

/** One workload with one kind of inputs: what is measured of it when nobody chooses. */
export interface BuildSet {
  readonly workload: WorkloadName;
  readonly inputs: InputMode;
  readonly phases: readonly BuildPhase[];
  /** Whose numbers are taken in a phase. */
  readonly runners: (phase: BuildPhase) => readonly RunnerName[];
  /** Who is left out, and why. */
  readonly notes: readonly string[];
}

const close: readonly RunnerName[] = ['paceline', 'make', 'turbo'];
const quickToBuild: readonly RunnerName[] = [...close, 'wireit', 'moon'];
const all: readonly RunnerName[] = [...quickToBuild, 'nx', 'lage'];
const cached = buildPhases.filter((phase) => phase !== 'uncached');
const base: readonly BuildPhase[] = ['base-equal', 'base-changed'];

/** What `npm run bench:peers` measures: every phase for those who are close, less for those who take minutes. */
const standardSets: readonly BuildSet[] = [
  {
    workload: 'copy',
    inputs: 'explicit',
    phases: buildPhases,
    runners: (phase) => (base.includes(phase) ? quickToBuild : all),
    notes: [
      'nx and lage are not asked to build after a base was edited: they build all dependents, as slowly as cold.',
    ],
  },
  {
    workload: 'copy',
    inputs: 'default',
    phases: cached,
    runners: () => close,
    notes: ['wireit caches nothing without `files`; the others are left out to save time.'],
  },
  {
    workload: 'large',
    inputs: 'explicit',
    phases: ['warm', 'restore', 'leaf-edit'],
    runners: () => close,
    notes: ['The others are left out to save time: most take minutes to fill their cache.'],
  },
  {
    workload: 'typescript',
    inputs: 'explicit',
    phases: cached,
    runners: () => [...close, 'wireit'],
    notes: ['The others are left out to save time.'],
  },
  {
    workload: 'typescript',
    inputs: 'default',
    phases: cached,
    runners: () => close,
    notes: ['wireit caches nothing without `files`; the others are left out to save time.'],
  },
];

/** A set for a choice that is not a standard one. */
function plainSet(workload: WorkloadName, inputs: InputMode): BuildSet {
  return {workload, inputs, phases: cached, runners: () => close, notes: []};
}

/** The standard sets; with a choice of workloads or inputs, all that are chosen. */
export function setsFor(
  chosen: {readonly workloads: readonly WorkloadName[]; readonly inputs: readonly InputMode[]} | undefined,
): readonly BuildSet[] {
  if (chosen === undefined) return standardSets;
  return chosen.workloads.flatMap((workload) =>
    chosen.inputs.map(
      (inputs) =>
        standardSets.find((set) => set.workload === workload && set.inputs === inputs) ?? plainSet(workload, inputs),
    ),
  );
}
