import {join} from 'node:path';
import type {Client} from 'pg';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import type {Resource} from '../../src/services/plugin.ts';
import {Pool} from '../../src/services/pool/pool.ts';
import {BaseFolders} from '../../src/services/postgres/base-folders.ts';
import {DatabaseGenerations} from '../../src/services/postgres/database-generations.ts';
import {DatabaseSource} from '../../src/services/postgres/database-source.ts';
import {DatabaseState} from '../../src/services/postgres/database-state.ts';
import {type PostgresPrograms, postgresPrograms} from '../../src/services/postgres/programs.ts';
import {bestRung, plainCopy} from '../../src/services/postgres/rungs.ts';
import {ServerCopy} from '../../src/services/postgres/server-copy.ts';
import {SHARED_SETTINGS} from '../../src/services/postgres/settings.ts';
import {SharedServer} from '../../src/services/postgres/shared-server.ts';
import {buildTemplate} from '../../src/services/postgres/template.ts';
import {serviceOf} from '../../src/services/service-options.ts';
import {UncleanError} from '../../src/services/unclean.ts';
import {type TestHost, testHost} from './support/postgres-host.ts';
import {column, connected, refusal} from './support/sql.ts';

const service = serviceOf({plugin: 'postgres', init: {sql: [join(import.meta.dirname, 'support/rich.sql')]}});

let host: TestHost;
let bases: BaseFolders;
let programs: PostgresPrograms;
let shared: SharedServer;
let source: DatabaseSource;

async function start(): Promise<void> {
  const {folder: from, password} = await bases.take(programs);
  const rung = plainCopy(host, await bestRung(host));
  const order = {name: 'postgres', from, rung, password, programs, settings: SHARED_SETTINGS, service};
  shared = await SharedServer.of(await ServerCopy.start(order, host));
  source = new DatabaseSource(shared, await buildTemplate(service, shared, 'test', {}), 'test');
}

const stopping = (one: SharedServer) => async (): Promise<void> => {
  await one.close();
  await bases.giveBack(programs);
};
const stop = (): Promise<void> => stopping(shared)();

beforeAll(async () => {
  host = testHost();
  bases = new BaseFolders(host);
  programs = await postgresPrograms(undefined, process.env, '.');
  await start();
});

afterAll(async () => {
  await stop();
  host.end();
});

/** Does something in a database as the superuser, though it is closed. */
async function behindThePool(name: string, action: (admin: Client) => Promise<unknown>): Promise<void> {
  await shared.worker.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
  const admin = await shared.server.connect(name);
  await action(admin);
  await admin.end();
  await shared.worker.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
}

async function differencesOf(handOut: Promise<unknown>): Promise<readonly string[]> {
  const error = await handOut.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UncleanError);
  return (error as UncleanError).differences;
}

