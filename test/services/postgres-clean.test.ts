import {join} from 'node:path';
import pg from 'pg';
import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import type {Lease} from '../../src/services/client/lease.ts';
import {serviceOf} from '../../src/services/service-options.ts';
import {BACKENDS, BackendServices} from './support/backends.ts';
import {column, connected, refusal} from './support/sql.ts';

/** What a user sees that does not name the lease itself. */
const VIEWS = {
  tables: `SELECT n.nspname || '.' || c.relname || ' ' || c.relkind::text || ' ' || coalesce(c.relacl::text, '') || ' ' || coalesce(obj_description(c.oid, 'pg_class'), '')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname !~ '^pg_temp|^pg_toast' ORDER BY 1`,
  schemas: 'SELECT nspname || coalesce(nspacl::text, chr(32)) FROM pg_namespace WHERE nspname !~ $$^pg_t$$ ORDER BY 1',
  functions: 'SELECT oid::regprocedure || coalesce(proacl::text, chr(32)) FROM pg_proc ORDER BY 1',
  types: 'SELECT oid::regtype::text FROM pg_type WHERE typnamespace::regnamespace::text !~ $$^pg_temp$$ ORDER BY 1',
  extensions: 'SELECT extname::text FROM pg_extension ORDER BY 1',
  triggers: 'SELECT tgname || tgenabled::text FROM pg_trigger ORDER BY 1',
  eventTriggers: 'SELECT evtname::text FROM pg_event_trigger ORDER BY 1',
  policies: 'SELECT polname::text FROM pg_policy ORDER BY 1',
  defaults: 'SELECT defaclobjtype::text || defaclacl::text FROM pg_default_acl ORDER BY 1',
  largeObjects: 'SELECT oid || encode(lo_get(oid), $$hex$$) FROM pg_largeobject_metadata ORDER BY 1',
  publications: 'SELECT pubname::text FROM pg_publication ORDER BY 1',
  items: 'SELECT item::text FROM app.item ORDER BY 1',
  empty: 'SELECT id FROM app.empty',
  names: 'SELECT name FROM app.names ORDER BY 1',
  sequences: 'SELECT schemaname || sequencename || coalesce(last_value, -1) FROM pg_sequences ORDER BY 1',
  settings: `SELECT name || '=' || setting FROM pg_settings WHERE name <> 'application_name' ORDER BY 1`,
  roles: `SELECT (to_jsonb(r) - 'oid')::text FROM pg_roles r WHERE rolname !~ '^paceline_lease' ORDER BY 1`,
  databases: `SELECT (to_jsonb(d) - 'datfrozenxid' - 'datminmxid')::text FROM pg_database d WHERE datname !~ '^paceline_' ORDER BY 1`,
  ownDatabase: `SELECT coalesce(datacl::text, '') || datconnlimit || datistemplate FROM pg_database WHERE datname = current_database()`,
  ownSettings:
    'SELECT setconfig::text FROM pg_db_role_setting s JOIN pg_database d ON d.oid = setdatabase WHERE datname = current_database()',
  roleSettings:
    'SELECT setconfig::text FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = setrole WHERE rolname = current_user',
  memberships:
    'SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid IN (m.member, m.roleid) WHERE rolname = current_user',
  comments: 'SELECT shobj_description(oid, $$pg_database$$) FROM pg_database WHERE datname = current_database()',
  tablespaces: 'SELECT spcname::text FROM pg_tablespace ORDER BY 1',
  slots: 'SELECT slot_name::text FROM pg_replication_slots',
  prepared: 'SELECT gid FROM pg_prepared_xacts',
  advisory: `SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  sessions: 'SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()',
  files: 'SELECT to_regclass($$pg_temp.scratch$$)::text',
};

async function seenBy(client: pg.Client, lease: Lease): Promise<Record<string, unknown>> {
  const seen: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(VIEWS))
    seen[name] = (await column(client, text)).map((value) => String(value).replaceAll(lease.resource, 'OWN'));
  return seen;
}

/** All that the user of a database can do to it, and that stays. */
const DIRT = [
  `INSERT INTO app.item (name) VALUES ('dirt')`,
  'DELETE FROM app.item WHERE id = 1',
  'INSERT INTO app.empty VALUES (1, 2)',
  'TRUNCATE app.empty RESTART IDENTITY',
  `SELECT nextval('app.ticket'), setval('app.item_id_seq', 900)`,
  'REFRESH MATERIALIZED VIEW app.names',
  'CREATE TABLE app.dirt (id int); CREATE TABLE public.dirt (id int); CREATE UNLOGGED TABLE unlogged_dirt (id int)',
  'CREATE TEMP TABLE scratch (id int)',
  'ALTER TABLE app.item ADD COLUMN dirt int',
  'ALTER TABLE app.item DISABLE TRIGGER touched',
  'DROP POLICY all_of_it ON app.empty',
  'DROP VIEW app.cheap',
  'CREATE SCHEMA dirt; CREATE TYPE dirt.kind AS ENUM ($$a$$); CREATE DOMAIN dirt.positive AS int CHECK (VALUE > 0)',
  `CREATE FUNCTION app.dirt() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
  'GRANT ALL ON SCHEMA app TO PUBLIC; GRANT ALL ON ALL TABLES IN SCHEMA app TO PUBLIC',
  'ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC',
  'CREATE EXTENSION citext; DROP EXTENSION hstore CASCADE',
  `SELECT lo_from_bytea(0, 'dirt'), lo_put(4711, 0, 'xyz')`,
  'CREATE PUBLICATION dirt FOR TABLE app.item',
  `COMMENT ON TABLE app.item IS 'dirt'`,
  `DO $$ BEGIN EXECUTE format('COMMENT ON DATABASE %I IS ''dirt''', current_database()); END $$`,
  `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''1MB''', current_database()); END $$`,
  `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT 7', current_database()); END $$`,
  `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I IS_TEMPLATE true', current_database()); END $$`,
  `DO $$ BEGIN EXECUTE format('GRANT ALL ON DATABASE %I TO PUBLIC', current_database()); END $$`,
  `ALTER ROLE CURRENT_USER SET work_mem = '2MB'`,
  `ALTER ROLE CURRENT_USER PASSWORD 'dirt'`,
  'SELECT pg_advisory_lock(4711)',
  'LISTEN dirt; NOTIFY dirt',
  'SET search_path = dirt; SET timezone = UTC; SET work_mem = $$3MB$$; SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY',
  'PREPARE dirt AS SELECT 1; DECLARE dirt CURSOR WITH HOLD FOR SELECT 1',
  `SELECT pg_stat_reset_shared('x')`,
  'ANALYZE app.item',
];
const REFUSED_DIRT = new Set([`SELECT pg_stat_reset_shared('x')`]);

