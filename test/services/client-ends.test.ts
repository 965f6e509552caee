import {spawn} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {serviceOf} from '../../src/services/service-options.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';
import {ServicesFolder} from './broker-rig.ts';

const services = join(import.meta.dirname, '../../src/services.ts');
/** One that needs nothing but a shell. */
const WANTED = `{plugin: 'process', name: 'sleeper', directory: '/', binary: 'sh', args: ['-c', 'echo up; exec sleep 1000'], health: {kind: 'log', pattern: 'up'}, pool: {min: 0, max: 2}}`;
const LIBRARY = `import {lease, warm, stopServices} from '${services}';\nconst wanted = ${WANTED};\n`;

let folder: ServicesFolder;
let project: string;

beforeEach(() => {
  folder = new ServicesFolder();
  project = temporaryFolder();
});

afterEach(() => folder.end());

/** Runs a program to its end, which it comes to by itself: what keeps it alive fails the test. @returns its output */
function ran(
  text: string,
  {name = 'program.mjs', flags = []}: {readonly name?: string; readonly flags?: readonly string[]} = {},
) {
  writeFileSync(join(project, name), LIBRARY + text);
  const own = Object.entries(folder.env).filter(([name]) => !/^(VITEST|TEST$|NODE_)/.test(name));
  const child = spawn(process.execPath, [...flags, name], {cwd: project, env: Object.fromEntries(own)});
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (output += part));
  return new Promise<string>((resolve) => child.once('close', (code) => resolve(`${output}${code}`)));
}

const leased = async () => (await folder.client().status())?.pools.map(({gauges}) => gauges.leased);

describe('a program ends by itself', () => {
  test('when its leases are released', async () => {
    expect(await ran(`const one = await lease(wanted);\nawait one.release();\nconsole.log('done');`)).toBe('done\n0');
    expect(await leased()).toEqual([0]);
  });

  test('with leases that it has not released, which end with it', async () => {
    expect(await ran(`await lease(wanted, {ttlMs: 400});\nconsole.log('done');`)).toBe('done\n0');
    await expect.poll(leased).toEqual([0]);
  });

  test('also when the broker is frozen: a sign of life is no reason to stay', async () => {
    await folder.client().warm(serviceOf({plugin: 'process', binary: 'true', pool: {min: 0, max: 1}}), 0);
    const text = `const one = await lease(wanted, {ttlMs: 400});
process.kill(${folder.brokers()[0]}, 'SIGSTOP');
await new Promise((resolve) => setTimeout(resolve, 300));
console.log('done');`;
    try {
      expect(await ran(text)).toBe('done\n0');
    } finally {
      for (const broker of folder.brokers()) process.kill(broker, 'SIGCONT');
    }
  });

  test('after it has warmed a service', async () => {
    expect(await ran(`await warm(wanted, 1);\nconsole.log('done');`)).toBe('done\n0');
  });

  test('after a lease that it could not have', async () => {
    const text = `await lease({...wanted, args: ['-c', 'exit 3']}).catch((error) => console.log(error.code));`;
    expect(await ran(text)).toBe('E_SERVICE_START\n0');
  });

  test('as a file of node --test', async () => {
    const output = await ran(
      `import {test} from 'node:test';\ntest('a', async () => void (await (await lease(wanted)).release()));\ntest('b', async () => void (await lease(wanted)));`,
      {name: 'a.test.mjs', flags: ['--test', '--test-isolation=none', '--test-reporter=tap']},
    );
    expect(output).toMatch(/# pass 2\n# fail 0\n.*0$/s);
  });
});

describe('the library', () => {
  test('asks the broker of the folder that its environment names at the moment', async () => {
    const other = new ServicesFolder();
    const text = `const one = await lease(wanted);
process.env.PACELINE_SERVICES_DIR = '${other.path}';
const two = await lease(wanted);
console.log(one.resource, two.resource);
await Promise.all([one.release(), two.release()]);
await stopServices();`;
    expect(await ran(text)).toBe('sleeper-1 sleeper-1\n0');
    expect(other.brokers()).toEqual([]);
    expect(folder.brokers()).toHaveLength(1);
    await other.end();
  });

  test('leases again when all services were stopped', async () => {
    const text = `const one = await lease(wanted);
await stopServices();
await one.release();
const two = await lease(wanted);
console.log(one.url !== two.url);
await two.release();`;
    expect(await ran(text)).toBe('true\n0');
  });

  test('reads the make.toml of the folder that the program is in at the moment', async () => {
    const text = `import {mkdirSync, writeFileSync} from 'node:fs';
for (const name of ['a', 'b']) {
  mkdirSync(name);
  writeFileSync(name + '/make.toml', '[service.' + name + ']\\nplugin = "process"\\ncommand = ["sh", "-c", "echo up; exec sleep 1000"]\\nhealth = {log = "up"}\\npool = {min = 0}\\n');
  process.chdir(name);
  const one = await lease(name);
  console.log(one.resource.split('-')[0]);
  await one.release();
  process.chdir('..');
}`;
    expect(await ran(text)).toBe('a\nb\n0');
  });
});
