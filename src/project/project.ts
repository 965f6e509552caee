import type {Brand} from '../base/brand.ts';
import type {Diagnostic, Origin} from '../base/source.ts';
import type {Service} from './service.ts';

export type PhaseName = Brand<string, 'PhaseName'>;
export type WorkspaceName = Brand<string, 'WorkspaceName'>;

/** The project root as a workspace, whatever package.json calls it. */
export const ROOT_WORKSPACE = '//' as WorkspaceName;

/** Where the phases were read from. */
export type Dialect = 'lifecycle' | 'cargo-make' | 'phases' | 'turbo' | 'scripts';

/**
 * Everything that is written down about a project, read from its config files and from nothing else: no command runs while it
 * is made. All profile choices, aliases, `extend`s and workspace overrides are already applied.
 */
export interface Project {
  /** Absolute path. */
  readonly root: string;
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  /** What its make.toml says it is (`webapp`), and who wrote it: for its readers. */
  readonly type?: string;
  readonly authors?: readonly string[];
  readonly dialect: Dialect;
  /** The env profile in force (`development`, `production`...), when one was chosen or detected. */
  readonly profile?: string;
  /** Every env profile that the files mention. */
  readonly profiles: readonly string[];
  /** The root (`ROOT_WORKSPACE`) first, then the members, in order of their folder. */
  readonly workspaces: ReadonlyMap<WorkspaceName, Workspace>;
  /** The root file's phases as they run in the root folder, whatever workspaces they normally run in: for hooks that run once. */
  readonly rootPhases: ReadonlyMap<PhaseName, Phase>;
  /** The variables that every phase gets (already folded into `Phase.env`), for inline hooks. */
  readonly env: readonly EnvEntry[];
  readonly pipelines: ReadonlyMap<string, Pipeline>;
  readonly hooks: RunHooks;
  readonly limits: RunLimits;
  /** Checked before the first task. */
  readonly tools: readonly ToolRequirement[];
  /** The `[prefetch]` stage: runs first, once, beside what does not need it. */
  readonly prefetch?: Phase;
  readonly cache: CacheSettings;
  readonly state: StateSettings;
  readonly budget: BudgetSettings;
  /** `[service.X]`, by name. */
  readonly services: ReadonlyMap<string, Service>;
  readonly packageManager?: PackageManager;
  /** Paths relative to the root of every file that was read, in the order of reading. */
  readonly files: readonly string[];
  /** Warnings; errors are thrown as one PacelineError. */
  readonly diagnostics: readonly Diagnostic[];
}

/** `[budget]`: limits that a report holds runs against, ms. */
export interface BudgetSettings {
  readonly totalMs?: number;
  readonly stretchMs?: number;
  /** For any one task. */
  readonly taskMs?: number;
  readonly phases: ReadonlyMap<string, number>;
}

export interface Workspace {
  readonly name: WorkspaceName;
  readonly description?: string;
  /** Relative to the root with `/`; '' for the root. May not exist yet. */
  readonly directory: string;
  /** Workspaces of this project that it depends on, directly. */
  readonly dependencies: readonly WorkspaceName[];
  /** The phases that a request for them runs here. */
  readonly phases: ReadonlyMap<PhaseName, Phase>;
  /** Its package.json, where there is one: what npm would show to a script. */
  readonly manifest?: PackageManifest;
  /** The line that made it a member, or its package.json. */
  readonly origin: Origin;
}

/** The parts of a package.json that a script can see (`npm_package_*`). */
export interface PackageManifest {
  readonly name?: string;
  readonly version?: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly bin?: string | Readonly<Record<string, string>>;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly engines?: Readonly<Record<string, string>>;
}

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

