import {execFileSync} from 'node:child_process';
import {delimiter, join} from 'node:path';
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

/** Makes the environment of each command. What many tasks share is made once. */
export class Environment {
  readonly #options: EnvironmentOptions;
  readonly #base: Variables;
  readonly #entries = new Map<readonly EnvEntry[], ReadonlyMap<string, Variables>>();
  readonly #scripts = new Map<EnvEntry, string>();

  constructor(options: EnvironmentOptions) {
    this.#options = options;
    this.#base = {...definedOnly(options.inherited), ...options.marks};
  }

  /** Variables that a task's commands see; `extra` is added before what the command line defines. */
  forTask(task: Task, extra: Readonly<Record<string, string>> = {}): Variables {
    const {phase, workspace} = task;
    const shared = this.#resolved(phase.env, workspace.directory);
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

  /** Environments depend on the list of entries and on the workspace's folder (for PATH) only. */
  #resolved(entries: readonly EnvEntry[], directory: string): Variables {
    let byFolder = this.#entries.get(entries) as Map<string, Variables> | undefined;
    if (byFolder === undefined) {
      byFolder = new Map();
      this.#entries.set(entries, byFolder);
    }
    const known = byFolder.get(directory);
    if (known !== undefined) return known;
    const variables: Variables = {...this.#base};
    const folder = join(this.#options.project.root, directory);
    for (const entry of entries) this.#apply(entry, variables, folder);
    variables.PATH = this.#path(directory, variables.PATH);
    byFolder.set(directory, variables);
    return variables;
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
    const {root} = this.#options.project;
    const own = directory === '' ? [] : [join(root, directory, 'node_modules', '.bin')];
    return [...own, join(root, 'node_modules', '.bin'), ...(inherited === undefined ? [] : [inherited])].join(
      delimiter,
    );
  }
}

function definedOnly(env: Readonly<Record<string, string | undefined>>): Variables {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
