import {spawn} from 'node:child_process';
import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {createClient} from '@redis/client';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {Lease} from '../../src/services.ts';
import {leaseFixture} from '../../src/vitest.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';
import {ServicesFolder} from './broker-rig.ts';

const root = join(import.meta.dirname, '../..');

let folder: ServicesFolder;
let project: string;

beforeEach(() => {
  folder = new ServicesFolder({FORCE_COLOR: '0', NO_COLOR: '1'});
  project = temporaryFolder();
  mkdirSync(join(project, 'node_modules'));
  symlinkSync(join(root, 'node_modules/vitest'), join(project, 'node_modules/vitest'));
  symlinkSync(root, join(project, 'node_modules/paceline'));
  writeFileSync(join(project, 'package.json'), '{"type": "module"}');
  writeFileSync(join(project, 'make.toml'), '[service.cache]\nplugin = "redis"\npool = {min = 1, max = 3}\n');
});

afterEach(() => folder.end());

interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a program in the project, which knows nothing of the test that runs it. */
function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const own = Object.entries({...folder.env, ...env}).filter(([name]) => !/^(VITEST|TEST$|NODE_)/.test(name));
  const child = spawn(process.execPath, args, {cwd: project, env: Object.fromEntries(own)});
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (output += part));
  return new Promise((resolve) => child.once('close', (code) => resolve({code, output})));
}

