import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import type {PacelineError} from '../../src/base/error.ts';
import type {ServiceInit} from '../../src/project/service.ts';
import type {Lease} from '../../src/services/client/lease.ts';
import {serviceOf} from '../../src/services/service-options.ts';
import {type FreshServices, freshServices} from './support/fresh-services.ts';
import {column, connected} from './support/sql.ts';

let services: FreshServices;
beforeAll(() => {
  services = freshServices();
});
afterAll(() => services.end());

type Init = Partial<Omit<ServiceInit, 'sql'>> & {readonly sql?: string};

/** Leases a service whose init says this; SQL is written to `init.sql`. */
function acquire({sql, ...init}: Init, level: 'database' | 'cluster' = 'database'): Promise<Lease> {
  const directory = mkdtempSync(join(tmpdir(), 'pt-'));
  onTestFinished(() => rmSync(directory, {recursive: true}));
  if (sql !== undefined) writeFileSync(join(directory, 'init.sql'), sql);
  const service = serviceOf({
    plugin: 'postgres',
    name: 'db',
    level,
    directory,
    init: {...init, ...(sql !== undefined && {sql: ['init.sql']})},
    pool: {min: 1, max: 4},
  });
  return services.client.acquire(service, {label: 'test'});
}

async function failure(acquiring: Promise<Lease>): Promise<PacelineError> {
  const error = await acquiring.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({code: 'E_SERVICE_INIT'});
  return error as PacelineError;
}

test.each(['database', 'cluster'] as const)(
  'a mistake in SQL is told with file, line and column (%s)',
  async (level) => {
    const {message, hint} = await failure(
      acquire({sql: `CREATE TABLE ok (id int);\n-- é 😀\nSELECT '😀',  nothing;\n`}, level),
    );
    expect(message).toMatch(/^The init of service db failed at \/.*\/init\.sql:3:15: column "nothing" does not exist$/);
    expect(hint).toContain('Mend the SQL');
  },
);

test('a failure that has no place is told with its details', async () => {
  const sql = 'CREATE TABLE t (id int PRIMARY KEY);\nINSERT INTO t VALUES (1), (1);';
  expect((await failure(acquire({sql}))).message).toMatch(
    /init\.sql: duplicate key value violates unique constraint "t_pkey" \(Key \(id\)=\(1\) already exists\.\)$/,
  );
});

test.each(['\\connect other\n', 'CREATE TABLE t (id int);\nCOPY t FROM stdin;\n1\n\\.\n'])(
  'lines for psql are told as such: %j',
  async (sql) => {
    const {hint} = await failure(acquire({sql}));
    expect(hint).toBe('Lines with a backslash are for psql: call it in `init.migrate`.');
  },
);

test('an empty file, and one with a byte order mark, are fine', async () => {
  await (await acquire({sql: ''})).release();
  await using lease = await acquire({sql: '\uFEFFCREATE TABLE t (id int)'});
  expect(await column(await connected(lease.url), 'SELECT id FROM t')).toEqual([]);
});

test('a migration that fails is told with its output', async () => {
  const {message} = await failure(acquire({migrate: 'echo step one; echo "no such column" >&2; exit 3'}));
  expect(message).toBe(
    '`echo step one; echo "no such column" >&2; exit 3` of service db failed (exit code 3)\nstep one\nno such column',
  );
});

test('migration and seed run behind the SQL, with the variables of the new database', async () => {
  await using lease = await acquire({
    sql: 'CREATE TABLE t (id serial, name text)',
    migrate: `psql -q -c "INSERT INTO t (name) VALUES ('migrated')"`,
    seed: `psql "$DATABASE_URL" -q -c "INSERT INTO t (name) VALUES ('seeded')"`,
  });
  expect(await column(await connected(lease.url), 'SELECT name FROM t ORDER BY id')).toEqual(['migrated', 'seeded']);
});

test('a migration that leaves a connection open behind it does not keep the template from being copied', async () => {
  await using lease = await acquire({
    migrate: `psql -q -c 'CREATE TABLE t (id int)'; setsid psql -q -c 'SELECT pg_sleep(600)' >/dev/null 2>&1 &
      until [ "$(psql -Atc "SELECT count(*) FROM pg_stat_activity WHERE query ~ '^SELECT pg_sleep'")" = 1 ]; do :; done`,
  });
  expect(await column(await connected(lease.url), 'SELECT count(*) FROM t')).toEqual(['0']);
});

describe('an init that changes what all databases of a server share', () => {
  test.each([
    ['CREATE ROLE app_reader', 'role: added app_reader'],
    [`ALTER DATABASE postgres SET work_mem = '1MB'`, 'setting of a role or database: added postgres *'],
    [`COMMENT ON DATABASE template1 IS 'x'`, 'comment on a role or database: changed pg_database 1'],
  ])('is refused, with what it changed and what to say instead: %s', async (sql, change) => {
    await using neighbour = await acquire({sql: 'CREATE TABLE neighbour (id int)'});
    const {message, hint} = await failure(acquire({sql}));
    expect(message).toContain(`The init of service db changes what all databases of a server share: ${change}`);
    expect(hint).toBe('Say `level = "cluster"`: then each lease has a server of its own.');
    // with that it works
    await (await acquire({sql}, 'cluster')).release();
    // and who had a database before still has it
    expect(await column(await connected(neighbour.url), 'SELECT id FROM neighbour')).toEqual([]);
    await using other = await acquire({sql: 'CREATE TABLE other (id int)'});
    const client = await connected(other.url);
    expect(await column(client, `SELECT rolname FROM pg_roles WHERE rolname = 'app_reader'`)).toEqual([]);
  });

  test('a role is taken back, so that the server goes on serving', async () => {
    await using one = await acquire({sql: 'CREATE TABLE one (id int)'});
    await failure(acquire({sql: 'CREATE ROLE bob'}));
    await using other = await acquire({sql: 'CREATE TABLE two (id int)'});
    expect(new URL(other.url).port).toBe(new URL(one.url).port);
  });
});

test('after a failure the same service can be leased when its SQL is mended', async () => {
  await failure(acquire({sql: 'CREATE'}));
  await using lease = await acquire({sql: 'CREATE TABLE mended (id int)'});
  expect(await column(await connected(lease.url), 'SELECT count(*) FROM mended')).toEqual(['0']);
});

test('settings that are lists, and roles that are set, come as the init said them', async () => {
  await using lease = await acquire({
    sql: `CREATE SCHEMA "a, b"; CREATE TABLE "a, b".t (id int);
      DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = "a, b", "$user"', current_database()); END $$;
      DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$;`,
  });
  const client = await connected(lease.url);
  expect(await column(client, 'SHOW search_path')).toEqual(['"a, b", "$user"']);
  expect(await column(client, 'SHOW default_transaction_read_only')).toEqual(['on']);
  expect(await column(client, 'SELECT count(*) FROM t')).toEqual(['0']);
});

test('extensions that are installed can be had', async () => {
  await using lease = await acquire({
    sql: 'CREATE EXTENSION hstore; CREATE EXTENSION pg_trgm; CREATE EXTENSION pgcrypto',
  });
  expect(await column(await connected(lease.url), 'SELECT extname::text FROM pg_extension ORDER BY 1')).toEqual([
    'hstore',
    'pg_trgm',
    'pgcrypto',
    'plpgsql',
  ]);
});
