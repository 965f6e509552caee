import type {Client} from 'pg';
import {PacelineError} from '../../base/error.ts';
import type {Service} from '../../project/service.ts';
import {randomPassword} from '../password.ts';
import {DatabaseState} from './database-state.ts';
import {differencesBetween, type Fingerprint, type StateLines} from './fingerprint.ts';
import {runInit} from './init.ts';
import {ADMIN} from './server.ts';
import type {SharedServer} from './shared-server.ts';

/** A database that leases are copies of. Nobody can connect to it. */
export interface Template {
  readonly name: string;
  /** Made it, and owned everything in it. */
  readonly builder: string;
  readonly state: DatabaseState;
  readonly expected: Fingerprint;
  readonly lines: StateLines;
}

/**
 * Runs the init of a service in a new database, once.
 * @param prefix of its names
 * @throws PacelineError E_SERVICE_INIT when it fails, or changes what all databases of the server share
 */
export async function buildTemplate(
  service: Service,
  shared: SharedServer,
  prefix: string,
  env: Readonly<Record<string, string>>,
): Promise<Template> {
  const {server, worker} = shared;
  const name = `paceline_template_${prefix}`;
  const builder = `paceline_init_${prefix}`;
  const password = randomPassword();
  try {
    await worker.query(`CREATE ROLE ${builder} SUPERUSER LOGIN PASSWORD '${password}'`);
    await worker.query(`CREATE DATABASE ${name}`);
    await worker.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
    await runInit(service, {server, database: name, user: builder, password, env: {...env, ...shared.needs}});
    await close(worker, name, builder);
    const changes = differencesBetween(shared.lines, await shared.cluster.lines(worker));
    if (changes.length > 0) throw sharedChange(service, changes);
    const client = await server.connect(name);
    try {
      // from here on nobody else gets in, and nobody could make a copy while somebody is in it
      await worker.query(`ALTER DATABASE ${name} IS_TEMPLATE true ALLOW_CONNECTIONS false`);
      return await templateOf(client, name, builder);
    } finally {
      await client.end();
    }
  } catch (error) {
    await dropTemplate(worker, {name, builder});
    await shared.restore();
    throw error;
  }
}

/** Removes what an init made that failed, or what no lease is made of any more. */
export async function dropTemplate(worker: Client, {name, builder}: Pick<Template, 'name' | 'builder'>): Promise<void> {
  const {rowCount} = await worker.query(`SELECT FROM pg_database WHERE datname = '${name}'`);
  if (rowCount !== 0) await worker.query(`ALTER DATABASE ${name} IS_TEMPLATE false`);
  await worker.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
  await worker.query(`DROP DATABASE IF EXISTS ${name}`);
  await worker.query(`DROP ROLE IF EXISTS ${builder}`);
}

/** Whoever migrated may have left connections open. */
async function close(worker: Client, name: string, builder: string): Promise<void> {
  await worker.query(`ALTER ROLE ${builder} NOLOGIN NOSUPERUSER`);
  await worker.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
}

function sharedChange({name, origin}: Service, changes: readonly string[]): PacelineError {
  return new PacelineError(
    'E_SERVICE_INIT',
    `The init of service ${name} changes what all databases of a server share: ${changes.slice(0, 3).join('; ')}`,
    {
      hint: 'Say `level = "cluster"`: then each lease has a server of its own.',
      ...(origin !== undefined && {origin}),
    },
  );
}

async function templateOf(client: Client, name: string, builder: string): Promise<Template> {
  // only superusers may own these
  const {rows} = await client.query<{line: string}>(
    `SELECT format('ALTER EVENT TRIGGER %I OWNER TO ${ADMIN}', evtname) AS line FROM pg_event_trigger
     UNION ALL SELECT format('ALTER FOREIGN DATA WRAPPER %I OWNER TO ${ADMIN}', fdwname) FROM pg_foreign_data_wrapper`,
  );
  for (const {line} of rows) await client.query(line);
  const state = await DatabaseState.of(client);
  // to read rows may change what is noted with them
  const lines = await state.lines(client, builder);
  await client.query('CHECKPOINT');
  return {
    name,
    builder,
    state,
    expected: await state.fingerprint(client, builder),
    lines,
  };
}
