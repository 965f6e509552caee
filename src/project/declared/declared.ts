import type {Origin} from '../../base/source.ts';
import type {MemberDeclaration} from '../member.ts';
import type {
  BudgetSettings,
  CacheSettings,
  Command,
  Dialect,
  EnvEntry,
  RunLimits,
  StateSettings,
  ToolRequirement,
} from '../project.ts';
import type {Located} from '../toml/section.ts';
import type {NameList, PhaseDefaults, PhaseDraft} from './phase-draft.ts';
import type {ServiceDraft} from './service-draft.ts';

/** What one make.toml says, in whatever dialect, before the profile, the members, the hooks and the names are put together. */
export interface Declared {
  readonly dialect: Dialect;
  /** Relative to the root. */
  readonly file: string;
  readonly about: About;
  readonly phases: ReadonlyMap<string, PhaseDraft>;
  readonly env: DeclaredEnv;
  readonly hooks: readonly DeclaredHook[];
  readonly runHooks: readonly DeclaredRunHook[];
  readonly pipelines: ReadonlyMap<string, NameList>;
  readonly workspaces: DeclaredWorkspaces;
  readonly limits: Partial<RunLimits>;
  readonly defaults: PhaseDefaults;
  readonly cache: Partial<CacheSettings>;
  readonly state: Partial<StateSettings>;
  readonly budget?: BudgetSettings;
  readonly services: ReadonlyMap<string, ServiceDraft>;
  readonly tools: readonly ToolRequirement[];
  readonly prefetch?: PhaseDraft;
  /** Names of phases that the original runner brings along and paceline does not. */
  readonly builtIn?: ReadonlySet<string>;
}

export interface About {
  readonly name?: string;
  readonly version?: string;
  readonly description?: string;
  readonly type?: string;
  readonly authors?: readonly string[];
}

export interface DeclaredEnv {
  /** How the profile is found when nobody asks for one. */
  readonly detect: boolean;
  /** A profile that holds when nobody asks for one. */
  readonly fallback?: string;
  readonly entries: readonly EnvEntry[];
  readonly profiles: ReadonlyMap<string, DeclaredProfile>;
  /** Profiles whose variables hold besides those of the chosen one. */
  readonly additional?: readonly string[];
}

export interface DeclaredProfile {
  readonly entries: readonly EnvEntry[];
  /** Commands of phases, instead of their own. */
  readonly commands: ReadonlyMap<string, {readonly commands: readonly Command[]; readonly origin: Origin}>;
}

/** `before_X`, `after_X`. */
export interface DeclaredHook {
  readonly when: 'before' | 'after';
  readonly phase: string;
  readonly origin: Origin;
  readonly entries: readonly Located[];
  /** names: phases, or lines with a blank in them. lines: shell lines, or phases if they are exactly one's name. commands: shell lines. */
  readonly form: 'names' | 'lines' | 'commands';
}

export type RunHookName = 'beforeAll' | 'afterAll' | 'onError' | 'onSuccess';

export interface DeclaredRunHook {
  readonly hook: RunHookName;
  readonly entries: readonly Located[];
  readonly form: 'names' | 'lines' | 'commands';
}

export interface DeclaredWorkspaces {
  readonly declarations: readonly MemberDeclaration[];
  /** Names that the file gives to the root: `[workspace.default] path = "."`. */
  readonly rootNames: ReadonlySet<string>;
  readonly descriptions: ReadonlyMap<string, string>;
}

type Known<T> = {[Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key]} & {
  [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>;
};

/** The same object without the keys that are undefined. */
export function known<T extends object>(value: T): Known<T> {
  // a loop, because every phase of every file goes through it
  const result: Record<string, unknown> = {};
  for (const key in value) if (value[key] !== undefined) result[key] = value[key];
  return result as Known<T>;
}
