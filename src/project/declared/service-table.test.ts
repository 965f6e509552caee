import {describe, expect, test} from 'vitest';
import {errors, load, warnings} from '../loaded-project.ts';
import type {Service} from '../service.ts';

const PHASE = '[lifecycle.test]\ncommand = "t"\n';

/** The service `x` of these lines, without its place, and with `ROOT` for the folder of the project. */
function service(lines: string): Service {
  const project = load(`${PHASE}[service.x]\n${lines}\n`);
  const {origin: _, ...found} = project.services.get('x')!;
  return JSON.parse(JSON.stringify(found).replaceAll(project.root, 'ROOT'));
}

const serviceErrors = (lines: string): readonly string[] => errors(`${PHASE}[service.x]\n${lines}\n`);
const serviceWarnings = (lines: string): readonly string[] => warnings(load(`${PHASE}[service.x]\n${lines}\n`));

test('a service says only what it is', () => {
  expect(service('plugin = "postgres"')).toEqual({
    name: 'x',
    plugin: 'postgres',
    directory: 'ROOT',
    args: [],
    env: {},
    ports: [],
    volumes: [],
    needs: [],
    resources: {},
    level: 'database',
    init: {sql: [], files: []},
    reuse: 'never',
    pool: {min: 2, max: 8},
    allow: [],
    privileged: false,
  });
});

test('a service says everything', () => {
  expect(
    service(`plugin = "generic_container"
backend = "docker"
image = "mysql:8"
command = ["mysqld", "--verbose"]
env = {MYSQL_DATABASE = "shop", DEBUG = true, SIZE = 3, KEPT = "\${HOME}"}
ports = [3306, 33060]
volumes = ["./fixtures:/data:ro", "/var/lib/mysql"]
health = {http = "/up", port = 3306, status = 204}
resources = {cpu = 1.5, memory = "512MiB"}
init = {migrate = "npm run migrate", seed = "npm run seed", files = ["db/migrations"]}
reuse = "verified"
reset = "wipe"
pool = {min = 0, max = 3}
start_timeout = "1m30s"
allow = ["privileged"]
privileged = true`),
  ).toEqual({
    name: 'x',
    plugin: 'generic_container',
    backend: 'docker',
    directory: 'ROOT',
    image: 'mysql:8',
    args: ['mysqld', '--verbose'],
    env: {MYSQL_DATABASE: 'shop', DEBUG: 'true', SIZE: '3', KEPT: '${HOME}'},
    ports: [3306, 33060],
    volumes: ['ROOT/fixtures:/data:ro', '/var/lib/mysql'],
    health: {kind: 'http', path: '/up', port: 3306, status: 204},
    needs: [],
    resources: {cpu: 1.5, memoryBytes: 536_870_912},
    level: 'database',
    init: {migrate: 'npm run migrate', seed: 'npm run seed', sql: [], files: ['ROOT/db/migrations']},
    reuse: 'verified',
    reset: 'wipe',
    pool: {min: 0, max: 3},
    startTimeoutMs: 90_000,
    allow: ['privileged'],
    privileged: true,
  });
  expect(service('plugin = "postgres"\nlevel = "cluster"\ninit = ["a.sql", "/b.sql"]')).toMatchObject({
    level: 'cluster',
    init: {sql: ['ROOT/a.sql', '/b.sql'], files: []},
  });
});

test.each([
  ['postgres:16', 'postgres'],
  ['postgres', 'postgres'],
  ['docker.io/library/postgres:16@sha256:0', 'postgres'],
  ['localhost:5000/redis:7', 'redis'],
  ['redis@sha256:0', 'redis'],
  ['bitnami/postgres:16', 'generic_container'],
  ['postgresql:16', 'generic_container'],
  ['redis/redis-stack', 'generic_container'],
  ['mysql:8', 'generic_container'],
])('the image %s is a %s', (image, plugin) => {
  expect(service(`image = "${image}"`)).toMatchObject({plugin, image});
});

test('the plugin wins over what the image is', () => {
  expect(service('image = "postgres:16"\nplugin = "generic_container"').plugin).toBe('generic_container');
});

describe('what starts a process', () => {
  test.each([
    ['command = "node server.js --port={port}"', 'node', ['server.js', '--port={port}']],
    ['command = ["node", "a b.js"]', 'node', ['a b.js']],
    ['command = "cd api && node server.js"', 'sh', ['-c', 'cd api && node server.js']],
    ['command = "MODE=test node server.js"', 'sh', ['-c', 'MODE=test node server.js']],
    ['command = "node \'a b.js\'"', 'sh', ['-c', "node 'a b.js'"]],
    ['command = "node $MAIN"', 'sh', ['-c', 'node $MAIN']],
    ['binary = "node"\nargs = ["server.js"]', 'node', ['server.js']],
    ['binary = "bin/server"', 'ROOT/bin/server', []],
    ['binary = "./server"', 'ROOT/server', []],
  ])('%s', (lines, binary, args) => {
    expect(service(`plugin = "process"\n${lines}`)).toMatchObject({binary, args});
  });

  test('the folder of other programs is absolute', () => {
    expect(service('plugin = "postgres"\nbinary = "pg"').binary).toBe('ROOT/pg');
  });

  test('a container runs the words', () => {
    expect(service('image = "alpine"\ncommand = "sleep 60"')).toMatchObject({args: ['sleep', '60']});
    expect(service('image = "alpine"\ncommand = "sleep 60; true"')).toMatchObject({
      args: ['sh', '-c', 'sleep 60; true'],
    });
  });
});

