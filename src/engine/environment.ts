import {execFileSync} from 'node:child_process';
import {delimiter, join} from 'node:path';
import {HASHED_NAMES, NameList, PASSED_NAMES} from '../cache/environment-names.ts';
import {isCached, type KeyVariables} from '../cache/key.ts';
import type {Task} from '../plan/task.ts';
import type {EnvEntry, Project, ShellCommand} from '../project/project.ts';
import {conditionFailure} from './condition.ts';
import {expandVariables} from './expand.ts';
import {npmVariables} from './npm-environment.ts';
import {OFFLINE} from './offline.ts';

type Variables = Record<string, string>;

export interface EnvironmentOptions {
  readonly project: Project;
  /** What paceline itself was given. */
  readonly inherited: Readonly<Record<string, string | undefined>>;
  /** From the command line; wins over everything. */
  readonly defined: Readonly<Record<string, string>>;
  /** Of this run: `PACELINE_RUN_ID`... */
  readonly marks: Readonly<Record<string, string>>;
}

/** What a cached task inherits. */
interface NameLists {
  readonly key: string;
  readonly hashed: NameList;
  readonly passed: NameList;
  /** What goes into keys, by the entries of the config. */
  readonly keys: Map<readonly EnvEntry[], KeyVariables>;
}

/** Makes the environment of each command. What many tasks share is made once. */
export class Environment {
  readonly #options: EnvironmentOptions;
  readonly #base: Variables;
  readonly #entries = new Map<readonly EnvEntry[], Map<string, Variables>>();
  readonly #lists = new Map<string, NameLists>();
  readonly #scripts = new Map<EnvEntry, string>();

  constructor(options: EnvironmentOptions) {
    this.#options = options;
    this.#base = {...definedOnly(options.inherited), ...options.marks};
  }

