import type {Diagnostic} from '../../base/source.ts';
import type {CacheKeyPart, Phase, ShellCommand} from '../project.ts';
import type {Located, Section} from '../toml/section.ts';
import {byteSize, durationMs} from '../units.ts';
import {cacheKeyParts} from './cache-key.ts';
import {readCondition, readReadyWhen} from './conditions.ts';
import {known} from './declared.ts';
import type {PhaseDraft} from './phase-draft.ts';

type Report = (diagnostic: Diagnostic) => void;

const failures: Readonly<Record<string, Phase['onFailure']>> = {stop: 'stop', warn: 'warn', continue: 'ignore'};

/** The keys that a phase has in every dialect. */
export function readEveryPhaseKeys(section: Section, report: Report): Partial<PhaseDraft> {
  const port = section.number('port');
  const resources = section.section('resources');
  return known({
    description: section.string('description'),
    category: section.string('category'),
    private: section.boolean('private'),
    parallel: section.boolean('parallel'),
    cache: section.boolean('cache'),
    inputs: section.strings('inputs'),
    outputs: section.strings('outputs'),
    incremental: section.strings('incremental'),
    extraKey: readCacheKey(section, report),
    closure: readClosure(section),
    passEnv: section.strings('pass_env'),
    cacheEnv: section.strings('cache_env'),
    cacheRetried: section.boolean('cache_retried'),
    timeoutMs: durationMs(section.value('timeout')),
    commandTimeoutMs: durationMs(section.value('command_timeout')),
    retries: section.number('retries'),
    retryDelayMs: durationMs(section.value('retry_delay')),
    directory: section.string('directory') ?? section.string('cwd'),
    cpu: resources?.number('cpu'),
    memoryBytes: byteSize(resources?.value('memory')),
    exclusive: section.boolean('exclusive'),
    persistent: section.boolean('persistent'),
    readyWhen: readReadyWhen(section),
    port: port === undefined ? undefined : {port, text: String(port), origin: section.origin('port')},
    firstRunOnly: section.boolean('first_run_only'),
    requiresApproval: section.boolean('requires_approval'),
    errorHandling: failures[section.string('error_handling') ?? ''],
    required: section.boolean('required'),
    condition: readCondition(section),
    needsPrefetch: section.boolean('needs_prefetch'),
    offline: section.boolean('offline'),
    services: section.located('services'),
    workspaces: section.located('workspaces'),
  });
}

function readClosure(section: Section): PhaseDraft['closure'] {
  const closure = section.string('closure');
  return closure === 'transitive' || closure === 'direct' ? closure : undefined;
}

function readCacheKey(section: Section, report: Report): readonly CacheKeyPart[] | undefined {
  return section.located('cache_key')?.flatMap(({text, origin}) =>
    cacheKeyParts(text, (expression) => {
      report({
        severity: 'warning',
        code: 'W_CACHE_KEY',
        message: `${expression} is not understood: it counts as this text, whatever it stands for`,
        hint: "Understood are {{ hash('file') }}, {{ env.NAME }} and {{ env.NAME | default('x') }}.",
        origin,
      });
    }),
  );
}

/** `commands`, or `command`, which wins. */
export function readCommands(section: Section): Pick<PhaseDraft, 'commands' | 'shell'> {
  const lines = section.string('command') === undefined ? section.located('commands') : section.located('command');
  const shell = section.string('shell');
  return {
    ...(lines !== undefined && {commands: lines.map(shellCommand)}),
    ...((shell === 'sh' || shell === 'bash') && {shell}),
  };
}

export function shellCommand({text, origin}: Located): ShellCommand {
  return {kind: 'shell', line: text, role: 'main', origin};
}
