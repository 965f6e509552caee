import type {Diagnostic} from '../../base/source.ts';
import type {Declared} from '../declared/declared.ts';
import {readEnv} from '../declared/env-table.ts';
import {readHooks} from '../declared/hooks-table.ts';
import {readLifecyclePhase, readPhases, readPrefetch} from '../declared/lifecycle-phase.ts';
import {readScriptPhases} from '../declared/scripts-table.ts';
import {readServices} from '../declared/service-table.ts';
import {
  readAbout,
  readBudget,
  readCache,
  readDefaults,
  readLimits,
  readPipelines,
  readState,
} from '../declared/shared-tables.ts';
import {readTools} from '../declared/tools-table.ts';
import {readWorkspaces} from '../declared/workspace-table.ts';
import type {TomlDocument} from '../toml/document.ts';

/** A make.toml with `[lifecycle.<phase>]` tables. */
export function readLifecycle({file, top}: TomlDocument, report: (diagnostic: Diagnostic) => void): Declared {
  const phases = readPhases(top.section('lifecycle'), (name, section) => readLifecyclePhase(name, section, report));
  const scripts = readScriptPhases(top.section('scripts'), phases, report);
  const execution = top.section('execution');
  const prefetch = top.section('prefetch');
  const budget = top.section('budget');
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
    services: readServices(top.section('service'), report),
    ...(prefetch !== undefined && {prefetch: readPrefetch(prefetch, report)}),
    ...(budget !== undefined && {budget: readBudget(budget)}),
  };
}
