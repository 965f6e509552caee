import {existsSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {connect, createServer} from 'node:net';
import {join} from 'node:path';
import {afterEach, describe, expect, test} from 'vitest';
import type {PacelineError} from '../../src/base/error.ts';
import {serviceOf} from '../../src/services/service-options.ts';
import {pause, ServicesFolder, sleeper, until} from './broker-rig.ts';

let folder: ServicesFolder;

afterEach(() => folder.end());

const gauges = async () => (await folder.client().status())?.pools[0]?.gauges;

test('clients that die while they wait get nothing, and nothing is made for them', async () => {
  folder = new ServicesFolder();
  const client = folder.client();
  const lease = await client.acquire(serviceOf(sleeper), {label: 'a'});
  const ghosts = [folder.program(), folder.program(), folder.program()];
  for (const ghost of ghosts) ghost.say({acquire: serviceOf(sleeper)});
  await until(async () => (await gauges())?.waiting === 3);
  const next = client.acquire(serviceOf(sleeper), {label: 'b'});
  await until(async () => (await gauges())?.waiting === 4);
  for (const ghost of ghosts) await ghost.kill();
  await until(async () => (await gauges())?.waiting === 1);
  await lease.release();
  await (await next).release();
  expect(await gauges()).toMatchObject({handedOut: 2, waiting: 0});
});

test('whoever comes while a broker is leaving gets the next one', async () => {
  folder = new ServicesFolder();
  const client = folder.client();
  // takes its time to end
  const stubborn = {...sleeper, args: ['-c', "trap 'sleep 0.5; exit 0' TERM; echo up; while :; do sleep 0.02; done"]};
  await client.acquire(serviceOf(stubborn), {label: 'a'});
  const [first] = folder.brokers();
  const leaving = folder.client().shutdown();
  const leases = await Promise.all([
    client.acquire(serviceOf(sleeper), {label: 'with a connection'}),
    pause(100).then(() => folder.client().acquire(serviceOf({...sleeper, name: 'other'}), {label: 'without one'})),
  ]);
  await leaving;
  expect(folder.brokers()).not.toContain(first);
  for (const lease of leases) await lease.release();
});

test('a broker that was frozen itself takes nothing from clients that live', async () => {
  folder = new ServicesFolder();
  const client = folder.client();
  const lease = await client.acquire(serviceOf(sleeper), {label: 'a', ttlMs: 1000});
  const [broker = 0] = folder.brokers();
  process.kill(broker, 'SIGSTOP');
  await pause(4000);
  process.kill(broker, 'SIGCONT');
  // it looks once a second
  for (let round = 0; round < 25; round++) {
    await pause(100);
    expect(await gauges()).toMatchObject({leased: 1});
  }
  expect(folder.log).not.toContain('expired');
  await lease.release();
});

describe('a time to live', () => {
  test('is that of each lease: a short one that was released does not end others', async () => {
    folder = new ServicesFolder();
    const client = folder.client();
    const wanted = serviceOf({...sleeper, pool: {min: 0, max: 2}});
    const long = await client.acquire(wanted, {label: 'long', ttlMs: 60_000});
    await (await client.acquire(wanted, {label: 'short', ttlMs: 200})).release();
    const watcher = folder.client();
    for (let round = 0; round < 25; round++) {
      await pause(100);
      expect((await watcher.status())?.pools[0]?.gauges.leased).toBe(1);
    }
    expect(folder.log).not.toContain('expired');
    await long.release();
  });

  test('and a time to wait may have no end', async () => {
    folder = new ServicesFolder();
    const client = folder.client();
    const forever = {label: 'a', waitMs: Number.POSITIVE_INFINITY, ttlMs: Number.POSITIVE_INFINITY};
    const first = await client.acquire(serviceOf(sleeper), forever);
    const second = folder.client().acquire(serviceOf(sleeper), forever);
    for (let round = 0; round < 15; round++) {
      await pause(100);
      expect(await gauges()).toMatchObject({leased: 1, waiting: 1});
    }
    await first.release();
    await (await second).release();
  });

  test.each([{waitMs: Number.NaN}, {waitMs: -1}, {ttlMs: 0}, {ttlMs: Number.NaN}])('%j is none', async (times) => {
    folder = new ServicesFolder();
    await expect(folder.client().acquire(serviceOf(sleeper), {label: 'a', ...times})).rejects.toThrow(RangeError);
  });
});

test('a broker keeps its lock, whatever certificates Node is to read beside it', async () => {
  folder = new ServicesFolder({NODE_EXTRA_CA_CERTS: '/etc/ssl/certs/ca-certificates.crt', NODE_USE_SYSTEM_CA: '1'});
  await folder.client().acquire(serviceOf(sleeper), {label: 'a'});
  const [broker = 0] = folder.brokers();
  const {ino} = statSync(join(folder.path, 'broker-v1.lock'));
  const holders = readFileSync('/proc/locks', 'utf8').match(new RegExp(`WRITE +${broker} \\S+:${ino} `, 'g'));
  expect(holders).not.toBe(null);
  // no thread opens and closes files beside what the broker does
  expect(readFileSync(`/proc/${broker}/environ`, 'utf8')).not.toMatch(/NODE_(EXTRA|USE)/);
  expect(folder.log).toBe('');
});

test('nobody ends what somebody else has', async () => {
  folder = new ServicesFolder();
  const lease = await folder.client().acquire(serviceOf(sleeper), {label: 'a'});
  const [status] = (await folder.client().status())?.pools[0]?.leases ?? [];
  const socket = connect(join(folder.path, 'broker-v1.sock'));
  const request = {kind: 'release', lease: status?.lease, keep: false};
  socket.write(`${JSON.stringify({number: 1, request})}\n`);
  await new Promise((resolve) => socket.once('data', resolve));
  socket.destroy();
  expect(await gauges()).toMatchObject({leased: 1});
  await lease.release();
});

test('gc does not end a broker that prepares something for somebody', async () => {
  folder = new ServicesFolder();
  const slow = {plugin: 'redis', name: 'slow', directory: folder.path, pool: {min: 0, max: 1}} as const;
  const asked = folder
    .client()
    .acquire(serviceOf({...slow, init: {migrate: 'echo > started; while [ ! -e go ]; do sleep 0.02; done'}}), {
      label: 'a',
    });
  await until(() => existsSync(join(folder.path, 'started')));
  await folder.client().collect();
  writeFileSync(join(folder.path, 'go'), '');
  await (await asked).release();
});

test('a service that waits for what it needs is stopped at once', {timeout: 30_000}, async () => {
  folder = new ServicesFolder();
  const client = folder.client();
  const needed = {...sleeper, name: 'needed'};
  const holder = await client.acquire(serviceOf(needed), {label: 'a'});
  const asked = client
    .acquire(serviceOf({...sleeper, name: 'api', needs: [needed]}), {label: 'b'})
    .catch((error: PacelineError) => error.code);
  await until(
    async () =>
      (await client.status())?.pools.some(({service, gauges}) => service === 'needed' && gauges.waiting === 1) === true,
  );
  expect(await client.stop('api')).toBe(1);
  expect(await asked).toBe('E_SERVICE_STOPPED');
  await holder.release();
});

test.each(['null', '7', '{}', '{"number":1}', '[]', '{"number":"1","answer":{}}'])(
  'a client hangs up on a broker that says %s',
  async (text) => {
    folder = new ServicesFolder();
    const server = createServer((socket) =>
      socket
        .on('error', () => {})
        .resume()
        .write(`${text}\n`),
    );
    await new Promise<void>((resolve) => void server.listen(join(folder.path, 'broker-v1.sock'), resolve));
    await expect(folder.client().acquire(serviceOf(sleeper), {label: 'a'})).rejects.toMatchObject({code: 'E_BROKER'});
    await new Promise((resolve) => server.close(resolve));
  },
);