/** What is done to a database after its check, and how it is told. */
const inside: readonly (readonly [string, string])[] = [
  ['INSERT INTO app.empty VALUES (1)', 'rows: added app.empty'],
  [`INSERT INTO app.item (id, name) VALUES (50, 'can')`, 'rows: changed app.item (2 -> 3)'],
  ['DELETE FROM app.item WHERE id = 1', 'rows: changed app.item (2 -> 1)'],
  ['INSERT INTO app.part VALUES (5)', 'rows: added app.part_1'],
  ['CREATE TABLE app.more (id int)', 'relation: added app.more'],
  ['DROP TABLE app.part_1', 'relation: removed app.part_1'],
  ['CREATE INDEX more ON app.item (price)', 'index: added app.more'],
  ['DROP INDEX app.item_name', 'index: removed app.item_name'],
  ['ALTER TABLE app.item ADD COLUMN size int', 'column: added app.item.size'],
  ['ALTER TABLE app.item ALTER COLUMN price SET DEFAULT 2', 'default: changed app.item.4'],
  ['ALTER TABLE app.item ADD CHECK (price > 0)', 'constraint: added item_price_check'],
  [`SELECT nextval('app.ticket')`, 'sequence: changed app.ticket'],
  [`SELECT setval('app.ticket', 500, false)`, 'sequence: changed app.ticket'],
  ['ALTER SEQUENCE app.ticket MAXVALUE 1000', 'sequence definition: changed app.ticket'],
  ['CREATE SCHEMA other', 'schema: added other'],
  ['REVOKE ALL ON SCHEMA public FROM PUBLIC', 'schema: changed public'],
  [
    `CREATE OR REPLACE FUNCTION app.twice(n int) RETURNS int LANGUAGE sql AS 'SELECT 0'`,
    'function: changed app.twice(integer)',
  ],
  ['REVOKE ALL ON FUNCTION pg_sleep(double precision) FROM PUBLIC', 'function: added pg_sleep(double precision)'],
  ['CREATE TYPE app.size AS (a int)', 'type: added app.size'],
  [`ALTER TYPE app.color ADD VALUE 'blue'`, 'enum value: added blue'],
  ['ALTER TABLE app.item DISABLE TRIGGER touched', 'trigger: changed touched on app.item'],
  ['DROP RULE quiet ON app.empty', 'rule: removed quiet on app.empty'],
  ['ALTER POLICY all_of_it ON app.empty USING (false)', 'policy: changed all_of_it on app.empty'],
  ['CREATE EXTENSION citext', 'extension: added citext'],
  ['DROP EVENT TRIGGER watcher', 'event trigger: removed watcher'],
  ['ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC', 'default privilege: added 0 r'],
  [`SELECT lo_create(4712)`, 'large object: added 4712'],
  ['SELECT lo_put(4711, 0, $$xyz$$)', 'large object data: changed 4711 0'],
  [`COMMENT ON TABLE app.item IS 'changed'`, 'comment: changed pg_class'],
  ['GRANT ALL ON app.item TO PUBLIC', 'relation: changed app.item'],
  ['ALTER TABLE app.item OWNER TO paceline_admin', 'relation: changed app.item'],
  ['ALTER TABLE app.item REPLICA IDENTITY FULL', 'relation: changed app.item'],
  ['CREATE FOREIGN DATA WRAPPER strange', 'foreign data wrapper: added strange'],
  ['CREATE FOREIGN DATA WRAPPER strange; CREATE SERVER far FOREIGN DATA WRAPPER strange', 'foreign server: added far'],
  [
    'CREATE FOREIGN DATA WRAPPER strange; CREATE SERVER far FOREIGN DATA WRAPPER strange; CREATE FOREIGN TABLE app.afar (id int) SERVER far',
    'foreign table: added app.afar',
  ],
  [
    'CREATE FOREIGN DATA WRAPPER strange; CREATE SERVER far FOREIGN DATA WRAPPER strange; CREATE USER MAPPING FOR PUBLIC SERVER far',
    'user mapping: added',
  ],
  ['CREATE PUBLICATION news', 'publication: added news'],
  ['CREATE PUBLICATION news FOR TABLE app.item', 'published table: added app.item'],
  ['CREATE STATISTICS app.both ON name, price FROM app.item', 'statistics: added both'],
  [
    'CREATE OPERATOR app.== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)',
    'operator: added app.==(integer,integer)',
  ],
  ['CREATE OPERATOR CLASS app.ints FOR TYPE int USING hash AS OPERATOR 1 =', 'operator class: added ints'],
  ['CREATE ACCESS METHOD pile TYPE TABLE HANDLER heap_tableam_handler', 'access method: added pile'],
  ['CREATE CAST (app.color AS int) WITH FUNCTION app.of_color(app.color)', 'cast: added app.color to integer'],
  [`CREATE COLLATION app.plain (locale = 'C')`, 'collation: added plain'],
  [`CREATE CONVERSION app.odd FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8`, 'conversion: added odd'],
  ['CREATE TEXT SEARCH CONFIGURATION app.words (COPY = simple)', 'text search configuration: added words'],
  ['CREATE TEXT SEARCH DICTIONARY app.plain (TEMPLATE = simple)', 'text search dictionary: added plain'],
  ['CREATE LANGUAGE plother HANDLER plpgsql_call_handler', 'language: added plother'],
  ['CREATE TABLE app.parts (id int) PARTITION BY LIST (id)', 'partitioned table: added app.parts'],
  [`INSERT INTO pg_seclabel VALUES ('app.item'::regclass, 'pg_class'::regclass, 0, 'x', 'y')`, 'security label: added'],
  ['ALTER TABLE app.part DETACH PARTITION app.part_1', 'inheritance: removed app.part_1'],
  [
    `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''1MB''', current_database()); END $$`,
    'setting of the database: changed 0',
  ],
];

