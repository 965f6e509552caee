import {PacelineError} from '../base/error.ts';
import type {BackendName, Service} from '../project/service.ts';

/** Plugins whose servers can be programs of this machine, or run in containers. */
export type Server = 'postgres' | 'redis';

interface Known {
  /** For people. */
  readonly name: string;
  /** When nobody names one. */
  readonly image: string;
  /** What installs its programs, of one version when there is a package for each. */
  readonly install: (major: number | undefined) => string;
}

const SERVERS: Readonly<Record<Server, Known>> = {
  postgres: {
    name: 'PostgreSQL',
    image: 'postgres:17',
    install: (major) => `apt-get install postgresql${major === undefined ? '' : `-${major}`}`,
  },
  redis: {name: 'Redis', image: 'redis:7', install: () => 'apt-get install redis-server'},
};

/** What there is to choose from. */
export interface Surroundings {
  /** Version of the programs of this machine: `15.18`; undefined: they are not there. */
  readonly version: string | undefined;
  /** Whether a container engine answers; asked where it matters. */
  readonly hasEngine: () => Promise<boolean>;
}

export interface BackendChoice {
  readonly backend: BackendName;
  /** What a container would run. */
  readonly image: string;
  /** What is not as the service says, for people. */
  readonly remark?: string;
}

/** An official image, from whatever registry, and its tag. */
const OFFICIAL =
  /^(?:(?:[^/]*[.:][^/]*|localhost)\/)?(?:library\/)?(postgres|redis|valkey\/valkey)(?::([^@]*))?(@.*)?$/;

/** @returns undefined: any version will do; 'other': programs of this machine cannot be known to be the same */
function wantedMajor(image: string | undefined): number | 'other' | undefined {
  if (image === undefined) return undefined;
  const [, , tag, digest] = OFFICIAL.exec(image) ?? [undefined, undefined, undefined, '@'];
  const major = /^\d+/.exec(tag ?? '')?.[0];
  if (major !== undefined) return Number(major);
  return digest === undefined ? undefined : 'other';
}

/**
 * What runs a PostgreSQL or a Redis: what the service says; else programs of this machine, when they are of the version that its image
 * names; else a container engine.
 * @throws PacelineError E_NO_PROGRAM when there is neither
 */
export async function chosenBackend(
  service: Service & {readonly plugin: Server},
  {version, hasEngine}: Surroundings,
): Promise<BackendChoice> {
  const {plugin, backend, binary, image: said} = service;
  const {name, image: usual} = SERVERS[plugin];
  const image = said ?? usual;
  const wanted = wantedMajor(said);
  const isSame = version !== undefined && (wanted === undefined || Number.parseInt(version, 10) === wanted);
  if (backend === 'docker') return {backend, image};
  if (backend === 'process')
    return {
      backend,
      image,
      ...(version !== undefined && !isSame && {remark: `${name} ${version} of this machine in place of ${image}`}),
    };
  // a folder was named that has none
  if (isSame || (version === undefined && binary !== undefined)) return {backend: 'process', image};
  if (await hasEngine()) return {backend: 'docker', image};
  throw neither(service, version, wanted);
}

function neither(
  {name: service, plugin, image, origin}: Service & {readonly plugin: Server},
  version: string | undefined,
  wanted: number | 'other' | undefined,
): PacelineError {
  const {name, install} = SERVERS[plugin];
  const there = version === undefined ? `${name} is not installed` : `this machine has ${name} ${version}`;
  const reason = image === undefined ? there : `it needs ${image}; ${there}`;
  const remedies = [
    ...(wanted === 'other' ? [] : [`\`${install(wanted)}\``]),
    wanted === 'other' ? 'Start a container engine' : 'start a container engine',
    ...(typeof wanted === 'number' && version !== undefined ? ['drop the version from `image`'] : []),
    ...(version === undefined ? [] : ['say `backend = "process"` to use the programs that are there']),
  ];
  return new PacelineError('E_NO_PROGRAM', `Service ${service}: ${reason}, and no container engine answers`, {
    hint: `${remedies.slice(0, -1).join(', ')}, or ${remedies.at(-1)}.`,
    ...(origin !== undefined && {origin}),
  });
}
