import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {createClient} from '@redis/client';
import pg from 'pg';
import {describe, expect, it} from 'vitest';
import type {Service} from '../../src/project/service.ts';
import type {ServiceOptions} from '../../src/services/service-options.ts';
import {kill, untilGone} from '../rig/processes.ts';
import {ContainerRig, rigPerTest, until} from './container-rig.ts';
import {IMAGE} from './docker-engine.ts';
import {installedPostgres, makePostgresImage, makeRedisImage} from './server-images.ts';
import {column, connected, refusal} from './support/sql.ts';

/** No program of this machine is of this version. */
const POSTGRES = 'postgres:99';
const REDIS = 'redis:99';

const its = rigPerTest(async (engine) => {
  await makePostgresImage(engine, POSTGRES);
  await makeRedisImage(engine, REDIS);
});

function postgres(options: Partial<ServiceOptions> = {}): Service {
  return its.rig.service({plugin: 'postgres', name: 'db', image: POSTGRES, args: [], ports: [], ...options});
}

function redis(options: Partial<ServiceOptions> = {}): Service {
  return its.rig.service({plugin: 'redis', name: 'cache', image: REDIS, args: [], ports: [], ...options});
}

/** What runs the service that was asked for first. */
async function server(of = its.rig) {
  return (await of.client.status())?.pools[0]?.servers[0];
}

async function inspected() {
  const [id = ''] = await its.engine.containers();
  return its.engine.client.getContainer(id).inspect();
}

describe('what runs a server', () => {
  const major = installedPostgres();

  it('is a container, where the programs are of another version', async () => {
    const lease = await its.rig.acquire(postgres());
    expect(await server()).toMatchObject({backend: 'docker', what: expect.stringContaining(POSTGRES)});
    expect(Object.keys(lease.env)).not.toContain('PGSOCKET');
    const cached = await its.rig.acquire(redis({pool: {min: 0, max: 1}}));
    expect(cached.env).toMatchObject({REDIS_HOST: '127.0.0.1'});
    expect(await its.engine.containers()).toHaveLength(2);
  });

  it('is a program of the version that the image names', async () => {
    await its.rig.acquire(postgres({image: `postgres:${major}`}));
    expect(await server()).toMatchObject({backend: 'process', what: expect.stringContaining(`PostgreSQL ${major}`)});
  });

  it('is a program of another version where that is said, which is remarked on', async () => {
    await its.rig.acquire(postgres({backend: 'process'}));
    const remark = new RegExp(`PostgreSQL ${major}\\S* of this machine in place of ${POSTGRES}`);
    expect(await server()).toMatchObject({backend: 'process', what: expect.stringMatching(remark)});
    expect(its.rig.log).toMatch(remark);
  });

  it('is nothing, where there is neither', async () => {
    const other = ContainerRig.on(its.engine, {DOCKER_HOST: 'unix:///nowhere/docker.sock'});
    await expect(other.acquire(postgres())).rejects.toMatchObject({
      code: 'E_NO_PROGRAM',
      message: expect.stringContaining('no container engine answers'),
      hint: expect.stringContaining('postgresql-99'),
    });
    await expect(other.acquire(postgres({backend: 'docker'}))).rejects.toMatchObject({code: 'E_NO_ENGINE'});
    await other.end();
  });
});