test.each([
  ['{port = 80}', {kind: 'port', port: 80}],
  ['{port = 0}', {kind: 'port', port: 0}],
  ['{log = "ready"}', {kind: 'log', pattern: 'ready'}],
  ['{http = "/"}', {kind: 'http', path: '/', port: 0, status: 200}],
  ['{command = "true"}', {kind: 'command', line: 'true'}],
  ['{}', undefined],
])('health = %s', (value, health) => {
  expect(service(`image = "x"\nhealth = ${value}`).health).toEqual(health);
});

test.each([
  ['{min = 1}', {min: 1, max: 8}],
  ['{min = 20}', {min: 20, max: 20}],
  ['{max = 1}', {min: 1, max: 1}],
  ['{min = 3, max = 3}', {min: 3, max: 3}],
  ['{min = 0, max = 1}', {min: 0, max: 1}],
])('pool = %s', (value, pool) => {
  expect(service(`plugin = "redis"\npool = ${value}`).pool).toEqual(pool);
});

test('what cannot be is refused, with its place and what to do', () => {
  expect(serviceErrors('level = "cluster"')).toEqual([
    'error E_MISSING_KEY make.toml:3:10 service "x" has no "plugin" (Add `plugin = ...`: one of "postgres", "redis", "generic_container", "process".)',
  ]);
  expect(serviceErrors('plugin = "mysql"')).toEqual([
    'error E_VALUE make.toml:4:10 "plugin" must be one of "postgres", "redis", "generic_container", "process"',
  ]);
  expect(serviceErrors('plugin = "generic_container"')).toEqual([
    'error E_MISSING_KEY make.toml:3:10 service "x" has no "image" (Add `image = "name:tag"`.)',
  ]);
  expect(serviceErrors('plugin = "generic_container"\nimage = 3\nports = [80, 0]')).toEqual([
    'error E_TYPE make.toml:5:9 "image" must be a text, but is a number',
    'error E_TYPE make.toml:6:9 "ports" must be a list of ports from 1 to 65535, but is a list',
  ]);
  expect(serviceErrors('plugin = "process"\ncommand = 3')).toHaveLength(1);
  expect(serviceErrors('plugin = 3')).toHaveLength(1);
  expect(serviceErrors('image = 3')).toHaveLength(1);
  expect(serviceErrors('plugin = "process"\nargs = ["x"]')).toEqual([
    'error E_MISSING_KEY make.toml:3:10 service "x" does not say what to start (Add `command = "..."`.)',
  ]);
  expect(serviceErrors('plugin = "process"\ncommand = " "')).toHaveLength(1);
  expect(serviceErrors('image = "x"\nbackend = "process"')).toEqual([
    'error E_VALUE make.toml:5:11 service "x" is a generic_container, which "process" cannot run (Remove `backend`, or write "docker".)',
  ]);
  expect(serviceErrors('plugin = "process"\ncommand = "x"\nbackend = "docker"')).toHaveLength(1);
  expect(serviceErrors('image = "x"\nhealth = {http = "up"}')).toEqual([
    'error E_VALUE make.toml:5:18 service "x" asks for "up", which is no path (Begin it with "/".)',
  ]);
  expect(serviceErrors('plugin = "redis"\npool = {min = 3, max = 2}')).toEqual([
    'error E_VALUE make.toml:5:15 service "x" is to have 3 kept ready, and at most 2 (Make "min" the smaller one.)',
  ]);
  expect(serviceErrors('plugin = "redis"\npool = {max = 0}')).toEqual([
    'error E_VALUE make.toml:5:15 service "x" can never be leased: "max" is 0 (Write 1 or more.)',
  ]);
});

test.each(['reset', 'verified'])('a container is not used again (%s) without a way to reset it', (reuse) => {
  expect(serviceErrors(`image = "x"\nreuse = "${reuse}"`)).toEqual([
    `error E_MISSING_KEY make.toml:5:1 service "x" has \`reuse = "${reuse}"\`, and no "reset" (Add \`reset = "..."\`: a shell line that undoes what a user did; or remove \`reuse\`.)`,
  ]);
  expect(serviceErrors(`image = "x"\nreuse = "${reuse}"\nreset = "wipe"`)).toEqual([]);
});