/** What runs in one workspace when its name is asked for. One value may be shared by many workspaces. */
export interface Phase {
  readonly name: PhaseName;
  readonly description?: string;
  /** A heading in lists. */
  readonly category?: string;
  /** Not to be asked for by name (cargo-make's `private`). */
  readonly private: boolean;
  readonly origin: Origin;
  /** In order; the first failure ends the phase. None: the phase only names others. Inline hook commands are in here too. */
  readonly commands: readonly Command[];
  /** What must have succeeded before (`depends_on`, `dependencies`, `requires`, `before_X` phases). */
  readonly needs: readonly Sequence[];
  /** What follows this phase, and what its dependents wait for too (`after_X` phases, `run_task`). */
  readonly after: readonly Sequence[];
  /** Run the commands of this phase side by side; and lists that name it make no order. */
  readonly parallel: boolean;
  readonly env: readonly EnvEntry[];
  /** Where the commands run, relative to the workspace's folder; may be absolute. */
  readonly directory?: string;
  readonly caching: Caching;
  readonly limits: PhaseLimits;
  readonly resources: Resources;
  /** Never ends by itself; dependents wait until it is ready. */
  readonly persistent: boolean;
  readonly readyWhen?: ReadyCondition;
  readonly firstRunOnly: boolean;
  readonly requiresApproval: boolean;
  /** What a failure of this phase means: end the run, a warning, or nothing. */
  readonly onFailure: 'stop' | 'warn' | 'ignore';
  readonly condition?: Condition;
  readonly tools: readonly ToolRequirement[];
  /** Leased for each task, before its first command; their variables are passed on. */
  readonly services: readonly Service[];
  /** Waits for the prefetch stage; true unless said otherwise. */
  readonly needsPrefetch?: boolean;
  /** Package managers are told to stay offline after the prefetch stage; true unless said otherwise. */
  readonly offline?: boolean;
}

/** Names that were written in one list. `ordered`: one behind the other, unless the phases say `parallel`. */
export interface Sequence {
  readonly references: readonly PhaseReference[];
  readonly ordered: boolean;
}

/** `build`, `^build`, `web#build`, `//#build`. */
export interface PhaseReference {
  readonly phase: PhaseName;
  /** own: the same workspace (else the root); dependencies: `^`; a name: that workspace. */
  readonly where:
    | {readonly kind: 'own'}
    | {readonly kind: 'dependencies'}
    | {readonly kind: 'workspace'; readonly name: WorkspaceName};
  /** Absent in a workspace: silently nothing (`^x`, turbo) or an error. */
  readonly optional: boolean;
  readonly origin: Origin;
}

/** `hook`: an inline `before_X`/`after_X` line; it belongs to the phase. */
export type CommandRole = 'before' | 'main' | 'after';

export type Command = ShellCommand | ProgramCommand | ScriptCommand | PhaseCall;

/** A line for `sh -c`. */
export interface ShellCommand {
  readonly kind: 'shell';
  readonly line: string;
  /** Not the default `sh`. */
  readonly shell?: string;
  /** The package.json script that it is: gets npm_lifecycle_event, npm_package_*. */
  readonly packageScript?: string;
  readonly role: CommandRole;
  readonly origin: Origin;
}

/** A program and its arguments, no shell; `${NAME}` and `${@}` are replaced from the environment (cargo-make). */
export interface ProgramCommand {
  readonly kind: 'program';
  readonly program: string;
  readonly args: readonly string[];
  readonly role: CommandRole;
  readonly origin: Origin;
}

/** A text of several lines for an interpreter. */
export interface ScriptCommand {
  readonly kind: 'script';
  readonly text: string;
  /** Program and leading arguments, from `script_runner` or the shebang: `['bash']`, `['python3']`; the file's path follows. */
  readonly interpreter: readonly string[];
  /** Behind the file's path; `${NAME}` and `${@}` are replaced as in ProgramCommand. */
  readonly args?: readonly string[];
  /** With the dot, when the interpreter wants one. */
  readonly extension?: string;
  readonly role: CommandRole;
  readonly origin: Origin;
}

/** A call of a pipeline runner that no longer exists, understood: `ggen lifecycle run build`, `cargo make build`. */
export interface PhaseCall {
  readonly kind: 'phases';
  readonly sequence: Sequence;
  /** The text that was understood so. */
  readonly line: string;
  readonly role: CommandRole;
  readonly origin: Origin;
}

/**
 * One variable, in order of precedence (later wins). `value`: literal. `expand`: `${NAME}` inside is replaced from the environment so
 * far. `script`: the standard output of these shell lines, trimmed; run once a run, before the first task.
 */
export interface EnvEntry {
  readonly name: string;
  readonly source:
    | {readonly kind: 'value' | 'expand'; readonly value: string}
    | {readonly kind: 'script'; readonly lines: readonly string[]}
    | {readonly kind: 'unset'};
  readonly condition?: Condition;
  readonly origin: Origin;
}

