import {execFileSync} from 'node:child_process';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {serviceOf} from '../../src/services/service-options.ts';
import {isRunning} from '../rig/processes.ts';
import {ServicesFolder, sleeper, until} from './broker-rig.ts';

const bin = join(import.meta.dirname, '../../src/bin.ts');

let folder: ServicesFolder;

beforeEach(() => {
  folder = new ServicesFolder({NO_COLOR: '1'});
});
afterEach(() => folder.end());

/** Leases one, and keeps it. @returns its URL */
async function keepOne(label: string): Promise<string> {
  const lease = await folder.client().acquire(serviceOf(sleeper), {label});
  return (await lease.keep()).url;
}

const kept = async () => (await folder.client().status())?.pools.flatMap(({leases}) => leases) ?? [];

function paceline(...words: readonly string[]): string {
  return execFileSync(process.execPath, [bin, 'services', ...words], {env: folder.env, encoding: 'utf8'});
}

test('kept leases are beside the most that there may be; of more than five the oldest is given back', async () => {
  for (let number = 1; number <= 5; number++) await keepOne(`test ${number}`);
  const pids = new Map((await folder.client().status())?.pools[0]?.servers.map(({id, pid = 0}) => [id, pid]));
  const [first] = await kept();
  expect(first?.owner.label).toBe('test 1');
  await keepOne('test 6');
  const labels = (await kept()).map(({owner}) => owner.label);
  expect(labels).toEqual(['test 2', 'test 3', 'test 4', 'test 5', 'test 6']);
  await until(() => !isRunning(pids.get(first?.resource ?? '') ?? 0));
});

test('are shown with their URL, and whose they were', async () => {
  const url = await keepOne('checks the prices');
  expect(await kept()).toMatchObject([{kept: true, url}]);
  const said = paceline('ps');
  expect(said).toMatch(/^sleeper +process .* 0 in use, .* at most 1; 1 kept$/m);
  expect(said).toMatch(
    new RegExp(`kept of checks the prices \\(process ${process.pid}\\), leased .+ ago: ${url}$`, 'm'),
  );
});

test('end with gc, which leaves what is in use', async () => {
  await keepOne('a');
  const lease = await folder.client().acquire(serviceOf(sleeper), {label: 'b'});
  expect(paceline('gc')).toBe('Gave back 1 kept lease.\n');
  expect((await kept()).map(({owner}) => owner.label)).toEqual(['b']);
  expect(paceline('gc')).toBe('Nothing is left over: the process that keeps the services is alive.\n');
  await lease.release();
});

test('end with their service', async () => {
  await keepOne('a');
  expect(paceline('stop', 'sleeper')).toBe('Stopped 1 service.\n');
  await until(() => folder.processes().length === 1);
  expect(await kept()).toEqual([]);
});
