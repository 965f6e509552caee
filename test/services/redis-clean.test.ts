import {randomUUID} from 'node:crypto';
import {createClient} from '@redis/client';
import {afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test} from 'vitest';
import type {Lease} from '../../src/services/client/lease.ts';
import {differences, stateOf} from '../../src/services/redis/state.ts';
import {serviceOf} from '../../src/services/service-options.ts';
import {BACKENDS, BackendServices} from './support/backends.ts';

const SEED = `redis-cli -u "$REDIS_URL" --no-auth-warning <<'END' >/dev/null
SET greeting hello
RPUSH list a b
SADD set a b c
HSET hash one 1 two 2
ZADD zset 1 a 2 b
XADD stream 1-1 field value
SELECT 3
SET other 1 EX 100000
END`;

async function connected(url: string) {
  const client = createClient({url, RESP: 2, disableClientInfo: true, socket: {reconnectStrategy: false}});
  client.on('error', () => {});
  await client.connect();
  onTestFinished(() => {
    if (client.isOpen) client.destroy();
  });
  return client;
}

/** All that the user of a Redis can do to it, and how it is told where it should not be. */
const DIRT: readonly (readonly [readonly string[], string])[] = [
  [['SET', 'dirt', '1'], 'keys: added 0 dirt: string'],
  [['SET', 'greeting', 'bye'], 'keys: added 0 greeting: string'],
  [['DEL', 'greeting'], 'keys: removed 0 greeting: string'],
  [['RPUSH', 'list', 'c'], 'keys: added 0 list: list'],
  [['SREM', 'set', 'a'], 'keys: added 0 set: set'],
  [['HSET', 'hash', 'one', '2'], 'keys: added 0 hash: hash'],
  [['ZADD', 'zset', '5', 'a'], 'keys: added 0 zset: zset'],
  [['XADD', 'stream', '2-1', 'field', 'value'], 'keys: added 0 stream: stream'],
  [['EXPIRE', 'list', '100000'], 'that expires'],
  [['MOVE', 'greeting', '5'], 'keys: added 5 greeting: string'],
  [['SWAPDB', '0', '3'], 'keys: added database 0: 1'],
  [['FLUSHALL'], 'keys: removed database 0: 6'],
  [['CONFIG', 'SET', 'maxmemory', '100mb'], 'config: added maxmemory = 104857600'],
  [['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru'], 'config: added maxmemory-policy = allkeys-lru'],
  [['ACL', 'SETUSER', 'bob', 'on', '>secret', '~*', '+@all'], 'acl: added user bob on'],
  [['ACL', 'SETUSER', 'default', '-flushall'], 'acl: added user default on'],
  [['SCRIPT', 'LOAD', 'return 1'], 'scripts: added 1 cached'],
  [['EVAL', 'return 1', '0'], 'scripts: added 1 cached'],
  [
    ['FUNCTION', 'LOAD', `#!lua name=dirt\nredis.register_function('dirt', function() return 1 end)`],
    'functions: added ["library_name","dirt"',
  ],
  [['REPLICAOF', '127.0.0.1', '1'], 'role: added slave'],
];

