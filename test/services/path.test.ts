import {chmodSync, mkdirSync, writeFileSync} from 'node:fs';
import {delimiter, join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {ServicesClient} from '../../src/services/client/services-client.ts';
import {type ServiceOptions, serviceOf} from '../../src/services/service-options.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';
import {ServicesFolder} from './broker-rig.ts';

let folder: ServicesFolder;
let programs: string;
const clients: ServicesClient[] = [];

beforeEach(() => {
  folder = new ServicesFolder();
  programs = temporaryFolder();
  // servers run as somebody else
  chmodSync(programs, 0o755);
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await folder.end();
});

/** A folder with a program that is a server, and says which one. */
function installed(program: string, name: string, script: string): string {
  const path = join(programs, name);
  mkdirSync(path, {recursive: true});
  writeFileSync(join(path, program), `#!/bin/sh\n${script}\n`, {mode: 0o755});
  return path;
}

/** A client whose PATH begins with a folder. */
function clientWith(first: string): ServicesClient {
  const client = new ServicesClient({...folder.env, PATH: `${first}${delimiter}${process.env.PATH}`});
  clients.push(client);
  return client;
}

const api: ServiceOptions = {
  plugin: 'process',
  name: 'api',
  directory: '/',
  binary: 'serve-it',
  health: {kind: 'log', pattern: 'up'},
  pool: {min: 0, max: 2},
};
const cache: ServiceOptions = {plugin: 'redis', name: 'cache', directory: '/', pool: {min: 0, max: 1}};

test('a program is that of who asks, not of who came first', async () => {
  const [one, other] = ['one', 'other'].map((name) => installed('serve-it', name, `echo up ${name}; exec sleep 1000`));
  const leases = [];
  for (const path of [one, other, one]) leases.push(await clientWith(path ?? '').acquire(serviceOf(api), {label: 'a'}));
  const pools = (await folder.client().status())?.pools ?? [];
  expect(pools.map(({gauges}) => gauges.handedOut)).toEqual([2, 1]);
  expect(new Set(pools.map(({identity}) => identity)).size).toBe(2);
  for (const lease of leases) await lease.release();
});

test('so is a Redis', async () => {
  const own = installed('redis-server', 'own', '[ "$1" = --version ] && exec /usr/bin/redis-server --version; exit 7');
  const usual = await clientWith('').acquire(serviceOf(cache), {label: 'a'});
  await expect(clientWith(own).acquire(serviceOf(cache), {label: 'b'})).rejects.toMatchObject({
    message: expect.stringContaining('exit code 7'),
  });
  await usual.release();
});

test('a PATH that leads to the same is the same', async () => {
  const path = installed('serve-it', 'one', 'echo up; exec sleep 1000');
  for (const written of [path, `${path}/`, `/not/there${delimiter}${path}${delimiter}${path}`])
    await (await clientWith(written).acquire(serviceOf(api), {label: 'a'})).release();
  expect((await folder.client().status())?.pools).toHaveLength(1);
});

test('a program that was replaced is another one', async () => {
  const script = '[ "$1" = --version ] && exec /usr/bin/redis-server --version; exec /usr/bin/redis-server "$@"';
  const path = installed('redis-server', 'own', script);
  await (await clientWith(path).acquire(serviceOf(cache), {label: 'a'})).release();
  installed('redis-server', 'own', `# newer\n${script}`);
  await (await clientWith(path).acquire(serviceOf(cache), {label: 'b'})).release();
  expect((await folder.client().status())?.pools.map(({gauges}) => gauges.handedOut)).toEqual([1, 1]);
});
