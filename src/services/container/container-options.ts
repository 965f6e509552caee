import {realpathSync} from 'node:fs';
import {isAbsolute, join, relative, resolve} from 'node:path';
import type {ContainerCreateOptions} from 'dockerode';
import {PacelineError} from '../../base/error.ts';
import type {Service} from '../../project/service.ts';

/** What a container needs beside what its service says. */
export interface ContainerParts {
  /** Digest of the image. */
  readonly image: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Variables of what the service depends on. */
  readonly needs: Readonly<Record<string, string>>;
  /** Ports that it listens on. */
  readonly ports: readonly number[];
  /** Of this machine, where its ports are published. */
  readonly host: string;
  /** Whether it has to reach services of this machine, by the name that they have in `needs`. */
  readonly hostName: string | undefined;
  /** Paths of folders in memory, where no volume of the service lies. */
  readonly inMemory?: readonly string[];
  /** Paths that the image wants a volume for. */
  readonly imageVolumes?: readonly string[];
}

const NANO = 1e9;

/**
 * How the engine is asked for a container of a service.
 * @throws PacelineError E_SERVICE_UNSAFE when it asks for what it is not allowed
 */
export function containerOptions(service: Service, parts: ContainerParts): ContainerCreateOptions {
  const {image, name, labels, needs, ports, host, hostName, inMemory = [], imageVolumes = []} = parts;
  const {cpu, memoryBytes} = service.resources;
  if (service.privileged && !service.allow.includes('privileged'))
    throw refused(service, 'wants to be privileged', 'privileged');
  const volumes = service.volumes.map((text) => volumeOf(text, service));
  const targets = new Set(volumes.map(({target}) => target.replace(/\/+$/, '')));
  const memory = inMemory.filter((path) => !targets.has(path));
  const anonymous = new Set([
    ...volumes.flatMap(({bind, target}) => (bind === undefined ? [target] : [])),
    ...imageVolumes.filter((path) => !targets.has(path) && !memory.includes(path)),
  ]);
  return {
    name,
    Image: image,
    // whoever stops it does not wait: nothing in it is kept
    StopSignal: 'SIGKILL',
    Labels: {...labels},
    ...(service.args.length > 0 && {Cmd: [...service.args]}),
    Env: Object.entries({...needs, ...service.env}).map(([key, value]) => `${key}=${value}`),
    ExposedPorts: Object.fromEntries(ports.map((port) => [`${port}/tcp`, {}])),
    HostConfig: {
      // the engine picks a free one, and holds it
      PortBindings: Object.fromEntries(
        ports.map((port) => [`${port}/tcp`, [{HostIp: host === '127.0.0.1' ? host : '', HostPort: ''}]]),
      ),
      // an engine that is stopped while it makes a container may leave them without one, and without labels: they have names
      Mounts: [...anonymous].map((target, place) => ({
        Type: 'volume',
        Source: `${name}-${place}`,
        Target: target,
        VolumeOptions: {NoCopy: false, Labels: {...labels}, DriverConfig: {Name: '', Options: {}}},
      })),
      Binds: volumes.flatMap(({bind}) => bind ?? []),
      Privileged: service.privileged,
      ...(memory.length > 0 && {Tmpfs: Object.fromEntries(memory.map((path) => [path, '']))}),
      ...(hostName !== undefined && {ExtraHosts: [`${hostName}:host-gateway`]}),
      ...(cpu !== undefined && {NanoCpus: Math.round(cpu * NANO)}),
      // no swap on top of it
      ...(memoryBytes !== undefined && {Memory: memoryBytes, MemorySwap: memoryBytes}),
    },
  };
}

/** A volume as a service writes it: `target`, `source:target`, `source:target:ro`. */
function volumeOf(text: string, service: Service): {readonly bind: string | undefined; readonly target: string} {
  const [source = '', target, ...options] = text.split(':');
  if (target === undefined) return {bind: undefined, target: source};
  // a name in place of a path: a volume that outlives its container, and so what users of it leave
  const isNamed = !source.includes('/') && source !== '.' && source !== '..';
  const path = isNamed ? source : resolve(service.directory, source);
  if (!service.allow.includes('host-volumes') && (isNamed || leadsOut(path, service.directory)))
    throw refused(service, `mounts ${source}, which lies outside of its folder`, 'host-volumes');
  return {bind: [path, target, ...options].join(':'), target};
}

function leadsOut(path: string, directory: string): boolean {
  const way = relative(realPath(directory), realPath(path));
  return way === '..' || way.startsWith('../') || isAbsolute(way);
}

/** Without symbolic links, as far as it is there. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = resolve(path, '..');
    return parent === path ? path : join(realPath(parent), relative(parent, path));
  }
}

function refused({name, origin}: Service, what: string, word: Service['allow'][number]): PacelineError {
  return new PacelineError('E_SERVICE_UNSAFE', `Service ${name} ${what}, which is refused`, {
    hint: `When you trust it, say \`allow = ["${word}"]\`.`,
    ...(origin !== undefined && {origin}),
  });
}
