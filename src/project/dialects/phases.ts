import type {Diagnostic} from '../../base/source.ts';
import {type Declared, type DeclaredHook, known} from '../declared/declared.ts';
import {readEnv} from '../declared/env-table.ts';
import {readHooks} from '../declared/hooks-table.ts';
import {readLifecyclePhase, readPhases, readPrefetch, set} from '../declared/lifecycle-phase.ts';
import type {NameList, PhaseDraft} from '../declared/phase-draft.ts';
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
import type {Section} from '../toml/section.ts';

type Report = (diagnostic: Diagnostic) => void;

/** A make.toml with `[phases.<phase>]` tables. */
export function readPhasesFile({file, top}: TomlDocument, report: Report): Declared {
  const table = top.section('phases');
  const phases = readPhases(table, (name, section) => readPhase(name, section, report));
  const {hooks, runHooks} = readHooks(top.section('hooks'));
  const execution = top.section('execution');
  const performance = top.section('performance');
  const prefetch = top.section('prefetch');
  const budget = top.section('budget');
  return {
    dialect: 'phases',
    file,
    about: {...readAbout(top.section('lifecycle')), ...readAbout(top.section('project'))},
    phases: new Map([...phases, ...readScriptPhases(top.section('scripts'), phases, report)]),
    env: readEnv(top.section('env')),
    hooks: [...(table?.namedSections() ?? []).flatMap(([name, section]) => readOwnHooks(name, section)), ...hooks],
    runHooks,
    pipelines: readPipelines(top.section('pipelines')),
    workspaces: readWorkspaces(top.section('workspace')),
    limits: {...jobsOf(performance), ...readLimits(execution)},
    defaults: readDefaults(execution),
    cache: {
      ...known({enabled: performance?.boolean('cache_enabled'), directory: performance?.string('cache_dir')}),
      ...readCache(top.section('cache'), top.section('state')),
    },
    state: readState(top.section('state')),
    tools: readTools(top.section('deps')),
    services: readServices(top.section('service'), report),
    ...(prefetch !== undefined && {prefetch: readPrefetch(prefetch, report)}),
    ...(budget !== undefined && {budget: readBudget(budget)}),
  };
}

function readPhase(name: string, section: Section, report: Report): PhaseDraft {
  const draft = readLifecyclePhase(name, section, report);
  const requires = section.located('requires');
  if (requires === undefined) return draft;
  const needs: readonly NameList[] = [...(draft.needs ?? []), set(requires, section, 'requires')];
  return {...draft, needs};
}

/** `[phases.X.hooks]`. */
function readOwnHooks(phase: string, section: Section): readonly DeclaredHook[] {
  const table = section.section('hooks');
  return (['before', 'after'] as const).flatMap((when): readonly DeclaredHook[] => {
    const entries = table?.located(when);
    return table === undefined || entries === undefined
      ? []
      : [{when, phase, origin: table.origin(when), entries, form: 'lines'}];
  });
}

function jobsOf(performance: Section | undefined): {readonly jobs?: number} {
  if (performance?.boolean('parallel_execution') === false) return {jobs: 1};
  const workers = performance?.number('max_workers');
  return workers === undefined || workers === 0 ? {} : {jobs: workers};
}