test('a privileged container is refused unless it is allowed by name', () => {
  expect(serviceErrors('image = "x"\nprivileged = true\nallow = ["host-volumes"]')).toEqual([
    'error E_SERVICE_UNSAFE make.toml:5:1 service "x" wants to be privileged (Remove `privileged`; `allow = ["privileged"]` lets its container rule this machine.)',
  ]);
  expect(serviceErrors('image = "x"\nprivileged = true\nallow = ["privileged"]')).toEqual([]);
  expect(serviceErrors('image = "x"\nprivileged = false')).toEqual([]);
  expect(serviceErrors('image = "x"\nallow = ["root"]')).toEqual([
    'error E_VALUE make.toml:5:9 "allow" must be one of "privileged", "host-volumes"',
  ]);
});

test.each(['a b', 'a/b', '..', '.hidden', '', '-a', 'ä', 'a:b', 'a'.repeat(64)])(
  '"%s" is no name of a service',
  (name) => {
    expect(errors(`${PHASE}[service."${name}"]\nplugin = "redis"\n`)).toEqual([
      expect.stringMatching(/^error E_VALUE make\.toml:3:10 .* cannot be the name of a service/),
    ]);
  },
);

test.each(['a', 'Cache-2', 'db_1.x', 'a'.repeat(63)])('"%s" is a name of a service', (name) => {
  expect(errors(`${PHASE}[service."${name}"]\nplugin = "redis"\n`)).toEqual([]);
});

test('two services do not have the same variables', () => {
  const named = (...names: readonly string[]) =>
    errors(PHASE + names.map((name) => `[service."${name}"]\nplugin = "redis"\n`).join(''));
  expect(named('my-db', 'cache', 'my_db', 'MY.DB')).toEqual([
    'error E_VALUE make.toml:7:10 the services "my-db" and "my_db" have the same variables: MY_DB_URL (Rename one of them.)',
    'error E_VALUE make.toml:9:10 the services "my-db" and "MY.DB" have the same variables: MY_DB_URL (Rename one of them.)',
  ]);
  expect(named('db', 'db2', 'd-b')).toEqual([]);
});

test('a key that does nothing is said to', () => {
  expect(serviceWarnings('plugin = "redis"\nlevel = "cluster"\ncommand = "x"\nports = [1]\ninit = ["a.sql"]')).toEqual([
    'warning W_SERVICE_KEY make.toml:6:1 "command" does nothing for a redis (Remove "command".)',
    'warning W_SERVICE_KEY make.toml:7:1 "ports" does nothing for a redis (Remove "ports".)',
    'warning W_SERVICE_KEY make.toml:5:1 "level" does nothing for a redis (Remove "level".)',
    'warning W_SERVICE_KEY make.toml:8:1 "init" does nothing for a redis, which knows no SQL files: use `migrate` (Remove "init".)',
  ]);
  expect(serviceWarnings('plugin = "process"\ncommand = "x"\nargs = ["y"]\nbinary = "z"\nimage = "i"')).toEqual([
    'warning W_SERVICE_KEY make.toml:8:1 "image" does nothing for what does not run in a container (Remove "image".)',
    'warning W_SERVICE_KEY make.toml:7:1 "binary" does nothing where there is a "command" (Remove "binary".)',
    'warning W_SERVICE_KEY make.toml:6:1 "args" does nothing where there is a "command" (Remove "args".)',
  ]);
  const ofContainers = 'resources = {cpu = 1}\nvolumes = ["/a"]\nprivileged = false';
  expect(serviceWarnings(`plugin = "redis"\nbackend = "process"\n${ofContainers}`)).toHaveLength(3);
  expect(serviceWarnings(`plugin = "redis"\nbackend = "docker"\n${ofContainers}`)).toEqual([]);
  expect(serviceWarnings('image = "x"\nreset = "wipe"\nhealth = {port = 1, status = 200}')).toEqual([
    'warning W_SERVICE_KEY make.toml:5:1 "reset" does nothing where a used container never serves again: `reuse` says so (Remove "reset".)',
    'warning W_SERVICE_KEY make.toml:6:21 "status" does nothing without "http" (Remove "status".)',
  ]);
  expect(serviceWarnings('image = "x"\nhealth = {log = "a", command = "b"}')).toEqual([
    'warning W_SAME_KEY make.toml:5:22 "command" does nothing where there is a "log" (Remove "command".)',
  ]);
  expect(serviceWarnings('image = "x"\ninit = {sql = ["a"], migrate = "m"}')).toHaveLength(1);
  expect(
    serviceWarnings('plugin = "postgres"\nimage = "postgres:16"\ninit = ["a.sql"]\nlevel = "database"\nargs = ["-x"]'),
  ).toEqual([]);
  expect(serviceWarnings('plugin = "redis"\nprots = [1]')).toEqual([
    'warning W_UNKNOWN_KEY make.toml:5:1 "prots" is no key of [service.x]: it does nothing (Did you mean "ports"?)',
  ]);
});
