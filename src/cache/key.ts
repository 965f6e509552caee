import {sha256} from '@noble/hashes/sha2.js';
import type {OwnCommand, Task} from '../plan/task.ts';
import type {CacheKeyPart} from '../project/project.ts';
import {hashOf} from './digest.ts';
import type {Action, Command, NameValue} from './remote-api/messages.ts';

/** Grows when equal keys no longer mean equal results. */
const KEY_FORMAT = 1;

/** Names and values, in order of the names. */
export type KeyVariables = readonly (readonly [name: string, value: string])[];

/** Everything of a task's key but files and what it needs. */
export interface KeyText {
  /** One text; equal texts, equal keys. Holds no value of a variable. */
  readonly text: string;
  /** How commands are started, a line each. */
  readonly commands: readonly string[];
  readonly variables: KeyVariables;
  readonly settings: Readonly<Record<string, string>>;
}

/** What holds for every task of a run. */
export interface KeySurroundings {
  /** Absolute path; where it occurs in a variable it does not count. */
  readonly root: string;
  /** `linux-x64-glibc`. */
  readonly platform: string;
  /** Of the `node` that tasks find. */
  readonly node: string;
  /** What tools say of their versions, by name; and what services are, by `service:<name>`. */
  readonly tools: Readonly<Record<string, string>>;
  /** Those that every task depends on; a phase may name more. */
  readonly projectTools: readonly string[];
}

const ROOT_PLACE = '<root>';

/** Everything but the folder: the same for all workspaces that share a phase. */
type SharedText = Omit<KeyText, 'text'> & {readonly text: string};

/** Makes the part of the keys that needs no look at the disk. */
export class KeyTexts {
  readonly #around: KeySurroundings;
  readonly #shared = new Map<KeyVariables, Map<string, SharedText>>();
  readonly #commands = new WeakMap<Task['commands'], readonly string[]>();

  constructor(around: KeySurroundings) {
    this.#around = around;
  }

  /** @param variables one value for all tasks that have the same ones */
  of(task: Task, variables: KeyVariables): KeyText {
    const {phase, workspace} = task;
    let commands = this.#commands.get(task.commands);
    if (commands === undefined) {
      commands = task.commands.map(commandText);
      this.#commands.set(task.commands, commands);
    }
    const key = JSON.stringify([
      commands,
      task.args,
      phase.directory,
      phase.parallel,
      phase.caching,
      phase.tools.map(({name}) => name),
      phase.services.map(({name}) => name),
      task.stage,
    ]);
    let texts = this.#shared.get(variables);
    if (texts === undefined) {
      texts = new Map();
      this.#shared.set(variables, texts);
    }
    let shared = texts.get(key);
    if (shared === undefined) {
      shared = sharedText(task, commands, variables, this.#around);
      texts.set(key, shared);
    }
    return {...shared, text: `${JSON.stringify(workspace.directory)} ${shared.text}`};
  }
}

function sharedText(
  task: Task,
  commands: readonly string[],
  variables: KeyVariables,
  around: KeySurroundings,
): SharedText {
  const {phase} = task;
  const {caching} = phase;
  const portable = variables.map(([name, value]) => [name, value.replaceAll(around.root, ROOT_PLACE)] as const);
  const settings: Record<string, string> = {
    format: String(KEY_FORMAT),
    platform: around.platform,
    node: around.node,
    ...toolVersions(task, around),
    ...(task.args.length > 0 && {arguments: JSON.stringify(task.args)}),
    ...(phase.directory !== undefined && {directory: phase.directory.replaceAll(around.root, ROOT_PLACE)}),
    ...(phase.parallel && {parallel: 'yes'}),
    outputs: caching.outputs === undefined ? 'as seen' : JSON.stringify(caching.outputs),
    ...(caching.incremental.length > 0 && {incremental: JSON.stringify(caching.incremental)}),
    ...(caching.closure === 'direct' && {closure: 'direct'}),
    ...extraText(caching.extraKey, portable),
    ...(task.stage !== 'main' && {stage: task.stage}),
  };
  return {
    text: JSON.stringify([commands, settings, environmentHash(portable)]),
    commands,
    variables: portable,
    settings,
  };
}

function toolVersions({phase}: Task, {tools, projectTools}: KeySurroundings): Record<string, string> {
  const names = [...new Set([...projectTools, ...phase.tools.map(({name}) => name)])].sort();
  const services = phase.services.map(({name}) => `service:${name}`).sort();
  return Object.fromEntries([
    ...names.map((name) => [`tool:${name}`, tools[name] ?? 'none']),
    ...services.map((name) => [name, tools[name] ?? 'none']),
  ]);
}

/** The Command message: what is started, with hashes in place of the values of variables. */
export function commandMessage(task: Task, key: KeyText): Command {
  const {workspace, phase} = task;
  return {
    arguments: key.commands,
    environmentVariables: key.variables.map(([name, value]) => ({name, value: variableHash(name, value)})),
    workingDirectory: workspace.directory,
    outputPaths: [...(phase.caching.outputs ?? [])].sort(),
  };
}

/** The Action message around a command and its inputs; `needed`: keys of tasks whose results are not known as files. */
export function actionMessage(
  key: KeyText,
  digests: Pick<Action, 'commandDigest' | 'inputRootDigest'>,
  needed: Readonly<Record<string, string>>,
): Action {
  const properties: NameValue[] = Object.entries({...prefixed('', key.settings), ...prefixed('needs:', needed)})
    .map(([name, value]) => ({name: `paceline:${name}`, value}))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return {...digests, doNotCache: false, salt: '', platform: properties};
}

/** What is kept of a variable: enough to see that it changed, not what it was. */
export function variableHash(name: string, value: string): string {
  return hashOf(`${name}\0${value}`);
}

function prefixed(prefix: string, record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [prefix + name, value]));
}

function commandText(command: OwnCommand): string {
  const {role} = command;
  switch (command.kind) {
    case 'shell':
      return JSON.stringify([
        role,
        command.shell ?? '/bin/sh',
        '-c',
        command.line,
        ...(command.packageScript === undefined ? [] : [`script ${command.packageScript}`]),
      ]);
    case 'program':
      return JSON.stringify([role, command.program, ...command.args]);
    case 'script':
      return JSON.stringify([
        role,
        ...command.interpreter,
        command.text,
        ...(command.args ?? []),
        command.extension ?? '',
      ]);
  }
}

/** Files of `cache_key` are inputs; the rest of it is text. */
function extraText(parts: readonly CacheKeyPart[], variables: KeyVariables): Record<string, string> {
  const texts = parts.flatMap((part) => {
    if (part.kind === 'file') return [];
    if (part.kind === 'text') return [part.text];
    const value = variables.find(([name]) => name === part.name)?.[1];
    return [value === undefined ? (part.fallback ?? '') : `$${part.name}`];
  });
  return texts.length === 0 ? {} : {cache_key: texts.join('')};
}

/** One hash for all variables. */
function environmentHash(variables: KeyVariables): string {
  // Node's own needs 10 ms to load: too much for a run with nothing to do
  return Buffer.from(sha256(Buffer.from(JSON.stringify(variables)))).toString('hex');
}

export function isCached({phase}: Task): boolean {
  return phase.caching.enabled && !phase.requiresApproval && !phase.persistent;
}
