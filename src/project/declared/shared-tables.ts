import {posix} from 'node:path';
import type {Diagnostic} from '../../base/source.ts';
import type {MemberDeclaration} from '../member.ts';
import type {CacheSettings, RunLimits, StateSettings, ToolRequirement} from '../project.ts';
import type {Section} from '../toml/section.ts';
import {durationMs} from '../units.ts';
import {
  type About,
  type DeclaredEnv,
  type DeclaredHook,
  type DeclaredProfile,
  type DeclaredRunHook,
  type DeclaredWorkspaces,
  known,
  type RunHookName,
} from './declared.ts';
import {readVariable, readVariables} from './env-entries.ts';
import type {NameList, PhaseDefaults, PhaseDraft} from './phase-draft.ts';
import {shellCommand} from './phase-keys.ts';

type Report = (diagnostic: Diagnostic) => void;

/** `[project]`. */
export function readAbout(section: Section | undefined): About {
  return known({
    name: section?.string('name'),
    version: section?.string('version'),
    description: section?.string('description'),
    type: section?.string('type'),
    authors: section?.strings('authors') ?? section?.strings('author'),
  });
}

/** `[pipelines]`. */
export function readPipelines(section: Section | undefined): ReadonlyMap<string, NameList> {
  const pipelines = new Map<string, NameList>();
  for (const name of section?.keys ?? []) {
    const names = section?.located(name);
    if (section !== undefined && names !== undefined)
      pipelines.set(name, {names, ordered: true, origin: section.origin(name)});
  }
  return pipelines;
}

/** The limits of `[execution]` for the run. */
export function readLimits(section: Section | undefined): Partial<RunLimits> {
  return known({
    jobs: section?.number('max_parallel_phases') || undefined,
    timeoutMs: durationMs(section?.value('run_timeout')),
    graceMs: durationMs(section?.value('grace')),
  });
}

/** The limits of `[execution]` for each phase. */
export function readDefaults(section: Section | undefined): PhaseDefaults {
  return known({
    timeoutMs: durationMs(section?.value('timeout_seconds')),
    commandTimeoutMs: durationMs(section?.value('command_timeout')),
    retries: section?.number('retry_attempts'),
    retryDelayMs: durationMs(section?.value('retry_delay_seconds')),
  });
}

/** `[cache]`, and `force_rerun_if_changed` of `[state]`. */
export function readCache(cache: Section | undefined, state: Section | undefined): Partial<CacheSettings> {
  const megabytes = cache?.number('max_cache_size_mb');
  return known({
    enabled: cache?.boolean('enabled') ?? cache?.boolean('enable_caching'),
    directory: cache?.string('directory') ?? cache?.string('cache_directory'),
    maxAgeMs: durationMs(cache?.value('cache_ttl_seconds')),
    maxBytes: megabytes === undefined ? undefined : Math.round(megabytes * 2 ** 20),
    globalInputs: state?.strings('force_rerun_if_changed'),
  });
}

/** `[state]`. */
export function readState(section: Section | undefined): Partial<StateSettings> {
  return known({
    file: section?.string('file') ?? section?.string('state_file'),
    history: section?.boolean('persist_execution_state'),
    skipIfExists: section?.strings('skip_if_exists'),
  });
}

/** Tools whose program has another name. */
const programs: Readonly<Record<string, string>> = {
  rust: 'rustc',
  nodejs: 'node',
  python: 'python3',
  'sqlx-cli': 'sqlx',
  golang: 'go',
};
/** Tools that do not know `--version`. */
const versionArguments: Readonly<Record<string, string>> = {go: 'version', java: '-version', kubectl: 'version'};

/** `[deps]`. */
export function readTools(section: Section | undefined): readonly ToolRequirement[] {
  return (section?.keys ?? []).flatMap((name): ToolRequirement[] => {
    const range = section?.string(name);
    if (section === undefined || range === undefined) return [];
    const program = programs[name] ?? name;
    const anyVersion = ['', '*', 'latest', 'any'].includes(range.trim());
    return [
      {
        name,
        probe: [program, versionArguments[program] ?? '--version'],
        ...(!anyVersion && {range}),
        required: true,
        origin: section.origin(name),
      },
    ];
  });
}

