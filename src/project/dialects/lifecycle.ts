import type {Diagnostic} from '../../base/source.ts';
import type {Declared} from '../declared/declared.ts';
import {readLifecyclePhase, readPhases, readPrefetch} from '../declared/lifecycle-phase.ts';
import {
  readAbout,
  readCache,
  readDefaults,
  readEnv,
  readHooks,
  readLimits,
  readPipelines,
  readScriptPhases,
  readState,
  readTools,
  readWorkspaces,
} from '../declared/shared-tables.ts';
import type {TomlDocument} from '../toml/document.ts';

/** A make.toml with `[lifecycle.<phase>]` tables. */
export function readLifecycle({file, top}: TomlDocument, report: (diagnostic: Diagnostic) => void): Declared {
  const phases = readPhases(top.section('lifecycle'), (name, section) => readLifecyclePhase(name, section, report));
  const scripts = readScriptPhases(top.section('scripts'), phases, report);
  const execution = top.section('execution');
  const prefetch = top.section('prefetch');
  return {
    dialect: 'lifecycle',
    file,
    about: readAbout(top.section('project')),
    phases: new Map([...phases, ...scripts]),
    env: readEnv(top.section('env')),
    ...readHooks(top.section('hooks')),
    pipelines: readPipelines(top.section('pipelines')),
    workspaces: readWorkspaces(top.section('workspace')),
    limits: readLimits(execution),
    defaults: readDefaults(execution),
    cache: readCache(top.section('cache'), top.section('state')),
    state: readState(top.section('state')),
    tools: readTools(top.section('deps')),
    ...(prefetch !== undefined && {prefetch: readPrefetch(prefetch, report)}),
  };
}
