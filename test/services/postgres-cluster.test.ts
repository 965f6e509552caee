import {chmodSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import pg from 'pg';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import type {Lease} from '../../src/services/client/lease.ts';
import {BaseFolders} from '../../src/services/postgres/base-folders.ts';
import {ClusterSource} from '../../src/services/postgres/cluster-source.ts';
import {buildClusterTemplate, type ClusterTemplate, copiesOf} from '../../src/services/postgres/cluster-template.ts';
import {PostgresPlugin} from '../../src/services/postgres/postgres.ts';
import {type PostgresPrograms, postgresPrograms} from '../../src/services/postgres/programs.ts';
import {bestRung, type Rung, rungs} from '../../src/services/postgres/rungs.ts';
import {serviceOf} from '../../src/services/service-options.ts';
import {UncleanError} from '../../src/services/unclean.ts';
import {needs} from '../rig/needs.ts';
import {type FreshServices, freshServices} from './support/fresh-services.ts';
import {newHome} from './support/new-home.ts';
import {type TestHost, testHost} from './support/postgres-host.ts';
import {column, connected, refusal} from './support/sql.ts';

const init = {sql: [join(import.meta.dirname, 'support/rich.sql'), join(import.meta.dirname, 'support/cluster.sql')]};
const service = serviceOf({
  plugin: 'postgres',
  level: 'cluster',
  init,
  args: ['-c', 'work_mem=5MB'],
  pool: {min: 1, max: 4},
});

describe('a server of one’s own', () => {
  let services: FreshServices;
  beforeAll(() => {
    services = freshServices();
  });
  afterAll(() => services.end());
  const acquire = (): Promise<Lease> => services.client.acquire(service, {label: 'test'});

  /** All that may differ between servers: not the place where each lies. */
  const SEEN = {
    roles: `SELECT (to_jsonb(r) - 'oid' - 'rolpassword')::text FROM pg_authid r ORDER BY 1`,
    databases: `SELECT (to_jsonb(d) - 'datfrozenxid' - 'datminmxid')::text FROM pg_database d ORDER BY 1`,
    settings: `SELECT name || '=' || setting FROM pg_settings WHERE setting !~ '^"?/' AND name NOT IN ('port', 'application_name') ORDER BY 1`,
    roleSettings: 'SELECT setconfig::text FROM pg_db_role_setting ORDER BY 1',
    members: 'SELECT member::regrole::text FROM pg_auth_members ORDER BY 1',
    slots: 'SELECT slot_name::text FROM pg_replication_slots',
    prepared: 'SELECT gid FROM pg_prepared_xacts',
    tablespaces: 'SELECT spcname::text FROM pg_tablespace ORDER BY 1',
    origins: 'SELECT roname FROM pg_replication_origin',
    tables: `SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace ORDER BY 1`,
    items: 'SELECT item::text FROM app.item ORDER BY 1',
    extensions: 'SELECT extname::text FROM pg_extension ORDER BY 1',
  };
  const seenBy = async (client: pg.Client): Promise<Record<string, unknown>> => {
    const seen: Record<string, unknown> = {};
    for (const [name, text] of Object.entries(SEEN)) seen[name] = await column(client, text);
    return seen;
  };

  test('begins with all that the init made, roles and settings of the server included', async () => {
    await using lease = await acquire();
    const client = await connected(lease.url);
    expect(await column(client, 'SELECT name FROM app.item ORDER BY id')).toEqual(['cup', 'pot']);
    expect(await column(client, `SELECT rolname::text FROM pg_roles WHERE rolname ~ '^app_'`)).toEqual(['app_reader']);
    expect(await column(client, 'SHOW work_mem')).toEqual(['5MB']);
    expect(await column(client, 'SHOW timezone')).toEqual(['Asia/Tokyo']);
    expect(await column(client, 'SELECT rolsuper FROM pg_roles WHERE rolname = current_user')).toEqual([true]);
  });

  test('its user may change everything in it, and nobody else sees it', async () => {
    await using untouched = await acquire();
    const before = await seenBy(await connected(untouched.url));
    const dirty = await acquire();
    const client = await connected(dirty.url);
    await using other = await acquire();
    for (const text of [
      'CREATE ROLE bob SUPERUSER; GRANT app_reader TO bob; ALTER ROLE bob SET work_mem = 1024',
      'ALTER ROLE app_reader CREATEDB',
      'CREATE DATABASE bob',
      'DROP DATABASE template1',
      `ALTER SYSTEM SET work_mem = '9MB'`,
      'SELECT pg_reload_conf()',
      `SELECT pg_create_logical_replication_slot('slot', 'test_decoding')`,
      `SELECT pg_create_physical_replication_slot('other')`,
      `SELECT pg_replication_origin_create('far')`,
      `BEGIN; INSERT INTO app.item (name) VALUES ('prepared'); PREPARE TRANSACTION 'x'`,
      `SET allow_in_place_tablespaces = on`,
      `CREATE TABLESPACE aside LOCATION ''`,
      'CREATE EXTENSION citext',
      'DROP TABLE app.part; CREATE TABLE app.dirt (id int)',
      `DO $$ BEGIN EXECUTE format('COPY (SELECT 1) TO %L', current_setting('data_directory') || '/pg_hba.conf'); END $$`,
    ])
      expect([text, await refusal(client.query(text))]).toEqual([text, dirtCode(text)]);
    expect(await seenBy(await connected(other.url))).toEqual(before);
    await dirty.release();
    await using next = await acquire();
    expect(await seenBy(await connected(next.url))).toEqual(before);
  });

  test('when it is released, its server has ended and its folder is removed', async () => {
    const lease = await acquire();
    const client = await connected(lease.url);
    const [folder] = await column(client, 'SHOW data_directory');
    const ended = new Promise((resolve) => client.once('end', resolve));
    await client.query('BEGIN');
    await lease.release();
    await ended;
    expect(await refusal(new pg.Client({connectionString: lease.url}).connect())).toBe('ECONNREFUSED');
    const servers = join(String(folder), '../..');
    // behind the user's back
    while (readdirSync(servers).includes(basename(dirname(String(folder))))) await new Promise(setImmediate);
  });

  test('each has a password of its own, and nobody knows that of the superuser that is ours', async () => {
    await using one = await acquire();
    await using other = await acquire();
    const url = new URL(one.url);
    url.port = new URL(other.url).port;
    expect(await refusal(new pg.Client({connectionString: url.href}).connect())).toBe('28P01');
    url.username = 'paceline_admin';
    expect(await refusal(new pg.Client({connectionString: url.href}).connect())).toBe('28P01');
  });
});

/** A template database is no ordinary one. */
function dirtCode(text: string): string | undefined {
  return text.startsWith('DROP DATABASE template1') ? '42809' : undefined;
}

describe('what the superuser that is ours does between check and hand-out is found:', () => {
  let host: TestHost;
  let bases: BaseFolders;
  let programs: PostgresPrograms;
  let template: ClusterTemplate;
  let source: ClusterSource;
  beforeAll(async () => {
    host = testHost();
    bases = new BaseFolders(host);
    programs = await postgresPrograms(undefined, process.env, '.');
    const rung = await bestRung(host);
    const base = await bases.take(programs);
    template = await buildClusterTemplate(service, {programs, base, env: {}, rung}, host);
    source = new ClusterSource(copiesOf({template, programs, rung, service}, host));
  });
  afterAll(async () => {
    template.folder.remove();
    await bases.giveBack(programs);
    host.end();
  });

  async function asAdmin(name: string, text: string): Promise<void> {
    const socket = join(host.home.servers, name, 'socket');
    const port = Number(/\d+/.exec(readdirSync(socket).join(' '))?.[0]);
    const {password} = template;
    const admin = new pg.Client({host: socket, port, user: 'paceline_admin', password, database: 'postgres'});
    await admin.connect();
    await admin.query(text);
    await admin.end();
  }

  test.each([
    ['CREATE ROLE bob', 'role: added bob'],
    ['ALTER ROLE app_reader CREATEDB', 'role: changed app_reader'],
    ['CREATE DATABASE bob', 'database: added bob'],
    [`ALTER SYSTEM SET work_mem = '9MB'`, `setting of the server: added postgresql.auto.conf: work_mem = '9MB'`],
    [`SELECT pg_create_physical_replication_slot('x')`, 'replication slot: added x'],
    [`SELECT pg_replication_origin_create('far')`, 'replication origin: added far'],
    [`BEGIN; CREATE TABLE app.dirt (id int); PREPARE TRANSACTION 'x'`, 'prepared transaction: added x in postgres'],
    ['INSERT INTO app.empty VALUES (1)', 'rows: added app.empty'],
    [`SELECT nextval('app.ticket')`, 'sequence: changed app.ticket'],
    ['CREATE INDEX more ON app.item (price)', 'index: added app.more'],
    [`UPDATE app.item SET name = 'can'`, 'transactions: '],
  ])('%s', async (text, difference) => {
    const resource = await source.make();
    onTestFinished(() => resource.destroy());
    await asAdmin(resource.id, text);
    const error = await resource.handOut().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UncleanError);
    const {differences} = error as UncleanError;
    expect(differences).toContainEqual(expect.stringContaining(difference));
  });
});

