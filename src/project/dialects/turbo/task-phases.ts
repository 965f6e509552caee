import type {Diagnostic, Origin} from '../../../base/source.ts';
import type {Member} from '../../member.ts';
import {plainPhase} from '../../plain-phase.ts';
import {
  type Caching,
  type Phase,
  type PhaseName,
  type PhaseReference,
  ROOT_WORKSPACE,
  type Sequence,
} from '../../project.ts';
import {scriptCommands} from '../package-script.ts';
import {frameworkEnv} from './framework-env.ts';
import {turboInputs, turboOutputs} from './globs.ts';
import {needs, turboReference} from './references.ts';
import type {TaskSettings} from './task-settings.ts';

/** The tasks of each package, by package name. */
export type TaskTable = ReadonlyMap<string, ReadonlyMap<string, TaskSettings>>;

/** What the phases of one package are made from. */
export interface PhaseSource {
  readonly table: TaskTable;
  /** Tasks that another task of the same package, or one that names the package, waits for. */
  readonly waitedFor: ReadonlySet<string>;
  /** Names of the phases that the root has. */
  readonly rootTasks: ReadonlySet<string>;
  readonly scriptHooks: boolean;
  readonly report: (diagnostic: Diagnostic) => void;
}

/** What is the same for all packages that share the settings of a task. */
interface Template {
  readonly references: readonly PhaseReference[];
  readonly hasWith: boolean;
  /** By depth of the package's folder: paths from the root depend on it. */
  readonly phases: Map<number, Phase>;
}

/** Makes the phases of packages; what packages have in common is made once. */
export class TaskPhases {
  readonly #source: PhaseSource;
  readonly #templates = new Map<TaskSettings, Template>();

  constructor(source: PhaseSource) {
    this.#source = source;
  }

  /**
   * The tasks of one package. A task without a script is kept when order has to pass through it: it runs nothing then. `^x` alone
   * needs no such phase, the planner looks through packages that lack one.
   */
  of(member: Member): ReadonlyMap<PhaseName, Phase> {
    const {table, waitedFor, scriptHooks} = this.#source;
    const phases = new Map<PhaseName, Phase>();
    const env = frameworkEnv(member.packageRanges ?? new Map());
    for (const [task, settings] of table.get(member.name) ?? []) {
      const commands = scriptCommands(member, task, scriptHooks);
      const template = this.#template(settings);
      if (commands.length === 0 && !passesOrder(task, template.references, waitedFor)) continue;
      const phase = this.#phase(task, member, settings, template);
      const caching =
        env.length === 0 ? phase.caching : {...phase.caching, env: [...new Set([...env, ...phase.caching.env])]};
      phases.set(task as PhaseName, {
        ...phase,
        commands,
        caching,
        needs: this.#needs(member, task, settings, template, phase),
      });
    }
    return phases;
  }

  #template(settings: TaskSettings): Template {
    const known = this.#templates.get(settings);
    if (known !== undefined) return known;
    const references = (settings.list('dependsOn') ?? []).flatMap((item) => turboReference(item) ?? []);
    const template = {references, hasWith: (settings.list('with') ?? []).length > 0, phases: new Map()};
    this.#templates.set(settings, template);
    return template;
  }

  #phase(task: string, member: Member, settings: TaskSettings, template: Template): Phase {
    const depth = member.directory === '' ? 0 : member.directory.split('/').length;
    const known = template.phases.get(depth);
    if (known !== undefined) return known;
    const phase = {...taskPhase(task, settings, member.origin, depth), needs: needs(template.references)};
    template.phases.set(depth, phase);
    return phase;
  }

  #needs(member: Member, task: string, settings: TaskSettings, template: Template, phase: Phase): readonly Sequence[] {
    const {table, rootTasks} = this.#source;
    const here = table.get(member.name);
    // A name that the package lacks would be looked for in the root, which turbo does not do.
    const atRoot = ({where, phase: name}: PhaseReference): boolean =>
      where.kind === 'own' && here?.has(name) !== true && rootTasks.has(name);
    if (!template.hasWith && !template.references.some(atRoot)) return phase.needs;
    return needs(
      [...template.references, ...besides(member, task, settings, this.#source)].filter(
        (reference) => !atRoot(reference),
      ),
    );
  }
}

