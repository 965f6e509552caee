import {chmodSync, mkdirSync, readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, onTestFinished, test} from 'vitest';
import {reasons} from '../rig/cached.ts';
import {finished, outcomes} from '../rig/events.ts';
import {Rig} from '../rig/rig.ts';
import {newHome} from './support/new-home.ts';

const PG = fileURLToPath(import.meta.resolve('pg'));
/** Writes a row into `mark`, and says how many there were before, and in which database. */
const MARK = `
import {appendFileSync} from 'node:fs';
import pg from '${PG}';
const client = new pg.Client({connectionString: process.env.DATABASE_URL});
await client.connect();
const {rows: [{count}]} = await client.query('SELECT count(*)::int AS count FROM mark');
await client.query('INSERT INTO mark VALUES (1)');
await client.end();
appendFileSync('marks', count + ' ' + process.env.PGDATABASE + '\\n');
process.exit(Number(process.argv[2] ?? 0));
`;
const SERVICE = '[service.db]\nplugin = "postgres"\ninit = ["schema.sql"]\npool = {min = 1, max = 3}\n';
const FILES = {'mark.mjs': MARK, 'schema.sql': 'CREATE TABLE mark (one int);'};

/** A project whose services are its own, and end with the test. */
async function project(makeToml: string): Promise<{readonly rig: Rig; readonly env: Readonly<Record<string, string>>}> {
  const rig = await Rig.make({...FILES, 'make.toml': makeToml});
  const folder = newHome();
  // servers that are started as root run as somebody else
  chmodSync(folder, 0o711);
  const env = {PACELINE_SERVICES_DIR: join(folder, 'h'), PACELINE_CACHE_DIR: rig.path('..', 'store')};
  mkdirSync(env.PACELINE_SERVICES_DIR);
  onTestFinished(async () => {
    await rig.run(['services', 'stop'], {env});
    rmSync(folder, {recursive: true, force: true});
  });
  return {rig, env};
}