describe('a copy of a data folder', () => {
  test.for(['overlay', 'user-overlay', 'copy'] as const)(
    'made by %s leads to servers that differ in nothing else',
    async (name, context) => {
      needs(context, 'a mount of its own');
      // a path that has to be quoted
      const above = newHome();
      chmodSync(above, 0o711);
      const host = testHost(join(above, 'a folder, with: all'));
      const rung = rungs(host).find((one) => one.name === name) as Rung;
      const leaseNeeds = async () => ({env: {}, release: async () => {}});
      const source = await new PostgresPlugin(host, rung).open({service, identity: '0123456789', env: {}, leaseNeeds});
      const {signal} = new AbortController();
      const before = readdirSync(host.home.servers).find((one) => one.startsWith('postgres-template')) ?? '';
      const control = (): Buffer => readFileSync(join(host.home.servers, before, 'data/global/pg_control'));
      const untouched = control();
      const resources = await Promise.all([source.make(signal), source.make(signal)]);
      expect(resources.map((one) => one.rung)).toEqual([name, name]);
      for (const resource of resources) {
        const {url} = await resource.handOut();
        const client = await connected(url);
        await client.query('DROP SCHEMA app CASCADE');
        await client.query('CREATE DATABASE other');
        await client.query('DROP DATABASE other');
        expect(await column(client, 'SHOW data_directory')).toEqual([expect.stringContaining('a folder, with: all')]);
        await resource.revoke();
        await resource.destroy();
      }
      expect(control()).toEqual(untouched);
      await source.close();
      host.end();
      rmSync(above, {recursive: true});
    },
  );

  test('is made by the first way that works', async (context) => {
    needs(context, 'a mount of its own');
    const host = testHost();
    onTestFinished(() => host.end());
    expect((await bestRung(host)).name).toBe('overlay');
    expect(rungs(host).map(({name}) => name)).toEqual(['overlay', 'user-overlay', 'reflink', 'copy']);
  });
});
