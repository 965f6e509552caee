import {readFileSync} from 'node:fs';
import type {Client} from 'pg';
import {PacelineError} from '../../base/error.ts';
import type {Service} from '../../project/service.ts';
import {runShellLine} from '../shell-line.ts';
import {access} from './access.ts';
import type {PostgresServer} from './server.ts';

/** The database that an init fills, and as whom. */
export interface InitTarget {
  readonly server: PostgresServer;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** Environment of its shell lines: that of the one who asked first. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Runs SQL files, the migration, the seed, in this order.
 * @throws PacelineError E_SERVICE_INIT
 */
export async function runInit(service: Service, {server, database, user, password, env}: InitTarget): Promise<void> {
  const {sql, migrate, seed} = service.init;
  if (sql.length > 0) {
    const client = await server.connectAs(user, password, database);
    try {
      for (const file of sql) await runFile(client, file, service);
    } finally {
      await client.end();
    }
  }
  const {env: own} = access({...server.place, user, password, database});
  for (const line of [migrate, seed]) if (line !== undefined) await runShellLine(line, {...env, ...own}, service);
}

interface DatabaseFailure {
  readonly message: string;
  readonly detail?: string;
  /** Characters from the beginning of the text, from 1. */
  readonly position?: string;
}

async function runFile(client: Client, file: string, service: Service): Promise<void> {
  const text = readText(file, service);
  try {
    await client.query(text);
  } catch (error) {
    const {message, detail, position} = error as DatabaseFailure;
    const place = position === undefined ? file : placeIn(file, text, Number(position) - 1);
    const words = detail === undefined ? message : `${message} (${detail})`;
    throw new PacelineError('E_SERVICE_INIT', `The init of service ${service.name} failed at ${place}: ${words}`, {
      hint: /^\s*\\/m.test(text)
        ? 'Lines with a backslash are for psql: call it in `init.migrate`.'
        : 'Mend the SQL; a file is run as one text, in one transaction.',
      cause: error,
    });
  }
}

/** `file:line:column`, from 1, as editors count. @param at in code points */
function placeIn(file: string, text: string, at: number): string {
  const before = [...text].slice(0, at).join('').split('\n');
  return `${file}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

function readText(file: string, service: Service): string {
  try {
    // a byte order mark is not SQL
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    throw new PacelineError(
      'E_SERVICE_INIT',
      `The init file ${file} of service ${service.name} cannot be read: ${(error as Error).message}`,
      {hint: 'Correct `init.sql`; paths are relative to the project.'},
    );
  }
}