describe('a change in a database after its check is found at the hand-out:', () => {
  test.each(inside)('%s', async (statement, difference) => {
    const resource = await source.make();
    onTestFinished(() => resource.destroy());
    await behindThePool(resource.id, async (admin) => {
      if (statement.includes('of_color'))
        await admin.query(`CREATE FUNCTION app.of_color(app.color) RETURNS int LANGUAGE sql AS 'SELECT 1'`);
      await admin.query(statement);
    });
    const differences = await differencesOf(resource.handOut());
    expect(differences).toContainEqual(expect.stringContaining(difference));
  });

  test('even one that nothing in it shows', async () => {
    const resource = await source.make();
    onTestFinished(() => resource.destroy());
    await behindThePool(resource.id, (admin) => admin.query('SELECT 1'));
    expect(await differencesOf(resource.handOut())).toEqual([
      'lease: its role or database was changed after the check',
    ]);
  });

  test.each([
    ['a limit of the role', 'ALTER ROLE $ CONNECTION LIMIT 5'],
    ['a setting of the role', `ALTER ROLE $ SET search_path = 'x'`],
    ['a setting of the database', `ALTER DATABASE $ SET search_path = 'x'`],
    ['a member of its role', 'GRANT $ TO paceline_init_test'],
    ['a comment', `COMMENT ON DATABASE $ IS 'x'`],
  ])('%s', async (_what, statement) => {
    const resource = await source.make();
    onTestFinished(() => resource.destroy());
    await shared.worker.query(statement.replace('$', resource.id));
    expect(await differencesOf(resource.handOut())).not.toEqual([]);
  });
});

test('nobody gets in before the hand-out, even where the rest would allow it', async () => {
  const [made, other] = [await source.make(), await source.make()];
  onTestFinished(async () => {
    for (const one of [made, other]) await one.destroy();
  });
  await shared.worker.query(`ALTER DATABASE ${made.id} ALLOW_CONNECTIONS true`);
  await shared.worker.query(`GRANT CONNECT ON DATABASE ${made.id} TO ${other.id}`);
  const stranger = new URL((await other.handOut()).url);
  stranger.pathname = `/${made.id}`;
  // 53300: too many connections
  expect(await refusal(connected(stranger.href))).toBe('53300');
});

test('the same changes are found when a new copy is checked', async () => {
  const template = 'paceline_template_test';
  await behindThePool(template, (admin) =>
    admin.query('INSERT INTO app.empty VALUES (1); CREATE INDEX more ON app.item (price)'),
  );
  const differences = await differencesOf(source.make());
  expect(differences).toContain('rows: added app.empty');
  expect(differences).toContain('index: added app.more');
  await stop();
  await start();
});

test('so is another value in a row of the template', async () => {
  await behindThePool('paceline_template_test', (admin) =>
    admin.query(`UPDATE app.item SET name = 'pan' WHERE id = 1`),
  );
  expect(await differencesOf(source.make())).toEqual(['rows: changed']);
  await stop();
  await start();
});

/** What all databases share: how it is changed, how it is told, how it is undone. */
const outside: readonly (readonly [string, string])[] = [
  ['CREATE ROLE bob', 'role: added bob'],
  ['ALTER ROLE $ CREATEDB', 'lease with rights over others: added paceline_lease_test'],
  [`UPDATE pg_authid SET rolconnlimit = 5 WHERE rolname = 'pg_monitor'`, 'role: changed pg_monitor'],
  ['CREATE ROLE ann; CREATE ROLE bob; GRANT ann TO bob', 'membership: added bob in ann'],
  [`CREATE ROLE bob; ALTER ROLE bob SET work_mem = '1MB'`, 'setting of a role or database: added * bob'],
  [`ALTER DATABASE postgres SET work_mem = '1MB'`, 'setting of a role or database: added postgres *'],
  ['CREATE DATABASE strange', 'database: added strange'],
  ['ALTER DATABASE postgres CONNECTION LIMIT 5', 'database: changed postgres'],
  [`SET allow_in_place_tablespaces = on; CREATE TABLESPACE aside LOCATION ''`, 'tablespace: added aside'],
  [`ALTER SYSTEM SET work_mem = '1MB'`, `setting of the server: added postgresql.auto.conf: work_mem = '1MB'`],
  [`SELECT pg_replication_origin_create('far')`, 'replication origin: added far'],
  [`COMMENT ON ROLE pg_monitor IS 'x'`, 'comment on a role or database: added pg_authid'],
  [`COMMENT ON DATABASE postgres IS 'x'`, 'comment on a role or database: changed pg_database'],
  ['GRANT SET ON PARAMETER work_mem TO pg_monitor', 'right to a parameter: added work_mem'],
];

