import type {Origin} from '../../src/base/source.ts';
import {plainPhase} from '../../src/project/plain-phase.ts';
import {
  type Command,
  type HookStep,
  type Phase,
  type PhaseName,
  type PhaseReference,
  type Project,
  ROOT_WORKSPACE,
  type Sequence,
  type ShellCommand,
  type Workspace,
  type WorkspaceName,
} from '../../src/project/project.ts';

/** A line of an imagined make.toml. */
export function line(number: number): Origin {
  return {file: 'make.toml', line: number, column: 1};
}

/** `build`, `^build`, `web#build`, `//#build`; behind it `?` for optional and `@7` for its line. */
export function reference(text: string): PhaseReference {
  const [, target = '', optional, at] = /^(.*?)(\?)?(?:@(\d+))?$/.exec(text) ?? [];
  const hash = target.lastIndexOf('#');
  const phase = target.slice(target.startsWith('^') ? 1 : hash + 1) as PhaseName;
  const where: PhaseReference['where'] = target.startsWith('^')
    ? {kind: 'dependencies'}
    : hash < 0
      ? {kind: 'own'}
      : {kind: 'workspace', name: target.slice(0, hash) as WorkspaceName};
  return {phase, where, optional: optional !== undefined, origin: line(Number(at ?? 1))};
}

export function inOrder(...names: readonly string[]): Sequence {
  return {references: names.map(reference), ordered: true};
}

export function together(...names: readonly string[]): Sequence {
  return {references: names.map(reference), ordered: false};
}

export function shell(text: string, more: Partial<ShellCommand> = {}): ShellCommand {
  return {kind: 'shell', line: text, role: 'main', origin: line(1), ...more};
}

/** A command that is understood as the phases it names. */
export function call(...names: readonly string[]): Command {
  return {
    kind: 'phases',
    sequence: inOrder(...names),
    line: `paceline run ${names.join(' ')}`,
    role: 'main',
    origin: line(1),
  };
}

/** A phase with one command, `echo NAME`. */
export function phase(name: string, more: Partial<Phase> = {}): Phase {
  const plain = plainPhase(name as PhaseName, line(1));
  return {
    ...plain,
    commands: [shell(`echo ${name}`)],
    caching: {...plain.caching, enabled: false},
    ...more,
  };
}

export function workspace(
  name: string,
  phases: readonly Phase[],
  more: Partial<Workspace> & {on?: readonly string[]} = {},
): Workspace {
  const {on = [], ...rest} = more;
  return {
    name: name as WorkspaceName,
    directory: name === ROOT_WORKSPACE ? '' : `packages/${name}`,
    dependencies: on as readonly WorkspaceName[],
    phases: new Map(phases.map((one) => [one.name, one])),
    origin: line(1),
    ...rest,
  };
}

/** A project whose root has `phases`, and these members. */
export function project(
  phases: readonly Phase[],
  members: readonly Workspace[] = [],
  more: Partial<Project> = {},
): Project {
  const root = workspace(ROOT_WORKSPACE, phases);
  return {
    root: '/project',
    name: 'project',
    dialect: 'lifecycle',
    profiles: [],
    workspaces: new Map([root, ...members].map((one) => [one.name, one])),
    rootPhases: root.phases,
    env: [],
    pipelines: new Map(),
    hooks: {beforeAll: [], afterAll: [], onError: [], onSuccess: []},
    limits: {graceMs: 1000},
    tools: [],
    cache: {enabled: true, globalInputs: [], globalEnv: [], globalPassEnv: []},
    state: {file: '.ggen/state.json', history: true, skipIfExists: []},
    budget: {phases: new Map()},
    services: new Map(),
    files: ['make.toml'],
    diagnostics: [],
    ...more,
  };
}

/** Steps of a hook that runs once: names of phases, or commands. */
export function hook(...steps: readonly (string | ShellCommand)[]): readonly HookStep[] {
  return steps.map((step) =>
    typeof step === 'string' ? {kind: 'phase', reference: reference(step)} : {kind: 'command', command: step},
  );
}

/** A pipeline whose steps are in order. */
export function pipeline(name: string, ...names: readonly string[]): Project['pipelines'] {
  return new Map([[name, {name, sequence: inOrder(...names), origin: line(1)}]]);
}
