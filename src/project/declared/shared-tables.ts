import type {BudgetSettings, CacheSettings, RunLimits, StateSettings} from '../project.ts';
import type {Section} from '../toml/section.ts';
import {durationMs} from '../units.ts';
import {type About, known} from './declared.ts';
import type {NameList, PhaseDefaults} from './phase-draft.ts';

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
    globalInputs: joined(cache?.strings('inputs'), state?.strings('force_rerun_if_changed')),
    globalEnv: cache?.strings('env'),
    globalPassEnv: cache?.strings('pass_env'),
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

/** `[budget]`. */
export function readBudget(section: Section): BudgetSettings {
  const phases = new Map<string, number>();
  for (const key of section.keys) {
    const ms = durationMs(section.value(key));
    if (ms !== undefined && key !== 'total' && key !== 'stretch' && key !== 'task') phases.set(key, ms);
  }
  return {
    ...known({
      totalMs: durationMs(section.value('total')),
      stretchMs: durationMs(section.value('stretch')),
      taskMs: durationMs(section.value('task')),
    }),
    phases,
  };
}

function joined(...lists: readonly (readonly string[] | undefined)[]): readonly string[] | undefined {
  return lists.every((list) => list === undefined) ? undefined : lists.flatMap((list) => list ?? []);
}
