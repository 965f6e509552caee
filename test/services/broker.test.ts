import {spawn} from 'node:child_process';
import {existsSync, mkdirSync, readlinkSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {connect} from 'node:net';
import {join} from 'node:path';
import {afterEach, describe, expect, test} from 'vitest';
import type {PacelineError} from '../../src/base/error.ts';
import type {ServiceOptions} from '../../src/services/service-options.ts';
import {serviceOf} from '../../src/services/service-options.ts';
import {isRunning, kill, untilGone} from '../rig/processes.ts';
import {seededRandom} from '../rig/random.ts';
import {pause, ServicesFolder, sleeper, until, untilEmptied} from './broker-rig.ts';

const ROUNDS = Number(process.env.SERVICE_ROUNDS ?? 100);

const redis: ServiceOptions = {plugin: 'redis', name: 'cache', directory: '/', pool: {min: 1, max: 2}};
/** Opened without anything being started. */
const nothing: ServiceOptions = {plugin: 'process', name: 'nothing', directory: '/', pool: {min: 0, max: 1}};

let folder: ServicesFolder;

afterEach(() => folder.end());

/** Resolves when it is over with a socket, with what came. */
function heard(path: string, text: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(path, () => socket.write(text));
    socket.on('data', (part) => (answer += part));
    socket.on('error', () => {});
    socket.once('close', () => resolve(answer));
  });
}

test(`clients that come at the same time start one broker (${ROUNDS} rounds)`, {timeout: 300_000}, async () => {
  folder = new ServicesFolder();
  const random = seededRandom(1);
  for (let round = 0; round < ROUNDS; round++) {
    const clients = [folder.client(), folder.client(), folder.client()];
    await Promise.all(
      clients.map(async (client) => {
        await pause(random() * 8);
        await client.warm(serviceOf(nothing), 0);
      }),
    );
    const pids = await Promise.all(clients.map(async (client) => (await client.status())?.pid));
    await until(() => folder.brokers().length === 1);
    expect(pids).toEqual(clients.map(() => folder.brokers()[0]));
    const ended = untilGone(pids[0] ?? 0);
    await clients[0]?.shutdown();
    if (random() < 0.5) await ended;
    for (const client of clients) client.close();
  }
  expect(folder.log).toBe('');
});

test('a broker that comes while another one has the lock gives way, and disturbs nobody', async () => {
  folder = new ServicesFolder({CI: 'true'});
  const client = folder.client();
  const lease = await client.acquire(serviceOf(sleeper), {label: 'a'});
  const [first] = folder.brokers();
  const program = join(import.meta.dirname, '../../src/services/broker/main.ts');
  const rival = spawn(process.execPath, [program], {env: {...folder.env}, stdio: 'ignore'});
  const code = await new Promise((resolve) => rival.once('exit', resolve));
  expect(code).toBe(0);
  expect(folder.brokers()).toEqual([first]);
  await lease.release();
});

describe('leaves', () => {
  test('not when somebody only looked whether it is there, before its first client has asked', async () => {
    folder = new ServicesFolder({PACELINE_BROKER_IDLE_MS: '0'});
    const program = join(import.meta.dirname, '../../src/services/broker/main.ts');
    const broker = spawn(process.execPath, [program], {env: {...folder.env}, stdio: 'ignore'});
    const socket = join(folder.path, 'broker-v1.sock');
    await until(() => existsSync(socket));
    await heard(socket, '\n');
    const lease = await folder.client().acquire(serviceOf(sleeper), {label: 'a'});
    expect(folder.brokers()).toEqual([broker.pid]);
    await lease.release();
  });

  test('with its last client where CI is set, with everything that it has', async () => {
    folder = new ServicesFolder({CI: 'true'});
    const [one, other] = [folder.program(), folder.program()];
    await one.acquire(redis);
    await other.acquire(redis);
    const [broker = 0] = folder.brokers();
    await one.leave();
    expect(await other.acquire(sleeper)).toContain('http://');
    expect(isRunning(broker)).toBe(true);
    await other.leave();
    await untilGone(broker);
    await folder.expectNothing();
  });

  test('when nobody has come for as long as it was told', async () => {
    folder = new ServicesFolder({PACELINE_BROKER_IDLE_MS: '50'});
    const client = folder.client();
    await (await client.acquire(serviceOf(redis), {label: 'a'})).release();
    const [broker = 0] = folder.brokers();
    client.close();
    await untilGone(broker);
    await folder.expectNothing();
  });

  test('on SIGTERM, with everything that it has', async () => {
    folder = new ServicesFolder();
    const lease = await folder.client().acquire(serviceOf(redis), {label: 'a'});
    const [broker = 0] = folder.brokers();
    process.kill(broker, 'SIGTERM');
    await untilGone(broker);
    await folder.expectNothing();
    // it went with the broker
    expect(await lease.release()).toMatchObject({state: 'released'});
    await expect(folder.client().acquire(serviceOf(redis), {label: 'b'})).resolves.toMatchObject({});
  });
});