describe('a PostgreSQL in a container', () => {
  it('is started as the service says', async () => {
    mkdirSync(join(its.rig.folder, 'fixtures'));
    writeFileSync(join(its.rig.folder, 'fixtures/one'), 'here');
    const lease = await its.rig.acquire(
      postgres({
        level: 'cluster',
        args: ['-c', 'work_mem=5MB'],
        env: {PGTZ: 'x', ONE: '1'},
        resources: {memoryBytes: 512 * 1024 * 1024, cpu: 1.5},
        volumes: ['./fixtures:/fixtures:ro'],
        pool: {min: 0, max: 1},
      }),
    );
    const client = await connected(lease.url);
    expect(await column(client, 'SHOW work_mem')).toEqual(['5MB']);
    expect(await column(client, 'SHOW fsync')).toEqual(['off']);
    expect(await column(client, `SELECT pg_read_file('/fixtures/one')`)).toEqual(['here']);
    const {Config, HostConfig, Mounts} = await inspected();
    expect(Config.Env).toContain('ONE=1');
    expect(HostConfig).toMatchObject({
      Memory: 512 * 1024 * 1024,
      NanoCpus: 1.5e9,
      Tmpfs: {'/var/lib/postgresql/data': ''},
    });
    expect(Mounts.map(({Destination}) => Destination)).toEqual(['/fixtures']);
  });

  it.each(['database', 'cluster'] as const)('lets nobody in as the superuser that is ours (%s)', async (level) => {
    const env = {POSTGRES_PASSWORD: 'known', POSTGRES_HOST_AUTH_METHOD: 'trust', POSTGRES_USER: 'me'};
    const lease = await its.rig.acquire(postgres({level, env, pool: {min: 0, max: 1}}));
    const {Env} = (await inspected()).Config;
    const started = Env.find((one) => one.startsWith('POSTGRES_PASSWORD='))?.split('=')[1] ?? '';
    expect(started).not.toBe('known');
    for (const [user, password] of [
      ['paceline_admin', started],
      ['paceline_admin', 'known'],
      ['me', 'known'],
    ] as const) {
      const url = Object.assign(new URL(lease.url), {username: user, password, pathname: '/postgres'});
      expect(await refusal(new pg.Client({connectionString: url.href}).connect())).toBe('28P01');
    }
  });

  it.each([
    [{privileged: true}, 'wants to be privileged'],
    [{volumes: ['/etc:/host']}, 'mounts /etc'],
  ])('is refused what is not allowed: %j', async (options, message) => {
    for (const service of [postgres(options), redis(options)])
      await expect(its.rig.acquire(service)).rejects.toMatchObject({
        code: 'E_SERVICE_UNSAFE',
        message: expect.stringContaining(message),
      });
  });

  it('has the variables of what it depends on', async () => {
    const needs = [
      its.rig.service({plugin: 'process', name: 'api', binary: 'busybox', args: ['httpd', '-f', '-p', '{port}']}),
    ];
    const init = {migrate: 'echo "$API_URL" > migrated'};
    await its.rig.acquire({...postgres({init, pool: {min: 0, max: 1}}), needs});
    const {Env} = (await inspected()).Config;
    expect(Env).toContainEqual(expect.stringMatching(/^API_URL=http:\/\/host\.docker\.internal:\d+$/));
  });

  it('that does not start says what it printed', async () => {
    const failing = postgres({args: ['-c', 'no_such_setting=1'], pool: {min: 0, max: 1}});
    await expect(its.rig.acquire(failing)).rejects.toMatchObject({
      code: 'E_SERVICE_START',
      message: expect.stringMatching(/it ended \(exit code 1\)[\s\S]*no_such_setting/),
      hint: expect.stringContaining('.log'),
    });
  });

  it('that never answers is given up in time', async () => {
    await its.engine.makeImage('postgres-silent', ['ENTRYPOINT ["/bin/sh", "-c", "sleep 1000"]', 'EXPOSE 5432']);
    const silent = postgres({image: 'postgres-silent', startTimeoutMs: 300, pool: {min: 0, max: 1}});
    await expect(its.rig.acquire(silent)).rejects.toMatchObject({
      code: 'E_SERVICE_START',
      message: expect.stringMatching(/no answer came within 300 ms \(`start_timeout`\)/),
    });
  });
});

describe('servers of one’s own in containers', () => {
  it('may be changed in every way, and nobody else sees it', async () => {
    const init = {sql: ['rich.sql', 'cluster.sql'].map((name) => join(import.meta.dirname, 'support', name))};
    const service = postgres({level: 'cluster', init, pool: {min: 2, max: 3}});
    const [dirty, other] = [await its.rig.acquire(service), await its.rig.acquire(service)];
    const [client, neighbour] = [await connected(dirty.url), await connected(other.url)];
    const seen = async (one: pg.Client) => [
      await column(one, 'SELECT rolname || rolcreatedb FROM pg_roles ORDER BY 1'),
      await column(one, 'SELECT datname FROM pg_database ORDER BY 1'),
      await column(one, 'SELECT name FROM app.item ORDER BY 1'),
      await column(one, 'SELECT slot_name FROM pg_replication_slots'),
      await column(one, 'SHOW work_mem'),
    ];
    const before = await seen(neighbour);
    for (const text of [
      'CREATE ROLE bob SUPERUSER',
      'ALTER ROLE app_reader CREATEDB',
      'CREATE DATABASE bob',
      `ALTER SYSTEM SET work_mem = '9MB'`,
      'SELECT pg_reload_conf()',
      `SELECT pg_create_physical_replication_slot('other')`,
      'DELETE FROM app.item',
    ])
      await client.query(text);
    expect(await seen(neighbour)).toEqual(before);
    const ended = new Promise((resolve) => client.once('end', resolve));
    await dirty.release();
    await ended;
    const next = await its.rig.acquire(service);
    expect(next.resource).not.toBe(dirty.resource);
    expect(await seen(await connected(next.url))).toEqual(before);
  });

  it('are not handed out when their init did not do what it did the first time', async () => {
    writeFileSync(
      join(its.rig.folder, 'random.sql'),
      `DO $$ BEGIN EXECUTE 'CREATE TABLE t' || floor(random() * 1e9)::int || ' ()'; END $$`,
    );
    const service = postgres({level: 'cluster', init: {sql: ['random.sql']}, pool: {min: 0, max: 2}});
    const sql = [join(its.rig.folder, 'random.sql')];
    const first = await its.rig.acquire({...service, init: {...service.init, sql}});
    await expect(its.rig.acquire({...service, init: {...service.init, sql}})).rejects.toThrow(
      /relation: (added|removed) public\.t\d+/,
    );
    expect(await column(await connected(first.url), 'SELECT 1')).toEqual([1]);
  });
});

