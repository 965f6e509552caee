import {spawn} from 'node:child_process';
import {appendFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {type ServiceOptions, serviceOf} from '../../src/services/service-options.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';
import {ServicesFolder, until} from './broker-rig.ts';

const bin = join(import.meta.dirname, '../../src/bin.ts');

let folder: ServicesFolder;
let project: string;

beforeEach(() => {
  folder = new ServicesFolder({NO_COLOR: '1'});
  project = temporaryFolder();
});

afterEach(() => folder.end());

const sayer = (line: string): ServiceOptions => ({
  plugin: 'process',
  name: 'sayer',
  directory: project,
  binary: 'sh',
  args: ['-c', line],
  health: {kind: 'log', pattern: 'up'},
  pool: {min: 0, max: 1},
});

const acquire = (line: string) => folder.client().acquire(serviceOf(sayer(line)), {label: 'a'});

/** `paceline services logs` with these words, in the project. */
class Logs {
  output = '';
  readonly ended: Promise<number | null>;

  constructor(...words: readonly string[]) {
    const child = spawn(process.execPath, [bin, 'services', 'logs', ...words], {cwd: project, env: {...folder.env}});
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (this.output += part));
    this.ended = new Promise((resolve) => child.once('close', resolve));
  }
}

async function said(...words: readonly string[]): Promise<string> {
  const logs = new Logs(...words);
  await logs.ended;
  return logs.output;
}

test('of servers that live: all, or the last lines of each', async () => {
  const lease = await acquire('echo one; echo two; echo up; printf half; exec sleep 1000');
  expect(await said('sayer')).toBe('sayer-1 one\nsayer-1 two\nsayer-1 up\nsayer-1 half\n');
  expect(await said('sayer', '-n', '1')).toContain('sayer-1 up\n');
  expect(await said('sayer', '-n', '1')).not.toContain('two');
  await lease.release();
});

describe('when no server lives', () => {
  test('of the last one that ended by itself, and when that was', async () => {
    for (const reason of ['no licence', 'no disk']) await acquire(`echo ${reason}; exit 7`).catch(() => {});
    const output = await said('sayer', '-n', '5');
    expect(output).toMatch(
      /^No server of sayer is warm\. The last one that failed or ended by itself, sayer-2, printed until \d{4}-\S+Z \(less than a minute ago\):\nsayer-2 no disk\n1 older log: \S+\/sayer-1\.log\n$/,
    );
  });

  test('of a Redis: named after its kind', async () => {
    writeFileSync(
      join(project, 'make.toml'),
      '[service.cache]\nplugin = "redis"\nargs = ["--no-such-setting", "1"]\npool = {min = 0}\n',
    );
    await folder
      .client()
      .acquire(
        serviceOf({
          plugin: 'redis',
          name: 'cache',
          directory: project,
          args: ['--no-such-setting', '1'],
          pool: {min: 0, max: 1},
        }),
        {
          label: 'a',
        },
      )
      .catch(() => {});
    await folder.client().shutdown();
    expect(await said('cache')).toMatch(/^No server of cache is warm.* redis-1, printed until.*no-such-setting/s);
  });

  test('says so when there is none', async () => {
    writeFileSync(join(project, 'make.toml'), '[service.sayer]\nplugin = "process"\ncommand = "true"\n');
    expect(await said('sayer')).toBe(
      'No server of sayer is warm, and no log of one is kept: only those are that failed, or ended by themselves.\n',
    );
    expect(folder.brokers()).toEqual([]);
  });
});

describe('a name that is no service', () => {
  test('the nearest one that is warm', async () => {
    const lease = await acquire('echo up; exec sleep 1000');
    expect(await said('sayre')).toMatch(/There is no service sayre.*Did you mean sayer\?/s);
    await lease.release();
  });

  test('the nearest one of the make.toml', async () => {
    writeFileSync(join(project, 'make.toml'), '[service.database]\nplugin = "postgres"\n');
    const logs = new Logs('databse');
    expect(await logs.ended).not.toBe(0);
    expect(logs.output).toMatch(/There is no service databse.*Did you mean database\?/s);
  });

  test('where there is none at all', async () => {
    expect(await said('sayer')).toMatch(/There is no service sayer.*None is warm, and none is written down/s);
  });
});

test('goes on with --follow, also with servers that come later, until the service is stopped', async () => {
  const more = join(project, 'more');
  writeFileSync(more, '');
  const first = await acquire(`echo up; exec tail -n +1 -f ${more}`);
  const logs = new Logs('sayer', '--follow');
  await until(() => logs.output.includes('sayer-1 up\n'));
  appendFileSync(more, 'later\nhalf a');
  await until(() => logs.output.includes('sayer-1 later\n'));
  expect(logs.output).not.toContain('half');
  appendFileSync(more, ' line\n');
  await until(() => logs.output.includes('sayer-1 half a line\n'));
  await first.release();
  // somebody had to wait for the first: another one is kept ready
  await until(() => logs.output.includes('sayer-2 up\n'));
  appendFileSync(more, 'only the second\n');
  await until(() => logs.output.includes('sayer-2 only the second\n'));
  expect(logs.output).not.toContain('sayer-1 only');
  await folder.client().stop('sayer');
  expect(await logs.ended).toBe(0);
});
