import type {Diagnostic} from '../../base/source.ts';
import {BACKENDS, type HealthCheck, PLUGINS, type PluginName, type Service} from '../service.ts';
import type {Section} from '../toml/section.ts';
import {byteSize, durationMs} from '../units.ts';
import {known} from './declared.ts';
import {checkNames, checkService} from './service-checks.ts';
import type {ServiceDraft} from './service-draft.ts';

type Report = (diagnostic: Diagnostic) => void;

/** `[service.X]`. What is wrong with a service by itself is reported; what its paths and names lead to is not looked at. */
export function readServices(section: Section | undefined, report: Report): ReadonlyMap<string, ServiceDraft> {
  const services = new Map<string, ServiceDraft>();
  for (const [name, inner] of section?.namedSections() ?? []) {
    const draft = readService(name, inner);
    checkService(draft, inner, report);
    services.set(name, draft);
  }
  checkNames([...services.values()], report);
  return services;
}

function readService(name: string, section: Section): ServiceDraft {
  const image = section.string('image');
  const resources = section.section('resources');
  const pool = section.section('pool');
  return {
    name,
    origin: section.here,
    args: section.strings('args') ?? [],
    env: readEnv(section.section('env')),
    ports: numbers(section.value('ports')),
    volumes: section.located('volumes') ?? [],
    needs: section.located('depends_on') ?? [],
    resources: known({cpu: resources?.number('cpu'), memoryBytes: byteSize(resources?.value('memory'))}),
    init: readInit(section),
    pool: known({min: pool?.number('min'), max: pool?.number('max')}),
    allow: choices(section.strings('allow'), ['privileged', 'host-volumes']),
    privileged: section.boolean('privileged') ?? false,
    ...known({
      plugin: section.has('plugin') ? choice(section, 'plugin', PLUGINS) : pluginOf(image),
      backend: choice(section, 'backend', BACKENDS),
      image,
      binary: section.string('binary'),
      command: readCommand(section),
      health: readHealth(section.section('health')),
      level: choice<Service['level']>(section, 'level', ['database', 'cluster']),
      reuse: choice<Service['reuse']>(section, 'reuse', ['never', 'reset', 'verified']),
      reset: section.string('reset'),
      startTimeoutMs: durationMs(section.value('start_timeout')),
    }),
  };
}

/** The official images, from whatever registry. */
function pluginOf(image: string | undefined): PluginName | undefined {
  if (image === undefined) return undefined;
  const official = /^(?:(?:[^/]*[.:][^/]*|localhost)\/)?(?:library\/)?(postgres|redis)(?:[:@].*)?$/.exec(image)?.[1];
  return official === 'postgres' || official === 'redis' ? official : 'generic_container';
}

/** A list of words, or a line: its words where they stand for themselves, else a shell that runs it. */
function readCommand(section: Section): readonly string[] | undefined {
  const line = section.string('command')?.trim();
  if (line === undefined) return section.strings('command');
  const words = line.split(/\s+/).filter((word) => word !== '');
  const isPlain = words.every((word) => /^[\w@%+=:,./{}-]+$/.test(word)) && words[0]?.includes('=') === false;
  return isPlain || words.length === 0 ? words : ['sh', '-c', line];
}

/** The first of its kinds that is there. */
function readHealth(section: Section | undefined): HealthCheck | undefined {
  const pattern = section?.string('log');
  if (pattern !== undefined) return {kind: 'log', pattern};
  const path = section?.string('http');
  const port = section?.number('port');
  if (path !== undefined) return {kind: 'http', path, port: port ?? 0, status: section?.number('status') ?? 200};
  if (port !== undefined) return {kind: 'port', port};
  const line = section?.string('command');
  return line === undefined ? undefined : {kind: 'command', line};
}

function readInit(section: Section): ServiceDraft['init'] {
  const sql = section.strings('init');
  if (sql !== undefined) return {sql};
  const table = section.section('init');
  return known({
    sql: table?.strings('sql'),
    migrate: table?.string('migrate'),
    seed: table?.string('seed'),
    files: table?.strings('files'),
  });
}

function readEnv(section: Section | undefined): Readonly<Record<string, string>> {
  const values = (section?.keys ?? []).map((name) => [name, section?.value(name)] as const);
  return Object.fromEntries(
    values.filter(([, value]) => typeof value !== 'object').map(([name, value]) => [name, String(value)]),
  );
}

function numbers(value: unknown): readonly number[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'number') : [];
}

function choice<T extends string>(section: Section, key: string, known: readonly T[]): T | undefined {
  return choices(section.strings(key), known)[0];
}

function choices<T extends string>(written: readonly string[] | undefined, known: readonly T[]): readonly T[] {
  return (written ?? []).flatMap((text) => known.find((one) => one === text) ?? []);
}