it('a Redis that finds what another one left is not handed out', async () => {
  mkdirSync(join(its.rig.folder, 'kept'));
  const service = redis({volumes: ['./kept:/data'], pool: {min: 0, max: 1}});
  const lease = await its.rig.acquire(service);
  const client = await createClient({url: lease.url, socket: {reconnectStrategy: false}}).connect();
  await client.set('dirt', '1');
  await client.sendCommand(['SAVE']);
  client.destroy();
  await lease.release();
  await expect(its.rig.acquire(service)).rejects.toThrow('keys: added 0 dirt: string');
});

describe('when something ends', () => {
  const all = (): readonly Service[] => [
    postgres({pool: {min: 1, max: 3}}),
    postgres({name: 'own', level: 'cluster', pool: {min: 1, max: 3}}),
    redis({pool: {min: 1, max: 3}}),
  ];

  async function works({
    env,
    url,
  }: {
    readonly env: Readonly<Record<string, string>>;
    readonly url: string;
  }): Promise<boolean> {
    if (env.REDIS_URL === undefined) return (await column(await connected(url), 'SELECT 1'))[0] === 1;
    const client = await createClient({url, socket: {reconnectStrategy: false}}).connect();
    const answer = await client.ping();
    client.destroy();
    return answer === 'PONG';
  }

  it('a broker that was killed leaves no container to the next one', async () => {
    for (const service of all()) await its.rig.acquire(service);
    expect((await its.engine.containers()).length).toBeGreaterThanOrEqual(3);
    const pid = await its.rig.brokerPid();
    kill(pid);
    await untilGone(pid);
    await its.rig.acquire(
      its.rig.service({plugin: 'process', binary: 'busybox', args: ['httpd', '-f', '-p', '{port}']}),
    );
    expect(await its.engine.containers()).toEqual([]);
  });

  it('containers that somebody removed are replaced', async () => {
    for (const service of all()) {
      await its.rig.client.warm(service, 1);
      const lost = await its.rig.acquire(service);
      await its.engine.clear();
      expect(await works(await its.rig.acquire(service))).toBe(true);
      await lost.release();
      await its.rig.client.stop();
    }
  });

  it('an engine that is stopped is named, and found again when it is back', async () => {
    const said = all().map((service): Service => ({...service, backend: 'docker'}));
    for (const service of said) await its.rig.acquire(service);
    await its.engine.stopDaemon();
    for (const service of said)
      await expect(its.rig.acquire(service)).rejects.toMatchObject({
        code: 'E_NO_ENGINE',
        hint: expect.stringContaining('Start it'),
      });
    await its.engine.startDaemon();
    for (const service of said) expect(await works(await its.rig.acquire(service))).toBe(true);
    await its.rig.client.stop();
    await until(async () => (await its.engine.containers()).length === 0);
  });

  it('whatever makes them is ended when nobody waits for it', async () => {
    await its.engine.makeImage('postgres-silent', ['ENTRYPOINT ["/bin/sh", "-c", "sleep 1000"]', 'EXPOSE 5432']);
    await its.engine.makeImage('redis-silent', ['ENTRYPOINT ["/bin/sh", "-c", "sleep 1000"]', 'EXPOSE 6379']);
    const pool = {min: 1, max: 2};
    for (const service of [
      postgres({image: 'postgres-silent', level: 'cluster', startTimeoutMs: 600_000, pool}),
      redis({image: 'redis-silent', startTimeoutMs: 600_000, pool}),
      its.rig.service({image: IMAGE, args: ['sleep', '1000'], startTimeoutMs: 600_000, pool}),
    ]) {
      const waiting = its.rig.acquire(service).catch((error: unknown) => error);
      await until(async () => (await its.engine.containers()).length === 2);
      await its.rig.client.stop();
      expect(await waiting).toMatchObject({code: expect.stringMatching(/^E_SERVICE_ST/)});
      expect(await its.engine.containers()).toEqual([]);
    }
  });
});