/** What may be skipped, and what that depends on. */
export interface Caching {
  /** Undefined: nobody said; a dialect has its own default. */
  readonly enabled: boolean;
  /** Globs relative to the workspace, `!` excludes, `$default` is the default set; absent = default. */
  readonly inputs?: readonly string[];
  /** Globs relative to the workspace; absent = not declared, [] = none. */
  readonly outputs?: readonly string[];
  /** Kept between runs, in neither key nor result. */
  readonly incremental: readonly string[];
  /** Names of variables that are hashed (`FOO_*` allowed, `!FOO` excludes). */
  readonly env: readonly string[];
  /** Names of variables that are passed, not hashed. */
  readonly passEnv: readonly string[];
  /** Files, variables and literal text from `cache_key`. */
  readonly extraKey: readonly CacheKeyPart[];
  readonly closure: 'transitive' | 'direct';
  /** Store a result that needed more than one attempt, too. */
  readonly retried?: boolean;
}

export type CacheKeyPart =
  | {readonly kind: 'file'; readonly path: string}
  | {readonly kind: 'env'; readonly name: string; readonly fallback?: string}
  | {readonly kind: 'text'; readonly text: string};

export interface PhaseLimits {
  /** For the phase as a whole, ms. */
  readonly timeoutMs?: number;
  /** For each command, ms. */
  readonly commandTimeoutMs?: number;
  /** Attempts after the first failure. */
  readonly retries: number;
  /** Wait before the first retry; doubles with each further one. */
  readonly retryDelayMs: number;
}

export interface Resources {
  /** Slots that it takes; 1 unless said. */
  readonly cpu: number;
  readonly memoryBytes?: number;
  /** Nothing else runs beside it. */
  readonly exclusive: boolean;
}

/** `pattern` is a regular expression over the log. */
export type ReadyCondition =
  | {readonly kind: 'log'; readonly pattern: string}
  | {readonly kind: 'port'; readonly port: number; readonly host: string}
  | {readonly kind: 'command'; readonly line: string};

/** All parts must hold, looked at just before the phase would start; if one does not, the phase is skipped. Paths are relative to the workspace. */
export interface Condition {
  readonly filesExist?: readonly string[];
  readonly filesNotExist?: readonly string[];
  readonly envSet?: readonly string[];
  readonly envNotSet?: readonly string[];
  readonly envEquals?: Readonly<Record<string, string>>;
  readonly envTrue?: readonly string[];
  readonly envFalse?: readonly string[];
  /** `linux`, `mac`, `windows`. */
  readonly platforms?: readonly string[];
  readonly profiles?: readonly string[];
  /** Shell lines; exit 0 means yes. */
  readonly script?: readonly string[];
  readonly failMessage?: string;
}

export interface Pipeline {
  readonly name: string;
  readonly sequence: Sequence;
  readonly origin: Origin;
}

/** A step of a hook that runs once a run, in the root folder. */
export type HookStep =
  | {readonly kind: 'phase'; readonly reference: PhaseReference}
  | {readonly kind: 'command'; readonly command: Command};

export interface RunHooks {
  readonly beforeAll: readonly HookStep[];
  readonly afterAll: readonly HookStep[];
  readonly onError: readonly HookStep[];
  readonly onSuccess: readonly HookStep[];
}

export interface RunLimits {
  /** Tasks at once, when the command line does not say. */
  readonly jobs?: number;
  /** For the run as a whole, ms. */
  readonly timeoutMs?: number;
  /** From the first polite signal to the kill, ms. */
  readonly graceMs: number;
}

/** A program that must be there before the first task. */
export interface ToolRequirement {
  readonly name: string;
  /** Started to see whether it is there, and which version: `['cargo', '--version']`. */
  readonly probe: readonly string[];
  /** A semver range; absent = any. */
  readonly range?: string;
  /** What to type to get it. */
  readonly install?: string;
  /** Missing: an error (true) or a warning. */
  readonly required: boolean;
  readonly origin: Origin;
}

export interface CacheSettings {
  readonly enabled: boolean;
  /** Where the project wants its cache; relative to the root. */
  readonly directory?: string;
  readonly maxAgeMs?: number;
  readonly maxBytes?: number;
  /** Globs relative to the root that are inputs of every cached phase. */
  readonly globalInputs: readonly string[];
  readonly globalEnv: readonly string[];
  readonly globalPassEnv: readonly string[];
}

export interface StateSettings {
  /** A ggen state file whose successes count for `first_run_only`; relative to the root. */
  readonly file: string;
  /** Record runs in the history. */
  readonly history: boolean;
  /** When all of these are there, `first_run_only` phases count as done. Relative to the root. */
  readonly skipIfExists: readonly string[];
}