describe.for(BACKENDS)('by %s:', (backend) => {
  let run: BackendServices;
  beforeAll(async () => {
    run = await BackendServices.start(backend, 'redis');
  });
  afterAll(() => run.end());
  beforeEach((context) => run.needed(context));

  const acquire = (): Promise<Lease> =>
    run.services.client.acquire(
      serviceOf({plugin: 'redis', backend, image: run.image, init: {seed: SEED}, pool: {min: 1, max: 4}}),
      {label: 'test'},
    );

  describe('every kind of dirt is found by the check:', () => {
    test.each(DIRT)('%j', async (words, difference) => {
      await using lease = await acquire();
      const client = await connected(lease.url);
      const before = await stateOf(client);
      await client.sendCommand([...words]);
      expect(differences(before, await stateOf(client))).toContainEqual(expect.stringContaining(difference));
    });

    test('a client, and what it listens to', async () => {
      await using lease = await acquire();
      const client = await connected(lease.url);
      const before = await stateOf(client);
      // ours, and that of the broker
      expect(before.get('clients')).toEqual(['2 connected']);
      const listener = await connected(lease.url);
      await listener.subscribe('news', () => {});
      await listener.pSubscribe('n*', () => {});
      expect(differences(before, await stateOf(client))).toEqual(
        expect.arrayContaining(['clients: added 3 connected', 'channels: added news', 'channels: added 1 patterns']),
      );
    });

    test('every aspect is among them', async () => {
      await using lease = await acquire();
      const aspects = [...(await stateOf(await connected(lease.url))).keys()];
      const shown = new Set(['clients', 'channels', ...DIRT.map(([, difference]) => difference.split(':')[0])]);
      // modules cannot be loaded at run time
      expect(aspects.filter((aspect) => !shown.has(aspect))).toEqual(['modules']);
    });
  });

  test('a lease begins with what the seed wrote', async () => {
    await using lease = await acquire();
    const state = await stateOf(await connected(lease.url));
    expect(state.get('keys')?.map((line) => line.replace(/ [0-9a-f]{16}/, ''))).toEqual([
      '0 greeting: string',
      '0 hash: hash',
      '0 list: list',
      '0 set: set',
      '0 stream: stream',
      '0 zset: zset',
      '3 other: string that expires',
      'database 0: 6',
      'database 3: 1',
    ]);
  });

  test('nothing that a user does is seen by one who has another lease, or by the next', async () => {
    await using untouched = await acquire();
    const before = await stateOf(await connected(untouched.url));
    const dirty = await acquire();
    await using other = await acquire();
    const neighbour = await connected(other.url);
    const heard: string[] = [];
    const listener = await connected(other.url);
    await listener.subscribe('news', (message) => heard.push(message));
    const client = await connected(dirty.url);
    // what holds all other commands up comes last
    for (const [words] of DIRT) await client.sendCommand([...words]);
    await client.sendCommand(['PUBLISH', 'news', 'dirt']);
    await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub']);
    expect(await listener.ping()).toBeDefined();
    await listener.unsubscribe('news');
    listener.destroy();
    // until the server has noticed
    while ((await stateOf(neighbour)).get('clients')?.[0] !== '2 connected');
    expect(differences(before, await stateOf(neighbour))).toEqual([]);
    expect(heard).toEqual([]);
    await dirty.release();
    await using next = await acquire();
    expect(next.url).not.toBe(dirty.url);
    expect(differences(before, await stateOf(await connected(next.url)))).toEqual([]);
  });

  test.each([
    ['MODULE', 'LOAD', '/tmp/x.so'],
    ['DEBUG', 'SLEEP', '0'],
    ['CONFIG', 'SET', 'dir', '/tmp'],
    ['CONFIG', 'SET', 'dbfilename', 'x.rdb'],
  ])('what reaches the files of others is refused: %s %s %s', async (...words) => {
    await using lease = await acquire();
    const client = await connected(lease.url);
    await expect(client.sendCommand(words)).rejects.toThrow(/not allowed|protected|can't set/i);
  });

  test('the password of one does not open the other', async () => {
    await using one = await acquire();
    await using other = await acquire();
    const url = new URL(one.url);
    url.port = new URL(other.url).port;
    await expect(connected(url.href)).rejects.toThrow('WRONGPASS');
    url.password = randomUUID();
    await expect(connected(url.href)).rejects.toThrow('WRONGPASS');
  });

  test('when a lease is released, its connections are closed, and new ones are refused', async () => {
    const lease = await acquire();
    const client = await connected(lease.url);
    const ended = new Promise((resolve) => client.once('error', resolve));
    await lease.release();
    await ended;
    await expect(connected(lease.url)).rejects.toThrow('ECONNREFUSED');
  });
});