describe('holds nothing of whoever started it', () => {
  test.each([9, 10, 200])('descriptor %i', async (descriptor) => {
    folder = new ServicesFolder();
    const held = join(folder.path, 'held');
    writeFileSync(held, '');
    // bash: other shells know numbers of one digit only
    const program = folder.program({
      words: ['bash', '-c', `exec ${descriptor}>>"${held}"; exec "$0" "$@"`, process.execPath],
    });
    expect(await program.acquire(sleeper)).toContain('http://');
    const [broker = 0] = folder.brokers();
    const open = Array.from({length: 256}, (_, number) => {
      try {
        return readlinkSync(`/proc/${broker}/fd/${number}`);
      } catch {
        return '';
      }
    });
    expect(open).not.toContain(held);
    expect(readlinkSync(`/proc/${broker}/cwd`)).toBe(folder.path);
  });

  test('its session: the end of a terminal does not reach it', async () => {
    folder = new ServicesFolder();
    const program = folder.program();
    await program.acquire(sleeper);
    const [broker = 0] = folder.brokers();
    const stat = (pid: number) => statSync(`/proc/${pid}`).uid;
    expect(stat(broker)).toBe(stat(process.pid));
    process.kill(-broker, 0);
    await program.kill();
    expect(isRunning(broker)).toBe(true);
  });
});

describe('on its socket', () => {
  test('hangs up on whoever says what no client says, and works on', async () => {
    folder = new ServicesFolder();
    const client = folder.client();
    await client.warm(serviceOf(nothing), 0);
    const socket = join(folder.path, 'broker-v1.sock');
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    for (const text of ['garbage\n', 'null\n', '[]\n', '{}\n', '{"number":1,"request":{"kind":"explode"}}\n', '7\n'])
      expect(await heard(socket, text), text).toBe('');
    expect(await heard(socket, Buffer.alloc(20 * 1024 * 1024, 'x'))).toBe('');
    expect(await heard(socket, '{"number":1,"request":{"kind":"acquire"}}\nend\n')).toBe('');
    expect(await client.status()).toMatchObject({pid: folder.brokers()[0]});
  });

  test('a client tells that a broker talks nonsense', async () => {
    folder = new ServicesFolder();
    const client = folder.client();
    const {createServer} = await import('node:net');
    const server = createServer((socket) => socket.resume().end('garbage\n'));
    await new Promise<void>((resolve) => void server.listen(join(folder.path, 'broker-v1.sock'), resolve));
    await expect(client.acquire(serviceOf(nothing), {label: 'a'})).rejects.toMatchObject({code: 'E_BROKER'});
    await new Promise((resolve) => server.close(resolve));
  });
});

test('a folder with files that are damaged: the reason is told, and what to do', async () => {
  folder = new ServicesFolder();
  const ledger = join(folder.path, 'ledger-v1.db');
  writeFileSync(ledger, 'no database at all, '.repeat(100));
  await expect(folder.client().acquire(serviceOf(nothing), {label: 'a'})).rejects.toMatchObject({
    code: 'E_BROKER',
    message: expect.stringContaining('file is not a database'),
    hint: expect.stringContaining('can be removed'),
  });
  rmSync(ledger);
});

describe('a lease', () => {
  test('of a client that gives no sign of life expires', async () => {
    folder = new ServicesFolder();
    const frozen = folder.program();
    await frozen.acquire({...redis, pool: {min: 0, max: 1}}, 400);
    const client = folder.client();
    frozen.signal('SIGSTOP');
    const lease = await client.acquire(serviceOf({...redis, pool: {min: 0, max: 1}}), {label: 'b'});
    expect(folder.log).toContain('its leases have expired');
    await lease.release();
    frozen.signal('SIGCONT');
    frozen.say({end: 'release'});
    expect(await frozen.next()).toBe('done');
  });

  test('of a client that lives holds, whatever its time to live, and whatever others it has', async () => {
    folder = new ServicesFolder();
    const program = folder.program();
    await program.acquire(redis, 60_000);
    const url = await program.acquire(redis, 400);
    expect(url).toContain('redis://');
    const client = folder.client();
    const serials = new Set<number>();
    // the broker looks once a second
    for (let round = 0; round < 25; round++) {
      await pause(100);
      serials.add((await client.status())?.pools[0]?.leases.length ?? 0);
    }
    expect([...serials]).toEqual([2]);
  });

  test('that is kept stays when its client is gone, and is shown', async () => {
    folder = new ServicesFolder();
    const program = folder.program();
    const url = await program.acquire(redis);
    program.say({end: 'keep'});
    await program.next();
    await program.leave();
    const status = await folder.client().status();
    expect(status?.pools[0]?.leases).toMatchObject([{kept: true, owner: {label: 'a test'}}]);
    const {createClient} = await import('@redis/client');
    const connection = await createClient({url}).connect();
    expect(await connection.ping()).toBe('PONG');
    await connection.close();
  });
});

