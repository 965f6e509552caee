import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, expect, test} from 'vitest';
import type {PoolStatus} from '../../src/services/broker/protocol.ts';
import {type ServiceOptions, serviceOf} from '../../src/services/service-options.ts';
import {isRunning, kill, untilGone} from '../rig/processes.ts';
import {ServicesFolder, until} from './broker-rig.ts';

let folder: ServicesFolder;

afterEach(() => folder.end());

const server = (name: string, line: string): ServiceOptions => ({
  plugin: 'process',
  name,
  directory: '/',
  binary: 'sh',
  args: ['-c', line],
  health: {kind: 'log', pattern: 'up'},
});

const kinds: readonly ServiceOptions[] = [
  {...server('need', 'echo up; exec sleep 1000'), pool: {min: 0, max: 4}},
  {plugin: 'redis', name: 'need', directory: '/', pool: {min: 0, max: 4}},
  {plugin: 'postgres', name: 'need', directory: '/', pool: {min: 0, max: 4}},
  {plugin: 'postgres', name: 'need', directory: '/', level: 'cluster', pool: {min: 0, max: 4}},
];

const poolOf = async (name: string): Promise<PoolStatus | undefined> =>
  (await folder.client().status())?.pools.find(({service}) => service === name);

/** Ends all that the service consists of. */
async function killAll(name: string): Promise<void> {
  const pids = (await poolOf(name))?.servers.map(({pid = 0}) => pid) ?? [];
  expect(pids).not.toEqual([]);
  for (const pid of pids) kill(pid);
  await Promise.all(pids.map(untilGone));
}

test.each(kinds)(
  'what depends on a service ($plugin $level) that has ended is not handed out, but one with another is',
  async (need) => {
    folder = new ServicesFolder();
    const wanted = serviceOf({...server('api', 'echo up; exec sleep 1000'), pool: {min: 1, max: 3}, needs: [need]});
    const client = folder.client();
    await client.warm(wanted, 1);
    const [before] = (await poolOf('api'))?.servers ?? [];
    await killAll('need');
    const lease = await client.acquire(wanted, {label: 'a'});
    expect(lease.resource).not.toBe(before?.id);
    // what it depends on lives
    const alive = (await poolOf('need'))?.servers.filter(({pid = 0}) => isRunning(pid)) ?? [];
    expect(alive).not.toEqual([]);
    await untilGone(before?.pid ?? 0);
    await lease.release();
  },
);

test('it is replaced before anybody asks', async () => {
  folder = new ServicesFolder();
  const [need] = kinds as [ServiceOptions];
  const wanted = serviceOf({...server('api', 'echo up; exec sleep 1000'), pool: {min: 1, max: 3}, needs: [need]});
  await folder.client().warm(wanted, 1);
  const before = (await poolOf('api'))?.servers.map(({id}) => id) ?? [];
  await killAll('need');
  await until(async () => {
    const pool = await poolOf('api');
    return pool?.gauges.ready === 1 && !pool.servers.some(({id}) => before.includes(id));
  });
  expect(folder.log).toMatch(/api: api-\d ended before anybody used it/);
});

test('whoever has one keeps it', async () => {
  folder = new ServicesFolder();
  const [need] = kinds as [ServiceOptions];
  const wanted = serviceOf({...server('api', 'echo up; exec sleep 1000'), pool: {min: 0, max: 2}, needs: [need]});
  const client = folder.client();
  const lease = await client.acquire(wanted, {label: 'a'});
  const [own] = (await poolOf('api'))?.servers ?? [];
  await killAll('need');
  await (await client.acquire(wanted, {label: 'b'})).release();
  expect(isRunning(own?.pid ?? 0)).toBe(true);
  await lease.release();
});

test('when it ends while what depends on it starts, that is started with another one', async () => {
  folder = new ServicesFolder();
  const [need] = kinds as [ServiceOptions];
  const started = join(folder.path, 'started');
  const go = join(folder.path, 'go');
  const line = `if [ -e ${started} ]; then echo up; exec sleep 1000; fi; echo $$ > ${started}; while [ ! -e ${go} ]; do sleep 0.01; done; exit 1`;
  const wanted = serviceOf({...server('api', line), pool: {min: 0, max: 2}, needs: [need]});
  const asked = folder.client().acquire(wanted, {label: 'a'});
  await until(() => existsSync(started) && readFileSync(started, 'utf8') !== '');
  await killAll('need');
  writeFileSync(go, '');
  await (await asked).release();
  expect(folder.log).toContain('what service api depends on ended while it started');
});