function marks(rig: Rig): readonly (readonly string[])[] {
  return readFileSync(rig.path('marks'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '));
}

test('each attempt of a task has a clean database of its own', async () => {
  const {rig, env} = await project(
    `${SERVICE}[lifecycle.test]\ncommand = "node mark.mjs 3"\nservices = ["db"]\nretries = 1\nretry_delay = "1ms"\n`,
  );
  const {code, events} = await rig.events(['test'], {env});
  expect(code).toBe(1);
  expect(finished(events, 'test')).toMatchObject({status: 'failed', attempts: 2});
  const [first, second] = marks(rig);
  expect([first?.[0], second?.[0]]).toEqual(['0', '0']);
  expect(first?.[1]).not.toBe(second?.[1]);
});

test('tasks beside each other have a database each, and the run tells how long they waited', async () => {
  const {rig, env} = await project(
    `${SERVICE}[lifecycle.a]\ncommand = "node mark.mjs"\nservices = ["db"]\n[lifecycle.b]\ncommand = "node mark.mjs"\nservices = ["db"]\n`,
  );
  expect((await rig.events(['a', 'b', '--jobs', '2'], {env})).code).toBe(0);
  expect(marks(rig).map(([count]) => count)).toEqual(['0', '0']);
  expect(new Set(marks(rig).map(([, name]) => name)).size).toBe(2);
  const run = await rig.recorded();
  const waits = run.spans.filter(({kind}) => kind === 'lease');
  expect(waits.map(({task}) => task).toSorted()).toEqual(['a', 'b']);
  for (const {times} of run.tasks) expect(times?.lease?.end).toBeGreaterThanOrEqual(times?.lease?.start ?? Number.NaN);
});

test('what a service is counts for the cache, not where it is; a hit needs no service', async () => {
  const {rig, env} = await project(
    `${SERVICE}[lifecycle.test]\ncommand = "node mark.mjs"\nservices = ["db"]\ncache = true\ninputs = ["mark.mjs"]\noutputs = ["marks"]\n`,
  );
  const first = await rig.events(['test'], {env});
  expect(outcomes(first.events)).toEqual(['test passed']);
  await rig.run(['services', 'stop'], {env});
  const second = await rig.events(['test'], {env});
  expect(outcomes(second.events)).toEqual(['test cached']);
  expect((await rig.run(['services'], {env})).stdout).toBe('No service is warm.\n');
  rig.write({'schema.sql': 'CREATE TABLE mark (one int, two int DEFAULT 2);'});
  const third = await rig.events(['test'], {env});
  expect(outcomes(third.events)).toEqual(['test passed']);
  expect(reasons(third.events).test).toContain('service:db');
  expect((await rig.run(['why', 'test'], {env})).stdout).toMatch(/^test need not run/);
  rig.write({'schema.sql': 'CREATE TABLE mark (one int, three int DEFAULT 3);'});
  const {stdout} = await rig.run(['why', 'test'], {env});
  expect(stdout).toMatch(/^ {2}service:db changed: postgres.*, settings and init [0-9a-f]{16} -> postgres/m);
});

test('all services of a task are there, and with two of a kind the first one named is DATABASE_URL', async () => {
  const {rig, env} = await project(
    `${SERVICE}[service.other]\nplugin = "postgres"\npool = {min = 0, max = 1}\n[service.cache]\nplugin = "redis"\npool = {min = 0, max = 1}\n` +
      `[lifecycle.test]\ncommand = 'test "$DATABASE_URL" = "$DB_DATABASE_URL" && test -n "$OTHER_DATABASE_URL" && test "$OTHER_DATABASE_URL" != "$DATABASE_URL" && test -n "$REDIS_URL"'\nservices = ["db", "other", "cache"]\n`,
  );
  const {code, events} = await rig.events(['test'], {env});
  expect(finished(events, 'test')).toMatchObject({status: 'passed'});
  expect(code).toBe(0);
});

test('a service that cannot be had fails the task that needs it, with the reason and the remedy', async () => {
  const {rig, env} = await project(
    `[service.db]\nplugin = "postgres"\nbinary = "./nowhere"\n[lifecycle.test]\ncommand = "true"\nservices = ["db"]\n[lifecycle.other]\ncommand = "true"\n`,
  );
  const {code, stdout} = await rig.run(['run', 'other', 'test', '--continue=independent'], {env});
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /✗ test .*make\.toml:1:10 Service db: There is no PostgreSQL in .*nowhere\. .*apt-get install postgresql/,
  );
  expect(stdout).toMatch(/✓ other/);
  expect(stdout).not.toContain('    at ');
});

test('a run that is interrupted while it waits for a service ends at once', async () => {
  const {rig, env} = await project(
    '[service.slow]\nplugin = "process"\ncommand = "rig slow"\nstart_timeout = "60s"\npool = {min = 0, max = 1}\n[lifecycle.test]\ncommand = "exec rig test"\nservices = ["slow"]\n',
  );
  const program = rig.start(['run', 'test', '--output', 'ndjson'], {env});
  await rig.command('slow').nextInvocation();
  program.signal('SIGINT');
  expect(await program.ended).toMatchObject({code: 130});
  expect(finished(program.events, 'test')).toMatchObject({status: 'cancelled'});
  expect(rig.command('test').count).toBe(0);
});

test('what keeps the services outlives the run whose task started it', async () => {
  const program = join(import.meta.dirname, '../../dist/services.js');
  const {rig, env} = await project('[lifecycle.test]\ncommand = "node lease.mjs"\n');
  rig.write({
    'lease.mjs': `import {lease} from '${program}';\nconst cache = await lease({plugin: 'redis'});\nawait cache.release();\n`,
  });
  expect((await rig.run(['run', 'test'], {env})).stdout).not.toContain('W_LEFTOVER');
  expect((await rig.run(['services'], {env})).stdout).toMatch(/^redis .*1 handed out/ms);
});