/** Waits until a database and its role are no more. */
async function gone(client: pg.Client, name: string): Promise<boolean> {
  for (;;) {
    const left = await column(
      client,
      `SELECT datname FROM pg_database WHERE datname = '${name}' UNION ALL SELECT rolname FROM pg_roles WHERE rolname = '${name}'`,
    );
    if (left.length === 0) return true;
  }
}

describe.for(BACKENDS)('by %s:', (backend) => {
  let run: BackendServices;
  beforeAll(async () => {
    run = await BackendServices.start(backend, 'postgres');
  });
  afterAll(() => run.end());
  beforeEach((context) => run.needed(context));

  const acquire = (): Promise<Lease> =>
    run.services.client.acquire(
      serviceOf({
        plugin: 'postgres',
        backend,
        image: run.image,
        init: {sql: [join(import.meta.dirname, 'support/rich.sql')]},
        pool: {min: 2, max: 4},
      }),
      {label: 'test'},
    );

  test('a lease begins with all that the init made, and owns it', async () => {
    await using lease = await acquire();
    const client = await connected(lease.url);
    expect(await column(client, 'SELECT name FROM item ORDER BY id')).toEqual(['cup', 'pot']);
    expect(await column(client, `SELECT nextval('ticket')`)).toEqual(['100']);
    // ALTER DATABASE ... SET of the init
    expect(await column(client, 'SHOW timezone')).toEqual(['Asia/Tokyo']);
    expect(await column(client, 'SHOW search_path')).toEqual(['app, public']);
    expect(await column(client, `SELECT 'a=>1'::hstore -> 'a'`)).toEqual(['1']);
    const owners = await column(
      client,
      `SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = 'app'::regnamespace`,
    );
    expect(owners).toEqual([lease.resource]);
    // its ALTER DEFAULT PRIVILEGES holds for what the user makes
    await client.query('CREATE TABLE app.mine (id int)');
    const granted = await column(client, `SELECT unnest(relacl)::text FROM pg_class WHERE relname = 'mine'`);
    expect(granted).toContain(`=r/${lease.resource}`);
    // by what the server knows of who owns what
    await client.query('DROP OWNED BY CURRENT_USER CASCADE');
    expect(await column(client, `SELECT relname FROM pg_class WHERE relname IN ('item', 'mine', 'ticket')`)).toEqual(
      [],
    );
  });

  test('nothing that a user does is seen by one who has another lease, or by the next', async () => {
    await using untouched = await acquire();
    const before = await seenBy(await connected(untouched.url), untouched);

    const dirty = await acquire();
    await using other = await acquire();
    const neighbour = await connected(other.url);
    const client = await connected(dirty.url);
    for (const text of DIRT) {
      const code = await refusal(client.query(text));
      expect([text, code]).toEqual([text, REFUSED_DIRT.has(text) ? expect.any(String) : undefined]);
      // a session that may only read makes no more dirt
      await client.query('SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE');
    }
    expect(await seenBy(neighbour, other)).toEqual(before);
    await dirty.release();

    await using next = await acquire();
    expect(next.resource).not.toBe(dirty.resource);
    expect(await seenBy(await connected(next.url), next)).toEqual(before);
  });

  describe('what reaches beyond one database is refused:', () => {
    test.each([
      ['CREATE ROLE bob', '42501'],
      ['CREATE DATABASE bob', '42501'],
      ['DROP DATABASE postgres', '42501'],
      [`ALTER SYSTEM SET work_mem = '1MB'`, '42501'],
      ['ALTER DATABASE postgres SET work_mem = 1024', '42501'],
      [`SELECT pg_create_physical_replication_slot('x')`, '42501'],
      [`SELECT pg_create_logical_replication_slot('x', 'test_decoding')`, '42501'],
      [`CREATE TABLESPACE aside LOCATION '/tmp'`, '42501'],
      ['CREATE EVENT TRIGGER t ON ddl_command_end EXECUTE FUNCTION app.watch()', '42501'],
      ['CREATE LANGUAGE other HANDLER plpgsql_call_handler', '42501'],
      ['CREATE EXTENSION file_fdw', '42501'],
      [`CREATE SUBSCRIPTION s CONNECTION 'dbname=postgres' PUBLICATION p`, '42501'],
      ['SET ROLE paceline_admin', '42501'],
      ['SET SESSION AUTHORIZATION paceline_admin', '42501'],
      ['SET session_replication_role = replica', '42501'],
      [`COPY app.item TO '/tmp/x'`, '42501'],
      [`COPY app.item FROM PROGRAM 'id'`, '42501'],
      [`SELECT pg_read_file('postgresql.conf')`, '42501'],
      [`SELECT lo_import('/etc/passwd')`, '42501'],
      ['SELECT rolpassword FROM pg_authid', '42501'],
      ['SELECT pg_reload_conf()', '42501'],
      ['SELECT pg_switch_wal()', '42501'],
      ['CHECKPOINT', '42501'],
      ['GRANT pg_monitor TO CURRENT_USER', '42501'],
      ['ALTER ROLE CURRENT_USER SUPERUSER', '42501'],
      ['ALTER ROLE CURRENT_USER CREATEDB', '42501'],
      ['ALTER ROLE paceline_admin PASSWORD $$x$$', '42501'],
      ['GRANT SET ON PARAMETER work_mem TO PUBLIC', '42501'],
      [`COMMENT ON ROLE CURRENT_USER IS 'x'`, '42601'],
      ['DROP EVENT TRIGGER watcher', '42501'],
      [`DO $$ BEGIN EXECUTE format('DROP DATABASE %I', current_database()); END $$`, '25001'],
      [`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RENAME TO x', current_database()); END $$`, '42501'],
    ])('%s', async (text, code) => {
      await using lease = await acquire();
      const client = await connected(lease.url);
      expect(await refusal(client.query(text))).toBe(code);
    });

    test('a prepared transaction', async () => {
      await using lease = await acquire();
      const client = await connected(lease.url);
      await client.query('BEGIN; INSERT INTO app.empty VALUES (1)');
      expect(await refusal(client.query(`PREPARE TRANSACTION 'x'`))).toBe('55000');
    });
  });

  describe('of two leases at the same time', () => {
    const at = (lease: Lease, database: string): string => {
      const url = new URL(lease.url);
      url.pathname = `/${database}`;
      return url.href;
    };

    test('neither can connect to the database of the other, to the template, or to those of the server', async () => {
      await using one = await acquire();
      await using other = await acquire();
      const client = await connected(one.url);
      const names = await column(client, `SELECT datname::text FROM pg_database WHERE datname <> current_database()`);
      expect(names).toEqual(expect.arrayContaining(['postgres', 'template1', other.resource]));
      for (const name of names) {
        const stranger = new pg.Client({connectionString: at(one, String(name))});
        // 42501: not permitted to connect; 55000: accepts no connections; 3D000: of a lease before, and gone meanwhile
        expect([name, await refusal(stranger.connect())]).toEqual([
          name,
          expect.stringMatching(/^(42501|55000|3D000)$/),
        ]);
        await stranger.end();
      }
    });

    test('neither gets the rights of the other, ends its sessions, hears its notifications or waits for its locks', async () => {
      await using one = await acquire();
      await using other = await acquire();
      const [client, stranger] = [await connected(one.url), await connected(other.url)];
      const heard: string[] = [];
      client.on('notification', ({channel}) => heard.push(channel));
      await client.query('LISTEN dirt; SELECT pg_advisory_lock(1)');
      expect(await refusal(stranger.query(`SET ROLE ${one.resource}`))).toBe('42501');
      expect(await refusal(stranger.query(`ALTER ROLE ${one.resource} PASSWORD 'x'`))).toBe('42501');
      const [pid] = await column(client, 'SELECT pg_backend_pid()');
      expect(await refusal(stranger.query(`SELECT pg_terminate_backend(${pid})`))).toBe('42501');
      expect(await refusal(stranger.query(`SELECT pg_cancel_backend(${pid})`))).toBe('42501');
      await stranger.query('NOTIFY dirt');
      expect(await column(stranger, 'SELECT pg_try_advisory_lock(1)')).toEqual([true]);
      await client.query('SELECT 1');
      expect(heard).toEqual([]);
      const [query] = await column(stranger, `SELECT query FROM pg_stat_activity WHERE pid = ${pid}`);
      expect(query).toBe('<insufficient privilege>');
    });

    test('one that gives itself and rights to the other, harms only itself, and only as long as it is there', async () => {
      const giving = await acquire();
      const taking = await acquire();
      const [giver, taker] = [await connected(giving.url), await connected(taking.url)];
      // up to PostgreSQL 15 a role may give itself away
      await refusal(giver.query(`GRANT ${giving.resource} TO ${taking.resource}`));
      await taker.query(`GRANT ALL ON app.item TO ${giving.resource}`);
      // what is handed out meanwhile is clean
      await (await acquire()).release();
      await giving.release();
      await (await acquire()).release();
      expect(await column(taker, 'SELECT name FROM app.item ORDER BY id')).toEqual(['cup', 'pot']);
      await taking.release();
      await using next = await acquire();
      const client = await connected(next.url);
      expect(await gone(client, giving.resource)).toBe(true);
      expect(await gone(client, taking.resource)).toBe(true);
      const status = await run.services.client.status();
      expect(status?.pools[0]?.quarantine).toEqual([]);
    });
  });

  test('when a lease is released, its connections are closed, and new ones are refused', async () => {
    const lease = await acquire();
    const client = await connected(lease.url);
    const ended = new Promise((resolve) => client.once('end', resolve));
    await client.query('BEGIN; LOCK TABLE app.item');
    await lease.release();
    await ended;
    const late = new pg.Client({connectionString: lease.url});
    // 28000: may not log in, 3D000: is no more, 55000: accepts no connections
    expect(await refusal(late.connect())).toMatch(/^(28000|28P01|3D000|55000)$/);
  });

  test('whatever its owner said about a database, it is taken away', async () => {
    await using watching = await acquire();
    const watcher = await connected(watching.url);
    for (const text of [
      'IS_TEMPLATE true',
      'CONNECTION LIMIT 0',
      `SET default_transaction_read_only = on`,
      `SET role = 'nobody'`,
    ]) {
      const lease = await acquire();
      const client = await connected(lease.url);
      await client.query(`ALTER DATABASE ${lease.resource} ${text}`);
      await lease.release();
      expect(await gone(watcher, lease.resource)).toBe(true);
    }
  });
});