const vitest = (env?: Readonly<Record<string, string>>) =>
  run([join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=verbose'], env);
const nodeTest = (env?: Readonly<Record<string, string>>) => run(['--test', '--test-reporter=spec'], env);

/** What a kept Redis says to its URL in the output. */
async function keptMark(output: string): Promise<string | null> {
  const url = /is kept for an hour: (redis:\S+)/.exec(output)?.[1];
  if (url === undefined) return null;
  const client = await createClient({url}).connect();
  const mark = await client.get('mark');
  await client.close();
  return mark;
}

/** Says something to a Redis without a library: no dependency for the project. */
const ASK = `
import {connect} from 'node:net';
export const ask = ({env}, ...words) => new Promise((resolve, reject) => {
  const socket = connect(Number(env.REDIS_PORT), env.REDIS_HOST, () =>
    socket.write('AUTH ' + env.REDIS_PASSWORD + '\\r\\n' + words.join(' ') + '\\r\\nQUIT\\r\\n'));
  let answer = '';
  socket.on('data', (part) => (answer += part)).on('error', reject).on('close', () => resolve(answer.split('\\r\\n')[1]));
});
`;

describe('paceline/vitest', () => {
  beforeEach(() => writeFileSync(join(project, 'ask.js'), ASK));

  const withTests = (text: string, name = 'a'): void =>
    writeFileSync(
      join(project, `${name}.test.js`),
      `import {test as base, expect} from 'vitest';\nimport {leaseFixture} from 'paceline/vitest';\nimport {ask} from './ask.js';\n${text}`,
    );

  test('each test gets one that nobody has used, and nothing is left', async () => {
    withTests(`
const test = base.extend({
  cache: leaseFixture('cache'),
  other: leaseFixture({plugin: 'redis', directory: '/', pool: {min: 0, max: 2}}),
});
for (const name of ['one', 'two', 'three']) test(name, async ({cache}) => {
  expect(await ask(cache, 'DBSIZE')).toBe(':0');
  await ask(cache, 'SET mark ' + name);
});
test.concurrent('two at once', async ({cache, other}) => {
  expect(cache.url).not.toBe(other.url);
  await ask(cache, 'SET mark x');
  expect(await ask(other, 'DBSIZE')).toBe(':0');
});
base('none', () => {});
`);
    const {code, output} = await vitest();
    expect(code, output).toBe(0);
    const status = await folder.client().status();
    expect(status?.pools.map(({gauges}) => [gauges.handedOut, gauges.leased])).toEqual([
      [4, 0],
      [1, 0],
    ]);
  });

  test('the tests of a file share one where that is asked for, other files have their own', async () => {
    const text = `
const test = base.extend({cache: leaseFixture('cache', {scope: 'file'})});
test('first', async ({cache}) => expect(await ask(cache, 'INCR mark')).toBe(':1'));
test('second', async ({cache}) => expect(await ask(cache, 'INCR mark')).toBe(':2'));
`;
    withTests(text);
    withTests(text, 'b');
    const {code, output} = await vitest();
    expect(code, output).toBe(0);
    expect((await folder.client().status())?.pools[0]?.gauges).toMatchObject({handedOut: 2, leased: 0});
  });

  test('fixtures have the type of a lease', () => {
    const typed = test.extend({one: leaseFixture('cache'), shared: leaseFixture('cache', {scope: 'file'})});
    // never runs: the compiler checks it
    const use = ({one, shared}: {readonly one: Lease; readonly shared: Lease}): string => one.url + shared.url;
    expect(() => typed('a test', (context) => void use(context))).toThrow();
  });

  const failing = (options: string): string => `
const test = base.extend({cache: leaseFixture('cache', ${options})});
test('passes', async ({cache}) => void (await ask(cache, 'SET mark passed')));
test('fails', async ({cache}) => {
  await ask(cache, 'SET mark failed');
  expect(1).toBe(2);
});
test.fails('is meant to fail', ({cache}) => expect(cache.url).toBe(''));
`;

  test.each([
    ['of a test', '{keepOnFailure: true}', {}, 'failed'],
    ['of a file', "{scope: 'file', keepOnFailure: true}", {}, 'failed'],
    ['when the environment says so', '{}', {PACELINE_KEEP_FAILED: '1'}, 'failed'],
    ['not when the test says no', '{keepOnFailure: false}', {PACELINE_KEEP_FAILED: '1'}, null],
    ['not when nobody says anything', '{}', {}, null],
  ])('keeps what a failed test used: %s', async (_, options, env, mark) => {
    withTests(failing(options));
    const {code, output} = await vitest(env);
    expect(code, output).toBe(1);
    expect(output).toMatch(/1 failed/);
    expect(await keptMark(output)).toBe(mark);
    expect((await folder.client().status())?.pools[0]?.gauges.kept).toBe(mark === null ? 0 : 1);
  });

  test('a service that make.toml does not know fails the test that asks for it', async () => {
    withTests("base.extend({db: leaseFixture('cash')})('asks', ({db}) => expect(db).toBe(1));");
    const {code, output} = await vitest();
    expect(code).toBe(1);
    expect(output).toContain('make.toml has no [service.cash]');
  });
});

describe('paceline/node-test', () => {
  beforeEach(() => writeFileSync(join(project, 'ask.js'), ASK));

  const withTests = (text: string): void =>
    writeFileSync(
      join(project, 'a.test.js'),
      `import {test} from 'node:test';\nimport assert from 'node:assert/strict';\nimport {leaseFor} from 'paceline/node-test';\nimport {ask} from './ask.js';\n${text}`,
    );

  test('each test gets one that nobody has used, and nothing is left', async () => {
    withTests(`
for (const name of ['one', 'two']) test(name, async (t) => {
  const cache = await leaseFor(t, 'cache');
  assert.equal(await ask(cache, 'DBSIZE'), ':0');
  await ask(cache, 'SET mark ' + name);
  await t.test('inner', async (t) => {
    const other = await leaseFor(t, {plugin: 'redis', directory: '/'});
    assert.equal(await ask(other, 'DBSIZE'), ':0');
  });
});
`);
    const {code, output} = await nodeTest();
    expect(code, output).toBe(0);
    const status = await folder.client().status();
    expect(status?.pools.map(({gauges}) => [gauges.handedOut, gauges.leased])).toEqual([
      [2, 0],
      [2, 0],
    ]);
  });

  test.each([
    ['when it is asked for', '{keepOnFailure: true}', {}, 'failed'],
    ['when the environment says so', '{}', {PACELINE_KEEP_FAILED: '1'}, 'failed'],
    ['not when nobody says anything', '{}', {}, null],
  ])('keeps what a failed test used: %s', async (_, options, env, mark) => {
    withTests(`
test('passes', async (t) => void (await ask(await leaseFor(t, 'cache', ${options}), 'SET mark passed')));
test('fails', async (t) => {
  await ask(await leaseFor(t, 'cache', ${options}), 'SET mark failed');
  assert.equal(1, 2);
});
`);
    const {code, output} = await nodeTest(env);
    expect(code, output).toBe(1);
    expect(await keptMark(output)).toBe(mark);
    expect((await folder.client().status())?.pools[0]?.gauges.kept).toBe(mark === null ? 0 : 1);
  });
});
