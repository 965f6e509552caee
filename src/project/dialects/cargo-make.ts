import type {Diagnostic} from '../../base/source.ts';
import type {Declared, DeclaredRunHook, RunHookName} from '../declared/declared.ts';
import {readPrefetch} from '../declared/lifecycle-phase.ts';
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
import type {TomlDocument} from '../toml/document.ts';
import type {Section} from '../toml/section.ts';
import {builtInTasks} from './cargo-make/built-in-tasks.ts';
import {readCargoEnv} from './cargo-make/env.ts';
import {layeredTasks} from './cargo-make/layered-tasks.ts';
import {systemOf} from './cargo-make/system.ts';
import {readTask} from './cargo-make/task.ts';

/** A make.toml or Makefile.toml with `[tasks.<task>]` tables. */
export function readCargoMake(
  {file, top}: TomlDocument,
  report: (diagnostic: Diagnostic) => void,
  platform = process.platform,
): Declared {
  const config = top.section('config');
  const execution = top.section('execution');
  const prefetch = top.section('prefetch');
  const budget = top.section('budget');
  const system = systemOf(platform);
  const inMembers = config?.boolean('default_to_workspace') ?? false;
  const tasks = layeredTasks(top.section('tasks'), system, report);
  return {
    dialect: 'cargo-make',
    file,
    about: readAbout(top.section('project')),
    phases: new Map([...tasks].map(([name, section]) => [name, readTask(name, section, {system, inMembers, report})])),
    env: readCargoEnv(top.section('env'), config),
    hooks: [],
    runHooks: readRunHooks(config),
    pipelines: readPipelines(top.section('pipelines')),
    workspaces: {declarations: [], rootNames: new Set(), descriptions: new Map()},
    limits: readLimits(execution),
    defaults: readDefaults(execution),
    cache: readCache(top.section('cache'), top.section('state')),
    state: readState(top.section('state')),
    tools: readTools(top.section('deps')),
    services: readServices(top.section('service'), report),
    ...(prefetch !== undefined && {prefetch: readPrefetch(prefetch, report)}),
    ...(budget !== undefined && {budget: readBudget(budget)}),
    builtIn: builtInTasks,
  };
}

const hookTasks: readonly (readonly [string, RunHookName])[] = [
  ['init_task', 'beforeAll'],
  ['end_task', 'afterAll'],
  ['on_error_task', 'onError'],
];

function readRunHooks(config: Section | undefined): readonly DeclaredRunHook[] {
  return hookTasks.flatMap(([key, hook]): readonly DeclaredRunHook[] => {
    const entries = config?.located(key);
    return entries === undefined ? [] : [{hook, entries, form: 'names'}];
  });
}
