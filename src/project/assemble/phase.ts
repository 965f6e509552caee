import type {Diagnostic} from '../../base/source.ts';
import type {PhaseDefaults, PhaseDraft} from '../declared/phase-draft.ts';
import type {Command, CommandRole, EnvEntry, Phase, PhaseName, ReadyCondition, Sequence} from '../project.ts';
import type {Names} from './names.ts';
import type {Services} from './services.ts';
import {understoodCommands} from './understood-commands.ts';

/** What a phase gets from around it. */
export interface PhaseSurroundings {
  readonly names: Names;
  readonly services: Services;
  readonly profile: string | undefined;
  readonly report: (diagnostic: Diagnostic) => void;
  readonly defaults: PhaseDefaults;
  /** The variables of the project and of the workspace. */
  readonly env: readonly EnvEntry[];
  readonly hooks: ReadonlyMap<string, PhaseHooks>;
}

/** The hooks around one phase, understood. */
export interface PhaseHooks {
  readonly before: readonly Sequence[];
  readonly after: readonly Sequence[];
  readonly commandsBefore: readonly Command[];
  readonly commandsAfter: readonly Command[];
}

/** A draft as the phase that it means. */
export function finishedPhase(draft: PhaseDraft, around: PhaseSurroundings): Phase {
  const {names} = around;
  const hooks = around.hooks.get(draft.name);
  const commands = [...(hooks?.commandsBefore ?? []), ...mainCommands(draft), ...(hooks?.commandsAfter ?? [])];
  const readyWhen = draft.readyWhen ?? portReady(draft);
  const needs = names.sequences(
    draft.aliasOf === undefined
      ? draft.needs
      : [{names: [draft.aliasOf], ordered: false, lenient: true, origin: draft.origin}],
  );
  return {
    name: draft.name as PhaseName,
    ...(draft.description !== undefined && {description: draft.description}),
    ...(draft.category !== undefined && {category: draft.category}),
    private: draft.private ?? false,
    origin: draft.origin,
    commands: understoodCommands(commands, around),
    needs: hooks === undefined ? needs : [...needs, ...hooks.before],
    after: [...names.sequences(draft.followers), ...(hooks?.after ?? [])],
    parallel: draft.parallel ?? false,
    env: phaseEnv(draft, around.env),
    ...(draft.directory !== undefined && {directory: draft.directory}),
    caching: {
      enabled: draft.cache ?? false,
      ...(draft.inputs !== undefined && {inputs: draft.inputs}),
      ...(draft.outputs !== undefined && {outputs: draft.outputs}),
      incremental: draft.incremental ?? [],
      env: [...(draft.hashedEnv ?? []), ...(draft.cacheEnv ?? [])],
      passEnv: draft.passEnv ?? [],
      extraKey: draft.extraKey ?? [],
      closure: draft.closure ?? 'transitive',
      ...(draft.cacheRetried !== undefined && {retried: draft.cacheRetried}),
    },
    limits: phaseLimits(draft, around.defaults),
    resources: {
      cpu: draft.cpu ?? 1,
      ...(draft.memoryBytes !== undefined && {memoryBytes: draft.memoryBytes}),
      exclusive: draft.exclusive ?? false,
    },
    persistent: draft.persistent ?? false,
    ...(readyWhen !== undefined && {readyWhen}),
    firstRunOnly: draft.firstRunOnly ?? false,
    requiresApproval: draft.requiresApproval ?? false,
    onFailure: draft.errorHandling ?? (draft.required === false ? 'warn' : 'stop'),
    ...(draft.condition !== undefined && {condition: draft.condition}),
    tools: draft.tools ?? [],
    services: around.services.named(draft.services ?? []),
    ...(draft.needsPrefetch !== undefined && {needsPrefetch: draft.needsPrefetch}),
    ...(draft.offline !== undefined && {offline: draft.offline}),
  };
}

function mainCommands({commands = [], shell}: PhaseDraft): readonly Command[] {
  if (shell !== 'bash') return commands;
  return commands.map((command) => (command.kind === 'shell' ? {...command, shell} : command));
}

function phaseEnv(draft: PhaseDraft, shared: readonly EnvEntry[]): readonly EnvEntry[] {
  const {env, port} = draft;
  if (env === undefined && port === undefined) return shared;
  const portEntry: readonly EnvEntry[] =
    port === undefined ? [] : [{name: 'PORT', source: {kind: 'value', value: port.text}, origin: port.origin}];
  return [...shared, ...portEntry, ...(env ?? [])];
}

function portReady({persistent, port}: PhaseDraft): ReadyCondition | undefined {
  return persistent === true && port !== undefined && port.port > 0
    ? {kind: 'port', port: port.port, host: '127.0.0.1'}
    : undefined;
}

function phaseLimits(draft: PhaseDraft, defaults: PhaseDefaults): Phase['limits'] {
  // a limit for all phases is not meant for one that never ends
  const timeoutMs = draft.timeoutMs ?? (draft.persistent === true ? undefined : defaults.timeoutMs);
  const commandTimeoutMs =
    draft.commandTimeoutMs ?? (draft.persistent === true ? undefined : defaults.commandTimeoutMs);
  return {
    ...(timeoutMs !== undefined && {timeoutMs}),
    ...(commandTimeoutMs !== undefined && {commandTimeoutMs}),
    retries: draft.retries ?? defaults.retries ?? 0,
    retryDelayMs: draft.retryDelayMs ?? defaults.retryDelayMs ?? 0,
  };
}

/** A command in another place of its phase. */
export function inRole(commands: readonly Command[], role: CommandRole): readonly Command[] {
  return commands.map((command) => ({...command, role}));
}