/** `[scripts]`: phases of the root. */
export function readScriptPhases(
  section: Section | undefined,
  phases: ReadonlyMap<string, PhaseDraft>,
  report: Report,
): ReadonlyMap<string, PhaseDraft> {
  const scripts = new Map<string, PhaseDraft>();
  for (const name of section?.keys ?? []) {
    const lines = section?.located(name);
    if (section === undefined || lines === undefined) continue;
    const origin = section.origin(name);
    const phase = phases.get(name);
    if (phase !== undefined) {
      const message = `the script "${name}" has the name of a phase, which counts`;
      report({
        severity: 'warning',
        code: 'W_SAME_NAME',
        message,
        hint: `Rename the script; the phase is in line ${phase.origin.line}.`,
        origin,
      });
      continue;
    }
    scripts.set(name, {
      name,
      origin,
      commands: lines.map((line) => shellCommand(line)),
      workspaces: [{text: '.', origin}],
    });
  }
  return scripts;
}

/** `[workspace]` and `[workspace.<name>]`. */
export function readWorkspaces(section: Section | undefined): DeclaredWorkspaces {
  const declarations: MemberDeclaration[] = [];
  const rootNames = new Set<string>();
  const descriptions = new Map<string, string>();
  for (const {text, origin} of section?.located('members') ?? []) declarations.push({kind: 'glob', path: text, origin});
  for (const [name, inner] of section?.namedSections() ?? []) {
    const written = inner.string('path');
    if (written === undefined) continue;
    const path = posix.normalize(written).replace(/\/$/, '');
    if (path === '.') rootNames.add(name);
    else declarations.push({kind: 'path', name, path, origin: inner.valueOrigin('path')});
    const description = inner.string('description');
    if (description !== undefined) descriptions.set(name, description);
  }
  return {declarations, rootNames, descriptions};
}

/** `[env]` of the lifecycle and phases dialects. */
export function readEnv(section: Section | undefined): DeclaredEnv {
  if (section === undefined) return {detect: false, entries: [], profiles: new Map()};
  return {
    detect: section.string('detect') === 'auto',
    entries: section.keys.filter((key) => key !== 'detect').flatMap((key) => readVariable(section, key)),
    profiles: new Map(section.namedSections().map(([name, inner]) => [name, readProfile(inner)])),
  };
}

function readProfile(section: Section): DeclaredProfile {
  const commands = section.section('commands');
  return {
    entries: readVariables(section, new Set(commands === undefined ? [] : ['commands'])),
    commands: new Map(
      (commands?.keys ?? []).map((phase) => [
        phase,
        {
          commands: (commands?.located(phase) ?? []).map((line) => shellCommand(line)),
          origin: commands?.origin(phase) ?? section.here,
        },
      ]),
    ),
  };
}

const runHooks: Readonly<Record<string, RunHookName>> = {
  before_all: 'beforeAll',
  after_all: 'afterAll',
  on_error: 'onError',
  on_success: 'onSuccess',
};

/** `[hooks]`. */
export function readHooks(section: Section | undefined): {
  readonly hooks: readonly DeclaredHook[];
  readonly runHooks: readonly DeclaredRunHook[];
} {
  const hooks: DeclaredHook[] = [];
  const ofRun: DeclaredRunHook[] = [];
  for (const key of section?.keys ?? []) {
    if (section === undefined) break;
    const table = section.section(key);
    const entries = table?.located('commands') ?? section.located(key) ?? [];
    const form = table !== undefined ? 'commands' : section.string(key) !== undefined ? 'lines' : 'names';
    const hook = runHooks[key];
    if (hook !== undefined) {
      ofRun.push({hook, entries, form});
      continue;
    }
    const named = /^(before|after)_(.+)$/s.exec(key === 'on_init' ? 'after_init' : key);
    if (named === null) continue;
    hooks.push({
      when: named[1] === 'before' ? 'before' : 'after',
      phase: named[2] ?? '',
      origin: section.origin(key),
      entries,
      form,
    });
  }
  return {hooks, runHooks: ofRun};
}
