import {readdirSync, readFileSync, readlinkSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {BaseFolders} from '../../src/services/postgres/base-folders.ts';
import {postgresPrograms} from '../../src/services/postgres/programs.ts';
import {serviceOf} from '../../src/services/service-options.ts';
import {needs} from '../rig/needs.ts';
import {untilGone} from '../rig/processes.ts';
import {freshServices, processesIn} from './support/fresh-services.ts';
import {testHost} from './support/postgres-host.ts';

test('what makes a data folder has no memory outside of it, which would stay when it is killed', async () => {
  const host = testHost();
  const bases = new BaseFolders(host);
  const programs = await postgresPrograms(undefined, process.env, '.');
  let isMade = false;
  const making = bases.take(programs).finally(() => (isMade = true));
  const maps: string[] = [];
  while (!isMade) {
    for (const {pid} of processesIn(host.home.path)) maps.push(read(`/proc/${pid}/maps`));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const {folder} = await making;
  expect(maps.filter((text) => text.includes('/pg_dynshmem/')).length).toBeGreaterThan(0);
  expect(maps.filter((text) => text.includes('/dev/shm/PostgreSQL.'))).toEqual([]);
  expect(readdirSync(folder.path)).toEqual(['data']);
  await bases.giveBack(programs);
  host.end();
});

test('of servers and mounts of a broker that was killed nothing is left when the next one has started', async (context) => {
  needs(context, 'a mount of its own');
  const services = freshServices();
  const {home, client} = services;
  const init = {sql: [join(import.meta.dirname, 'support/rich.sql')]};
  for (const level of ['database', 'cluster'] as const)
    await client.acquire(serviceOf({plugin: 'postgres', level, init, pool: {min: 1, max: 2}}), {label: 'test'});
  const {pid = 0} = (await client.status()) ?? {};
  const servers = processesIn(home).filter((one) => one.place.endsWith('/data'));
  const spaces = servers.flatMap(({pid: server}) => namespaceOf(server) ?? []);
  // sessions of theirs may have ended meanwhile
  expect(spaces.length).toBeGreaterThan(2);
  // what they share with each other goes with the last of them, even if nobody removes it
  expect(spaces).not.toContain(namespaceOf('self'));
  for (const server of servers) expect(read(`/proc/${server.pid}/maps`)).not.toContain('/dev/shm/PostgreSQL.');
  process.kill(pid, 'SIGKILL');
  await untilGone(pid);
  client.close();

  const next = freshServices({}, home);
  const empty = serviceOf({plugin: 'postgres', init: {}, pool: {min: 1, max: 1}});
  await (await next.client.acquire(empty, {label: 'test'})).release();
  const folders = readdirSync(home).filter((name) => /^s\d*$/.test(name));
  const names = folders.flatMap((name) => readdirSync(join(home, name)));
  // its own server, and what that began with
  expect(names.sort()).toEqual(['postgres', expect.stringMatching(/^postgres-.*-base$/)]);
  await next.end();
});

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function namespaceOf(process: number | 'self'): string | undefined {
  try {
    return readlinkSync(`/proc/${process}/ns/ipc`);
  } catch {
    return undefined;
  }
}