test.each(outside)('a change of what all share is found at the hand-out: %s', async (statements, difference) => {
  const resource = await source.make();
  for (const statement of statements.split('; ')) await shared.worker.query(statement.replace('$', resource.id));
  const differences = await differencesOf(resource.handOut());
  expect(differences).toContainEqual(expect.stringContaining(difference));
  // nothing of this server is handed out any more
  expect(shared.isClean).toBe(false);
  await stop();
  await start();
});

test('what is not clean is put aside with its differences, and somebody else gets another one', async () => {
  const made: Resource[] = [];
  const pool = new Pool(
    {
      width: 1,
      make: async () => {
        const resource = await source.make();
        onTestFinished(() => resource.destroy());
        made.push(resource);
        if (made.length === 1)
          await behindThePool(resource.id, (admin) => admin.query('INSERT INTO app.empty VALUES (1)'));
        return resource;
      },
      servers: () => [],
      isAlive: () => true,
      close: async () => {},
    },
    {name: 'db', size: {min: 1, max: 2}, now: () => performance.now(), report: host.report},
  );
  await pool.warm(1);
  const held = await pool.acquire({pid: 1, label: 'test'}, 60_000);
  expect(held.resource.id).toBe(made[1]?.id);
  expect(pool.quarantine).toMatchObject([
    {resource: made[0]?.id, differences: expect.arrayContaining(['rows: added app.empty'])},
  ]);
  await pool.close();
  const left = await shared.worker.query(`SELECT FROM pg_database WHERE datname ~ '^paceline_lease_'`);
  expect(left.rowCount).toBe(0);
});

test('who has a database keeps it, when what all share has changed and others get theirs from another server', async () => {
  await stop();
  const servers: SharedServer[] = [];
  const generations = await DatabaseGenerations.start(async () => {
    await start();
    const generation = {shared, source, close: stopping(shared)};
    servers.push(shared);
    return generation;
  });
  const [kept, ready] = [await generations.make(), await generations.make()];
  const client = await connected((await kept.handOut()).url);
  await shared.worker.query('CREATE ROLE bob');
  expect(await differencesOf(ready.handOut())).toContainEqual('role: added bob');
  await ready.destroy();
  const next = await generations.make();
  const other = await connected((await next.handOut()).url);
  expect(await column(other, `SELECT rolname FROM pg_roles WHERE rolname = 'bob'`)).toEqual([]);
  expect(await column(client, 'SELECT name FROM app.item ORDER BY id')).toEqual(['cup', 'pot']);
  expect(servers.map(({server}) => server.isRunning)).toEqual([true, true]);
  expect([kept.isAlive?.(), next.isAlive?.()]).toEqual([true, true]);
  await servers[0]?.server.stop();
  expect([kept.isAlive?.(), next.isAlive?.()]).toEqual([false, true]);
  await kept.destroy();
  expect(servers.map(({server}) => server.isRunning)).toEqual([false, true]);
  await generations.close();
  expect(servers.map(({server}) => server.isRunning)).toEqual([false, false]);
  await start();
});

test('when a lease is revoked, nobody is in its database, and nobody gets in', async () => {
  const resource = await source.make();
  onTestFinished(() => resource.destroy());
  const {url} = await resource.handOut();
  const client = await connected(url);
  await client.query('BEGIN; LOCK TABLE app.item');
  await resource.revoke();
  const left = await shared.worker.query('SELECT FROM pg_stat_activity WHERE datname = $1', [resource.id]);
  expect(left.rowCount).toBe(0);
  // 28000: may not log in
  expect(await refusal(connected(url))).toBe('28000');
});

test('every aspect that is compared is shown to be caught here', async () => {
  const caught = [...inside, ...outside].map(([, difference]) => difference.split(':')[0]);
  const {worker, cluster} = shared;
  const database = await (await DatabaseState.of(worker)).fingerprint(worker, 'paceline_admin');
  const aspects = [...(await cluster.fingerprint(worker)).keys(), ...database.keys()];
  // a server of databases can have neither
  expect(aspects.filter((one) => !caught.includes(one))).toEqual(['replication slot', 'prepared transaction']);
});