function passesOrder(task: string, references: readonly PhaseReference[], waitedFor: ReadonlySet<string>): boolean {
  if (references.some(({phase, where}) => where.kind !== 'dependencies' || phase !== task)) return true;
  return references.length > 0 && waitedFor.has(task);
}

/** Everything about a task but its commands and needs. */
function taskPhase(task: string, settings: TaskSettings, fallback: Origin, depth: number): Phase {
  const description = settings.string('description');
  const persistent = settings.boolean('persistent') === true;
  return {
    ...plainPhase(task as PhaseName, settings.layers.at(-1)?.here ?? fallback),
    ...(description !== undefined && {description}),
    caching: taskCaching(settings, persistent, depth),
    persistent,
  };
}

function taskCaching(settings: TaskSettings, persistent: boolean, depth: number): Caching {
  const inputs = turboInputs(settings, depth);
  const variables = (settings.list('dependsOn') ?? []).flatMap(({text}) =>
    text.startsWith('$') ? [text.slice(1)] : [],
  );
  const env = (settings.list('env') ?? []).map(({text}) => text.replace(/^\$/, ''));
  return {
    // A task that only a reference made is somebody's script with nothing said about its results.
    enabled: settings.layers.length > 0 && settings.boolean('cache') !== false && !persistent,
    ...(inputs !== undefined && {inputs}),
    outputs: turboOutputs(settings, depth),
    incremental: [],
    env: [...new Set([...env, ...variables])],
    passEnv: (settings.list('passThroughEnv') ?? []).map(({text}) => text),
    extraKey: [],
    closure: 'transitive',
  };
}

/**
 * `with` as needs: a persistent task is done for its dependents as soon as it is ready, so the two run side by side. A task that ends
 * runs before instead, and of two that name each other only the later name needs the other; both are said.
 */
function besides(member: Member, task: string, settings: TaskSettings, source: PhaseSource): readonly PhaseReference[] {
  return (settings.list('with') ?? []).flatMap((item) => {
    const reference = turboReference(item);
    if (reference === undefined || reference.where.kind === 'dependencies') return [];
    const owner = reference.where.kind === 'own' ? member.name : reference.where.name;
    const other = source.table.get(owner)?.get(reference.phase);
    if (other === undefined || (owner === member.name && reference.phase === task)) return [];
    const warn = (reason: string): void => {
      const message = `"with" is honoured in part: ${reason}`;
      source.report({severity: 'warning', code: 'W_NOT_YET', message, origin: item.origin});
    };
    const [id, otherId] = [`${member.name}#${task}`, `${owner}#${reference.phase}`];
    if (id < otherId && reaches(otherId, id, source.table, new Set())) {
      warn(`"${otherId}" runs beside this one already; a request for "${id}" alone does not start it`);
      return [];
    }
    if (other.boolean('persistent') !== true)
      warn(`"${otherId}" is not persistent, so it runs before "${id}", not beside it`);
    return [reference];
  });
}

/** Whether one task leads to another along `with`. */
function reaches(from: string, to: string, table: TaskTable, passed: Set<string>): boolean {
  if (from === to) return true;
  if (passed.has(from)) return false;
  passed.add(from);
  const [owner = '', task = ''] = splitAtLastHash(from);
  return (table.get(owner)?.get(task)?.list('with') ?? []).some(({text}) =>
    reaches(text.includes('#') ? text : `${owner}#${text}`, to, table, passed),
  );
}

function splitAtLastHash(id: string): readonly [string, string] {
  const hash = id.indexOf('#', id.startsWith(ROOT_WORKSPACE) ? ROOT_WORKSPACE.length : 0);
  return [id.slice(0, hash), id.slice(hash + 1)];
}
