import type {Diagnostic, Origin} from '../../base/source.ts';
import {PLUGINS, type PluginName} from '../service.ts';
import type {Section} from '../toml/section.ts';
import type {ServiceDraft} from './service-draft.ts';

type Report = (diagnostic: Diagnostic) => void;

/** Keys that only some plugins act on. */
const ONLY_FOR: Readonly<Record<string, readonly PluginName[]>> = {
  binary: ['postgres', 'redis', 'process'],
  command: ['generic_container', 'process'],
  ports: ['generic_container'],
  health: ['generic_container', 'process'],
  level: ['postgres'],
  reuse: ['generic_container'],
  reset: ['generic_container'],
};

/** Keys that say something about a container. */
const OF_CONTAINERS = ['image', 'volumes', 'privileged', 'resources'];

type ReportError = (code: string, message: string, hint: string, origin: Origin) => void;

/** Reports what cannot be in a service, what is missing, and what does nothing beside the rest of it. */
export function checkService(draft: ServiceDraft, section: Section, report: Report): void {
  const {name, plugin, origin} = draft;
  const error: ReportError = (code, message, hint, place) =>
    report({severity: 'error', code, message: `service "${name}" ${message}`, hint, origin: place});
  checkPool(draft, section, error);
  checkPrivileged(draft, section, error);
  checkHealth(draft, section, error);
  if (plugin !== undefined) {
    checkStart(plugin, draft, section, error);
    warnIdle(plugin, draft, section, report);
  } else if (!section.has('plugin') && !section.has('image')) {
    const names = PLUGINS.map((one) => `"${one}"`).join(', ');
    error('E_MISSING_KEY', 'has no "plugin"', `Add \`plugin = ...\`: one of ${names}.`, origin);
  }
}

/** A name is part of file names, and of those of variables: there no two of them may be the same. */
export function checkNames(services: readonly ServiceDraft[], report: Report): void {
  const first = new Map<string, string>();
  for (const {name, origin} of services) {
    if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/.test(name)) {
      const hint = 'Use letters, digits, "-", "_" and "."; begin with a letter or a digit; at most 63 of them.';
      report({severity: 'error', code: 'E_VALUE', message: `"${name}" cannot be the name of a service`, hint, origin});
      continue;
    }
    const prefix = name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');
    const other = first.get(prefix);
    first.set(prefix, other ?? name);
    if (other === undefined) continue;
    const message = `the services "${other}" and "${name}" have the same variables: ${prefix}_URL`;
    report({severity: 'error', code: 'E_VALUE', message, hint: 'Rename one of them.', origin});
  }
}

function checkStart(plugin: PluginName, draft: ServiceDraft, section: Section, error: ReportError): void {
  const {origin, image, binary, command, backend, reuse, reset} = draft;
  if (plugin === 'generic_container' && !image && !isMistyped(section, 'image', image)) {
    error('E_MISSING_KEY', 'has no "image"', 'Add `image = "name:tag"`.', origin);
  }
  if (plugin === 'process' && !binary && !command?.length && !isMistyped(section, 'command', command)) {
    error('E_MISSING_KEY', 'does not say what to start', 'Add `command = "..."`.', origin);
  }
  const only = plugin === 'generic_container' ? 'docker' : plugin === 'process' ? 'process' : backend;
  if (backend !== undefined && backend !== only) {
    const hint = `Remove \`backend\`, or write "${only}".`;
    error('E_VALUE', `is a ${plugin}, which "${backend}" cannot run`, hint, section.valueOrigin('backend'));
  }
  if (plugin === 'generic_container' && (reuse === 'reset' || reuse === 'verified') && !reset) {
    const hint = 'Add `reset = "..."`: a shell line that undoes what a user did; or remove `reuse`.';
    error('E_MISSING_KEY', `has \`reuse = "${reuse}"\`, and no "reset"`, hint, section.origin('reuse'));
  }
}

/** A key that is there with a value of another type was reported before. */
function isMistyped(section: Section, key: string, value: unknown): boolean {
  return value === undefined && section.has(key);
}

function checkPrivileged({privileged, allow}: ServiceDraft, section: Section, error: ReportError): void {
  if (!privileged || allow.includes('privileged')) return;
  const hint = 'Remove `privileged`; `allow = ["privileged"]` lets its container rule this machine.';
  error('E_SERVICE_UNSAFE', 'wants to be privileged', hint, section.origin('privileged'));
}

function checkHealth({health}: ServiceDraft, section: Section, error: ReportError): void {
  if (health?.kind !== 'http' || health.path.startsWith('/')) return;
  const origin = section.section('health')?.valueOrigin('http') ?? section.here;
  error('E_VALUE', `asks for "${health.path}", which is no path`, 'Begin it with "/".', origin);
}

function checkPool({pool: {min, max}}: ServiceDraft, section: Section, error: ReportError): void {
  const table = section.section('pool');
  if (table === undefined) return;
  if (max === 0) error('E_VALUE', 'can never be leased: "max" is 0', 'Write 1 or more.', table.valueOrigin('max'));
  else if (min !== undefined && max !== undefined && min > max) {
    const message = `is to have ${min} kept ready, and at most ${max}`;
    error('E_VALUE', message, 'Make "min" the smaller one.', table.valueOrigin('min'));
  }
}

function warnIdle(plugin: PluginName, draft: ServiceDraft, section: Section, report: Report): void {
  const idle = (origin: Origin, key: string, reason: string): void =>
    report({
      severity: 'warning',
      code: 'W_SERVICE_KEY',
      message: `"${key}" does nothing ${reason}`,
      hint: `Remove "${key}".`,
      origin,
    });
  for (const [key, plugins] of Object.entries(ONLY_FOR)) {
    if (section.has(key) && !plugins.includes(plugin)) idle(section.origin(key), key, `for a ${plugin}`);
  }
  if (plugin === 'process' || draft.backend === 'process') {
    for (const key of OF_CONTAINERS)
      if (section.has(key)) idle(section.origin(key), key, 'for what does not run in a container');
  }
  const init = section.section('init') ?? section;
  if (plugin !== 'postgres' && draft.init.sql !== undefined) {
    const key = init === section ? 'init' : 'sql';
    idle(init.origin(key), key, `for a ${plugin}, which knows no SQL files: use \`migrate\``);
  }
  const hasCommand = draft.command !== undefined && ONLY_FOR.command?.includes(plugin) === true;
  for (const key of ['binary', 'args']) {
    if (hasCommand && section.has(key)) idle(section.origin(key), key, 'where there is a "command"');
  }
  const isReused = draft.reuse !== undefined && draft.reuse !== 'never';
  if (plugin === 'generic_container' && draft.reset !== undefined && !isReused) {
    idle(section.origin('reset'), 'reset', 'where a used container never serves again: `reuse` says so');
  }
  const health = section.section('health');
  if (health?.has('status') && draft.health?.kind !== 'http') {
    idle(health.origin('status'), 'status', 'without "http"');
  }
}
