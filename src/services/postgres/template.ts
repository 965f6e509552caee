import {readFileSync} from 'node:fs';
import type {Client} from 'pg';
import {PacelineError} from '../../base/error.ts';
import type {Service} from '../../project/service.ts';
import {randomPassword} from '../password.ts';
import {runShellLine} from '../shell-line.ts';
import {access} from './access.ts';
import {
  type ClusterState,
  DatabaseState,
  differencesBetween,
  type Fingerprint,
  type StateLines,
} from './fingerprint.ts';
import type {PostgresServer} from './server.ts';

/** A database that leases are copies of. Nobody can connect to it. */
export interface Template {
  readonly name: string;
  /** Made it, and owned everything in it. */
  readonly builder: string;
  readonly state: DatabaseState;
  readonly expected: Fingerprint;
  readonly lines: StateLines;
  /** `name = value` of ALTER DATABASE, which copies do not inherit. */
  readonly settings: readonly string[];
  readonly hasStrategy: boolean;
}

/** CREATE DATABASE ... STRATEGY is known from here on. */
const STRATEGY_SINCE = 15;

/**
 * Runs the init of a service in a new database, once.
 * @throws PacelineError E_SERVICE_INIT when it fails, or changes what all databases of the server share
 */
export async function buildTemplate(
  service: Service,
  {
    server,
    admin,
    cluster,
    lines,
    major,
    prefix,
    env,
  }: {
    readonly server: PostgresServer;
    readonly admin: Client;
    readonly cluster: ClusterState;
    readonly lines: StateLines;
    readonly major: number;
    readonly prefix: string;
    readonly env: Readonly<Record<string, string>>;
  },
): Promise<Template> {
  const name = `paceline_template_${prefix}`;
  const builder = `paceline_init_${prefix}`;
  const password = randomPassword();
  await admin.query(`CREATE ROLE ${builder} SUPERUSER LOGIN PASSWORD '${password}'`);
  await admin.query(`CREATE DATABASE ${name}`);
  await runInit(service, {server, name, builder, password, env});
  await admin.query(`ALTER ROLE ${builder} NOLOGIN NOSUPERUSER`);
  const shared = differencesBetween(lines, await cluster.lines(admin));
  if (shared.length > 0)
    throw new PacelineError(
      'E_SERVICE_INIT',
      `The init of service ${service.name} changes what all databases of a server share: ${shared.slice(0, 3).join('; ')}`,
      {
        hint: 'Say `level = "cluster"`: then each lease has a server of its own.',
        ...(service.origin !== undefined && {origin: service.origin}),
      },
    );
  const client = await server.connect(name);
  try {
    const state = await DatabaseState.of(client);
    const {rows} = await client.query<{setting: string}>(
      `SELECT split_part(c, '=', 1) || ' = ' || quote_literal(substr(c, strpos(c, '=') + 1)) AS setting
       FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase, unnest(s.setconfig) c WHERE d.datname = $1 AND s.setrole = 0`,
      [name],
    );
    return {
      name,
      builder,
      state,
      expected: await state.fingerprint(client, builder),
      lines: await state.lines(client, builder),
      settings: rows.map(({setting}) => setting),
      hasStrategy: major >= STRATEGY_SINCE,
    };
  } finally {
    await client.end();
    await admin.query(
      `REVOKE ALL ON DATABASE ${name} FROM PUBLIC; ALTER DATABASE ${name} IS_TEMPLATE true ALLOW_CONNECTIONS false`,
    );
  }
}

interface Target {
  readonly server: PostgresServer;
  readonly name: string;
  readonly builder: string;
  readonly password: string;
  /** Of the one who asked first. */
  readonly env: Readonly<Record<string, string>>;
}

/** Runs SQL files, the migration, the seed, in this order. */
async function runInit(service: Service, {server, name, builder, password, env: surroundings}: Target): Promise<void> {
  const {sql, migrate, seed} = service.init;
  if (sql.length > 0) {
    const client = await server.connectAs(builder, password, name);
    try {
      for (const file of sql) await runFile(client, file, service);
    } finally {
      await client.end();
    }
  }
  const {env} = access({
    host: '127.0.0.1',
    port: server.port,
    socket: server.socket,
    user: builder,
    password,
    database: name,
  });
  for (const line of [migrate, seed])
    if (line !== undefined) await runShellLine(line, {...surroundings, ...env}, service);
}

async function runFile(client: Client, file: string, service: Service): Promise<void> {
  const text = readText(file, service);
  try {
    await client.query(text);
  } catch (error) {
    const {message, position} = error as {message: string; position?: string};
    const at = position === undefined ? 0 : Number(position) - 1;
    const before = text.slice(0, at).split('\n');
    const place = position === undefined ? file : `${file}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
    const isPsql = /^\s*\\/m.test(text);
    throw new PacelineError('E_SERVICE_INIT', `The init of service ${service.name} failed at ${place}: ${message}`, {
      hint: isPsql
        ? 'Lines with a backslash are for psql: call it in `init.migrate`.'
        : 'Mend the SQL; it is run as one text.',
      cause: error,
    });
  }
}

function readText(file: string, service: Service): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new PacelineError(
      'E_SERVICE_INIT',
      `The init file ${file} of service ${service.name} cannot be read: ${(error as Error).message}`,
      {
        hint: 'Correct `init.sql`; paths are relative to the project.',
      },
    );
  }
}