describe('a service', () => {
  const start = async (options: Partial<ServiceOptions>) =>
    folder.client().acquire(serviceOf({...sleeper, ...options}), {label: 'a'});

  test('that never becomes ready is ended, and the reason told', async () => {
    folder = new ServicesFolder();
    await expect(start({health: {kind: 'log', pattern: 'never'}, startTimeoutMs: 100})).rejects.toMatchObject({
      code: 'E_SERVICE_START',
      message: expect.stringMatching(/`never` in its log did not come within 100 ms \(`start_timeout`\)\nup/),
    });
    await until(() => folder.processes().length === 1);
  });

  test('that ends at once shows what it said', async () => {
    folder = new ServicesFolder();
    const origin = {file: 'make.toml', line: 3, column: 1};
    const wanted = {...serviceOf({...sleeper, args: ['-c', 'echo no licence >&2; exit 7']}), origin};
    await expect(folder.client().acquire(wanted, {label: 'a'})).rejects.toMatchObject({
      code: 'E_SERVICE_START',
      origin,
      message: expect.stringMatching(/it ended \(exit code 7\)\nno licence/),
    });
    await expect(start({binary: 'no-such-program'})).rejects.toMatchObject({code: 'E_SERVICE_START'});
  });

  test('that floods its log does not fill the memory', async () => {
    folder = new ServicesFolder();
    const lease = await start({
      args: ['-c', 'echo up; head -c 8000000 /dev/zero; while :; do head -c 8000000 /dev/zero; sleep 0.01; done'],
    });
    const log = join(folder.path, 'logs-v1', 'sleeper-1.log');
    await untilEmptied(log, 2);
    expect(await folder.client().status()).toBeDefined();
    await lease.release();
    await until(() => !existsSync(log));
  });

  test('whose server was killed is replaced for whoever comes next, or waits', async () => {
    folder = new ServicesFolder();
    const client = folder.client();
    const wanted = serviceOf({...redis, pool: {min: 2, max: 4}});
    await client.warm(wanted, 2);
    for (const {pid} of (await client.status())?.pools[0]?.servers ?? []) kill(pid ?? 0);
    const lease = await client.acquire(wanted, {label: 'a'});
    const {createClient} = await import('@redis/client');
    const connection = await createClient({url: lease.url}).connect();
    expect(await connection.ping()).toBe('PONG');
    await connection.close();
    await lease.release();
  });

  test('that is being prepared keeps nobody from looking at the others, and is not waited for when the broker ends', async () => {
    folder = new ServicesFolder();
    const client = folder.client();
    const asked = client
      .acquire(serviceOf({...redis, init: {migrate: 'echo > prepared; sleep 1000'}, directory: folder.path}), {
        label: 'a',
      })
      .catch((error: PacelineError) => error);
    await until(() => existsSync(join(folder.path, 'prepared')));
    const lease = await start({});
    expect((await client.status())?.pools.map(({service}) => service)).toEqual(['sleeper']);
    await lease.release();
    await client.shutdown();
    expect(await asked).toMatchObject({code: 'E_SERVICE_INIT'});
    await folder.expectNothing();
  });

  test('that needs another one gets its variables, and gives it back', async () => {
    folder = new ServicesFolder();
    const client = folder.client();
    const lease = await client.acquire(
      serviceOf({
        ...sleeper,
        needs: [{...redis, pool: {min: 0, max: 2}}],
        args: ['-c', 'echo up $REDIS_URL; exec sleep 1000'],
      }),
      {label: 'a'},
    );
    const before = await client.status();
    expect(before?.pools.find(({service}) => service === 'cache')?.gauges.leased).toBe(1);
    await lease.release();
    await client.stop('sleeper');
    const after = await client.status();
    expect(after?.pools.map(({service, gauges: {leased}}) => [service, leased])).toEqual([['cache', 0]]);
  });
});

test('a home with spaces in its path', async () => {
  const path = `/dev/shm/pl ${process.pid} with spaces`;
  mkdirSync(path);
  folder = new ServicesFolder({}, path);
  const client = folder.client();
  for (const options of [redis, sleeper, {plugin: 'postgres', directory: '/', pool: {min: 1, max: 2}} as const]) {
    const lease = await client.acquire(serviceOf(options), {label: 'a'});
    expect(lease.url).toMatch(/^\w+:\/\//);
    await lease.release();
  }
});
