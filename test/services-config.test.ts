import {existsSync, rmSync} from 'node:fs';
import {expect, onTestFinished, test} from 'vitest';
import {loadProject} from '../src/project/load.ts';
import type {Service} from '../src/project/service.ts';
import {type ServiceOptions, serviceOf} from '../src/services/service-options.ts';
import {finished} from './rig/events.ts';
import {needs} from './rig/needs.ts';
import {processesWith, untilGone} from './rig/processes.ts';
import {Rig} from './rig/rig.ts';
import {newHome} from './services/support/new-home.ts';

/** Prints the words that it was started with to those who ask. */
const SERVER = `const words = process.argv.slice(2).join(' ') + ' ' + process.env.MODE;
require('node:http').createServer((request, response) => response.end(words)).listen(process.env.PORT, '127.0.0.1');
`;

const CLIENT = `fetch(process.env.API_URL).then((response) => response.text()).then((text) => console.log('[' + text + ']'));
`;

/** Where services are kept for a test; nothing is left of them when it ends. */
function servicesFolder(rig: Rig): Readonly<Record<string, string>> {
  const folder = newHome();
  const env = {PACELINE_SERVICES_DIR: folder};
  onTestFinished(async () => {
    await rig.run(['services', 'stop'], {env});
    const left = processesWith('PACELINE_SERVICES_DIR', folder);
    await Promise.all(left.map(({pid}) => untilGone(pid)));
    rmSync(folder, {recursive: true, force: true});
  });
  return env;
}

test('a service in make.toml serves the tasks of the phases that name it', async (context) => {
  needs(context, 'Linux');
  const rig = await Rig.make({
    'make.toml': `[service.api]
plugin = "process"
command = "exec node server.js 'of the line' $PORT {port}"
env = {MODE = "tested"}
health = {http = "/"}
pool = {min = 0, max = 5}
start_timeout = "60s"
[lifecycle.line]
command = "node client.js"
services = ["api"]
[service.words]
plugin = "process"
command = ["node", "server.js", "of the list", "{port}"]
env = {MODE = "listed"}
pool = {min = 0}
[lifecycle.list]
command = "API_URL=$WORDS_URL node client.js"
services = ["words"]
[lifecycle.none]
command = "node client.js"
services = ["api"]
env.bare.services = []
`,
    'server.js': SERVER,
    'client.js': CLIENT,
  });
  const env = {...servicesFolder(rig), CONTAINER_POOL_SIZE: '2'};
  const ending = await rig.run(['run', 'line', 'list'], {env});
  expect(ending).toMatchObject({code: 0});
  expect(ending.stdout).toMatch(/\[of the line (\d+) \1 tested]/);
  expect(ending.stdout).toMatch(/\[of the list \d+ listed]/);

  const {pools} = JSON.parse((await rig.run(['services', 'ps', '--json'], {env})).stdout) as {
    pools: {service: string; gauges: {max: number}}[];
  };
  expect(pools.map(({service, gauges}) => `${service} ${gauges.max}`).toSorted()).toEqual(['api 2', 'words 2']);

  const {events} = await rig.events(['none', '--env', 'bare'], {env});
  expect(finished(events, 'none').status).toBe('failed');
});

test('a service that is not to be trusted starts nothing, and its line is shown', async () => {
  const rig = await Rig.make({
    'make.toml': `[service.db]
image = "mysql:8"
volumes = ["./data:/data", "/var/run/docker.sock:/sock"]
depends_on = ["cahce"]
[service.cache]
plugin = "redis"
[lifecycle.test]
command = "touch ran"
services = ["db"]
`,
  });
  const run = await rig.run(['run', 'test']);
  expect(run.code).toBe(2);
  expect(run.stderr).toMatchInlineSnapshot(`
    "error there is no service called "cahce" E_UNKNOWN_SERVICE
      --> make.toml:4:15
      4 | depends_on = ["cahce"]
        |               ~~~~~~~
      Did you mean "cache"?
    error the volume "/var/run/docker.sock:/sock" of service "db" is the socket of the container engine, which rules this machine E_SERVICE_UNSAFE
      --> make.toml:3:28
      3 | volumes = ["./data:/data", "/var/run/docker.sock:/sock"]
        |                            ~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      Mount a file or folder of the project, like "./fixtures"; \`allow = ["host-volumes"]\` allows any.
    "
  `);
  expect(existsSync(rig.path('ran'))).toBe(false);
  const check = await rig.run(['validate']);
  expect(check.code).toBe(1);
  expect(check.stdout).toContain('E_SERVICE_UNSAFE');
  expect(check.stdout).toContain('E_UNKNOWN_SERVICE');
  expect((await rig.run(['list'])).code).toBe(2);
});

test('a sound file is valid, listed and described by the schema', async () => {
  const rig = await Rig.make({
    'make.toml': `[service.db]
image = "postgres:16"
init = {sql = ["schema.sql"], seed = "node seed.js"}
[tasks.test]
command = "true"
services = ["db"]
`,
  });
  const check = await rig.run(['validate']);
  expect(check).toMatchObject({code: 0, stderr: ''});
  expect(check.stdout).toMatch(/^loaded make\.toml \(cargo-make; 1 phase, key uses: 5 honoured, 0 warned\)$/m);
  expect((await rig.run(['list'])).code).toBe(0);
  const {$defs} = JSON.parse((await rig.run(['schema'])).stdout) as {$defs: {service: {properties: object}}};
  expect(Object.keys($defs.service.properties)).toContain('init');

  const odd = await rig.run(['run', 'test', '--strict'], {env: {CONTAINER_POOL_SIZE: 'all'}});
  expect(odd.code).toBe(2);
  expect(odd.stderr).toContain('CONTAINER_POOL_SIZE is "all"');
});

/** What a make.toml says, and the same as test code says it. */
const SAME: readonly (readonly [string, ServiceOptions])[] = [
  ['plugin = "redis"\npool = {max = 1}', {plugin: 'redis', pool: {max: 1}}],
  ['plugin = "redis"\npool = {min = 20}', {plugin: 'redis', pool: {min: 20}}],
  ['plugin = "redis"', {plugin: 'redis'}],
  [
    'plugin = "postgres"\ninit = ["a.sql"]\npool = {max = 3}',
    {plugin: 'postgres', init: {sql: ['a.sql']}, pool: {max: 3}},
  ],
  [
    'image = "x"\nports = [1]\ninit = {migrate = "m", files = ["f"]}\npool = {min = 1}\nhealth = {port = 1}',
    {
      plugin: 'generic_container',
      image: 'x',
      ports: [1],
      init: {migrate: 'm', files: ['f']},
      pool: {min: 1},
      health: {kind: 'port', port: 1},
    },
  ],
];

test.each(SAME)('test code that says the same gets the same: %s', async (lines, options) => {
  const rig = await Rig.make({'make.toml': `[service.x]\n${lines}\n`});
  const {origin, ...service} = loadProject(rig.root, {env: {}}).services.get('x') as Service;
  expect(origin).toEqual({file: 'make.toml', line: 1, column: 10, length: 1});
  expect(service).toEqual(serviceOf({...options, name: 'x', directory: rig.root}));
});
