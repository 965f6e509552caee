import type {Declared, DeclaredHook} from '../declared/declared.ts';
import type {DialectContext} from '../dialects/dialect.ts';
import {type EnvEntry, ROOT_WORKSPACE, type WorkspaceName} from '../project.ts';
import {phaseHooks} from './hooks.ts';
import type {Names} from './names.ts';
import type {Parts} from './parts.ts';
import type {PhaseSurroundings} from './phase.ts';
import {runnerVariables} from './runner-variables.ts';
import type {Services} from './services.ts';

/** What is the same for all workspaces. */
interface Shared {
  readonly names: Names;
  readonly services: Services;
  readonly profile: string | undefined;
}

/** What the phases of each workspace get from around them: one value for all workspaces that say nothing themselves. */
export class Surroundings {
  readonly #context: DialectContext;
  readonly #parts: Parts;
  readonly #shared: Shared;
  readonly #folders: ReadonlyMap<WorkspaceName, string>;
  readonly #made = new Map<WorkspaceName, PhaseSurroundings>();

  constructor(context: DialectContext, parts: Parts, shared: Shared) {
    this.#context = context;
    this.#parts = parts;
    this.#shared = shared;
    this.#folders = new Map(parts.found.members.map((member) => [member.name, member.directory]));
  }

  of(workspace: WorkspaceName): PhaseSurroundings {
    const {top, own} = this.#parts;
    const differs = own.has(workspace) || top.dialect === 'cargo-make';
    const key = differs ? workspace : ROOT_WORKSPACE;
    const made = this.#made.get(key) ?? this.#make(key);
    this.#made.set(key, made);
    return made;
  }

  #make(workspace: WorkspaceName): PhaseSurroundings {
    const {top} = this.#parts;
    const own = this.#parts.own.get(workspace);
    const {root, report} = this.#context;
    const variables = runnerVariables(top, this.#shared.profile, root, this.#folders.get(workspace) ?? '');
    return {
      ...this.#shared,
      report,
      defaults: {...top.defaults, ...own?.defaults},
      env: [...variables, ...this.#variables(top), ...(own === undefined ? [] : this.#variables(own))],
      hooks: this.#hooks([...top.hooks, ...(own?.hooks ?? [])]),
    };
  }

  /** Those that always hold, then those of the profile. */
  #variables({env}: Declared): readonly EnvEntry[] {
    const {profile: chosen} = this.#shared;
    const profiles = [...(env.additional ?? []), ...(chosen === undefined ? [] : [chosen])];
    return [...env.entries, ...profiles.flatMap((profile) => env.profiles.get(profile)?.entries ?? [])];
  }

  #hooks(hooks: readonly DeclaredHook[]): PhaseSurroundings['hooks'] {
    return phaseHooks(hooks, this.#shared.names, this.#context.report);
  }
}