  /** Variables that a task's commands see; `extra` is added before what the command line defines. */
  forTask(task: Task, extra: Readonly<Record<string, string>> = {}): Variables {
    const {phase, workspace} = task;
    const shared = this.#resolved(task);
    return {
      ...shared,
      PACELINE_TASK: task.id,
      PACELINE_WORKSPACE: workspace.name,
      PACELINE_PHASE: phase.name,
      ...(this.#isOffline(task) ? OFFLINE : {}),
      ...extra,
      ...this.#options.defined,
    };
  }

  /**
   * The variables that are part of a cached task's key: those that the config sets, those of `env`, those that every key has, and
   * those of the command line. PATH is not: the versions of tools are.
   */
  forKey(task: Task): KeyVariables {
    const {phase} = task;
    const {hashed, keys} = this.#namesOf(task);
    // PATH alone depends on the folder
    const known = keys.get(phase.env);
    if (known !== undefined) return known;
    const shared = this.#resolved(task);
    const names = new Set([...phase.env.map(({name}) => name), ...Object.keys(this.#options.defined)]);
    for (const name of Object.keys(this.#options.inherited)) if (hashed.has(name)) names.add(name);
    names.delete('PATH');
    const values: [string, string][] = [];
    for (const name of [...names].sort()) {
      const value = this.#options.defined[name] ?? shared[name];
      if (value !== undefined) values.push([name, value]);
    }
    keys.set(phase.env, values);
    return values;
  }

  /** Names of variables that paceline was given and that a task does not see. */
  withheldFrom(task: Task): readonly string[] {
    if (!this.#isStrict(task)) return [];
    const visible = this.forTask(task);
    return Object.keys(this.#options.inherited).filter((name) => !Object.hasOwn(visible, name));
  }

  /** A cached task sees only what is declared, or its result would depend on what nobody named. */
  #isStrict(task: Task): boolean {
    return isCached(task) && this.#options.project.cache.enabled;
  }

  #namesOf({phase}: Task): NameLists {
    const {cache} = this.#options.project;
    const key = JSON.stringify([phase.caching.env, phase.caching.passEnv, phase.caching.extraKey]);
    let lists = this.#lists.get(key);
    if (lists === undefined) {
      const named = phase.caching.extraKey.flatMap((part) => (part.kind === 'env' ? [part.name] : []));
      const hashed = [...HASHED_NAMES, ...cache.globalEnv, ...phase.caching.env, ...named];
      const passed = [...PASSED_NAMES, ...cache.globalPassEnv, ...phase.caching.passEnv];
      lists = {key, hashed: new NameList(hashed), passed: new NameList(passed), keys: new Map()};
      this.#lists.set(key, lists);
    }
    return lists;
  }

  /** PATH of commands in the root folder. */
  get path(): string {
    return this.#path('', this.#options.inherited.PATH);
  }

  /** Behind a prefetch stage nothing should have to be fetched any more. */
  #isOffline({phase, stage}: Task): boolean {
    const {prefetch} = this.#options.project;
    if (prefetch === undefined || prefetch.offline === false || stage === 'prefetch') return false;
    return phase.offline !== false && phase.needsPrefetch !== false;
  }

  /** The same with what npm would add for a package.json script. */
  forScript(task: Task, command: ShellCommand, variables: Variables): Variables {
    if (command.packageScript === undefined) return variables;
    const {project, inherited} = this.#options;
    return {...variables, ...npmVariables(project, task.workspace, command.packageScript, command.line, inherited)};
  }

  /** Environments depend on the list of entries, on what may be inherited, and on the workspace's folder (for PATH) only. */
  #resolved(task: Task): Variables {
    const entries = task.phase.env;
    const {directory} = task.workspace;
    const lists = this.#isStrict(task) ? this.#namesOf(task) : undefined;
    let byFolder = this.#entries.get(entries);
    if (byFolder === undefined) {
      byFolder = new Map();
      this.#entries.set(entries, byFolder);
    }
    const key = `${directory}\0${lists?.key ?? ''}`;
    const known = byFolder.get(key);
    if (known !== undefined) return known;
    const variables: Variables = lists === undefined ? {...this.#base} : this.#declaredOnly(lists);
    const folder = join(this.#options.project.root, directory);
    for (const entry of entries) this.#apply(entry, variables, folder);
    variables.PATH = this.#path(directory, variables.PATH);
    byFolder.set(key, variables);
    return variables;
  }

  #declaredOnly({hashed, passed}: NameLists): Variables {
    const visible = Object.entries(definedOnly(this.#options.inherited)).filter(
      ([name]) => hashed.has(name) || passed.has(name),
    );
    return {...Object.fromEntries(visible), ...this.#options.marks};
  }

  #apply(entry: EnvEntry, variables: Variables, folder: string): void {
    const context = {
      folder,
      env: variables,
      ...(this.#options.project.profile === undefined ? {} : {profile: this.#options.project.profile}),
    };
    if (entry.condition !== undefined && conditionFailure(entry.condition, context) !== undefined) return;
    switch (entry.source.kind) {
      case 'value':
        variables[entry.name] = entry.source.value;
        break;
      case 'expand':
        variables[entry.name] = expandVariables(entry.source.value, variables);
        break;
      case 'script':
        variables[entry.name] = this.#scriptValue(entry, entry.source.lines, variables);
        break;
      case 'unset':
        delete variables[entry.name];
        break;
    }
  }

  #scriptValue(entry: EnvEntry, lines: readonly string[], env: Variables): string {
    const known = this.#scripts.get(entry);
    if (known !== undefined) return known;
    let value = '';
    try {
      value = execFileSync('/bin/sh', ['-e', '-c', lines.join('\n')], {
        cwd: this.#options.project.root,
        env,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        timeout: 60_000,
      }).trim();
    } catch {
      // as in cargo-make: a script that fails leaves the variable empty
    }
    this.#scripts.set(entry, value);
    return value;
  }

  #path(directory: string, inherited: string | undefined): string {
    return commandPath(this.#options.project.root, directory, inherited);
  }
}

/** PATH of commands in a folder of a project: programs of its packages come first. @param inherited PATH of whoever runs them */
export function commandPath(root: string, directory: string, inherited: string | undefined): string {
  const own = directory === '' ? [] : [join(root, directory, 'node_modules', '.bin')];
  return [...own, join(root, 'node_modules', '.bin'), ...(inherited === undefined ? [] : [inherited])].join(delimiter);
}

function definedOnly(env: Readonly<Record<string, string | undefined>>): Variables {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
