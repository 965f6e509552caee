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
  copy: {kind: copy, shape: standardShape, quick: {...standardShape, packages: 10, files: 10, layers: 5}, bars: barsOf},
  large: {
    kind: copy,
    shape: {...standardShape, packages: 400, files: 25, layers: 20},
    quick: {...standardShape, packages: 20, files: 5, layers: 10},
    bars: barsOf,
  },
  typescript: {
    kind: typescript,
    shape: typescriptShape,
    quick: {...typescriptShape, packages: 4, files: 2, layers: 4, fan: 1},
    bars: barsOfRealWork,
  },
};

/** One workload with one kind of inputs, and what is measured of it when nobody chooses. */
export interface BuildSet {
  /** `copy-explicit`. */
  readonly name: string;
  readonly workload: WorkloadName;
  readonly inputs: InputMode;
  /** Measured when no workload and no inputs are asked for. */
  readonly isStandard: boolean;
  readonly phases: readonly BuildPhase[];
  /** Whose numbers are taken in a phase. */
  readonly runners: (phase: BuildPhase) => readonly RunnerName[];
  /** Who is left out, and why. */
  readonly notes: readonly string[];
}

const close: readonly RunnerName[] = ['paceline', 'make', 'turbo'];
const cached = buildPhases.filter((phase) => phase !== 'uncached');
const noneWithoutFiles = 'wireit caches nothing without `files`; the others are left out to save time.';

/** nx and lage take minutes to build everything, so they do that for one phase only. */
function allOfCopy(phase: BuildPhase): readonly RunnerName[] {
  const quick: readonly RunnerName[] = [...close, 'wireit', 'moon'];
  const buildsAll = phase === 'uncached' || phase === 'base-equal' || phase === 'base-changed';
  return buildsAll ? quick : [...quick, 'nx', 'lage'];
}

/** Every phase and both inputs for those who are close, less for those who take minutes. */
export const buildSets: readonly BuildSet[] = [
  {
    name: 'copy-explicit',
    workload: 'copy',
    inputs: 'explicit',
    isStandard: true,
    phases: buildPhases,
    runners: allOfCopy,
    notes: ['nx and lage take minutes to build everything, so they do it for the empty cache only.'],
  },
  {
    name: 'copy-default',
    workload: 'copy',
    inputs: 'default',
    isStandard: true,
    phases: cached,
    runners: () => close,
    notes: [noneWithoutFiles],
  },
  {
    name: 'large-explicit',
    workload: 'large',
    inputs: 'explicit',
    isStandard: false,
    phases: ['warm', 'restore', 'leaf-edit'],
    runners: () => close,
    notes: ['The others are left out: most take minutes to fill their cache.'],
  },
  {
    name: 'large-default',
    workload: 'large',
    inputs: 'default',
    isStandard: false,
    phases: ['warm', 'restore', 'leaf-edit'],
    runners: () => close,
    notes: [noneWithoutFiles],
  },
  {
    name: 'typescript-explicit',
    workload: 'typescript',
    inputs: 'explicit',
    isStandard: true,
    phases: cached,
    runners: () => [...close, 'wireit'],
    notes: ['The others are left out to save time.'],
  },
  {
    name: 'typescript-default',
    workload: 'typescript',
    inputs: 'default',
    isStandard: false,
    phases: cached,
    runners: () => close,
    notes: [noneWithoutFiles],
  },
];
