import {execFileSync} from 'node:child_process';
import {chmodSync, chownSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {getuid} from 'node:process';
import {afterEach, describe, expect, onTestFinished, test} from 'vitest';
import {type ServiceOptions, serviceOf} from '../../src/services/service-options.ts';
import {ServicesFolder, sleeper, untilEmptied} from './broker-rig.ts';
import {newHome} from './support/new-home.ts';

const isRoot = getuid?.() === 0;
const NOBODY = 65_534;
const asNobody = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];

const redis: ServiceOptions = {plugin: 'redis', name: 'cache', directory: '/', pool: {min: 1, max: 2}};
const postgres: ServiceOptions = {plugin: 'postgres', name: 'db', directory: '/', pool: {min: 1, max: 2}};

const folders: ServicesFolder[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await folder.end();
});

function folderOf(path?: string): ServicesFolder {
  const folder = new ServicesFolder({}, path);
  folders.push(folder);
  return folder;
}

/** A folder of nobody's. */
function nobodysFolder(): string {
  const path = newHome();
  chownSync(path, NOBODY, NOBODY);
  return path;
}

/** What a shell line of nobody prints, or how it failed. */
function nobodySays(line: string): string {
  const [program = '', ...words] = asNobody;
  try {
    return execFileSync(program, [...words, 'sh', '-c', line], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});
  } catch (error) {
    return (error as {stderr: string}).stderr;
  }
}

describe.skipIf(!isRoot)('two users of one machine', () => {
  test('a user without rights has services of all kinds, and leaves nothing', async () => {
    const path = nobodysFolder();
    const folder = new ServicesFolder({}, path);
    const program = folder.program({words: [...asNobody, process.execPath], env: {HOME: path}});
    for (const options of [redis, sleeper, postgres]) expect(await program.acquire(options)).toMatch(/^\w+:\/\//);
    const [broker = 0] = folder.brokers();
    expect(statSync(`/proc/${broker}`).uid).toBe(NOBODY);
    await program.leave();
    process.kill(broker, 'SIGTERM');
    await folder.expectNothing();
    rmSync(path, {recursive: true});
  });

  test('cannot use the folder, the broker, the logs or the ready services of each other', async () => {
    const folder = folderOf();
    const client = folder.client();
    const leases = await Promise.all([redis, postgres].map((one) => client.acquire(serviceOf(one), {label: 'a'})));
    await client.warm(serviceOf(redis), 1);
    const {path} = folder;
    expect(nobodySays(`ls ${path}`)).toContain('Permission denied');
    for (const file of ['ledger-v1.db', 'broker.log']) writeFileSync(join(path, file), '', {flag: 'a'});
    expect(nobodySays(`ls ${path}/logs-v1 ${path}/s1`)).not.toMatch(/redis|postgres/);
    const socket = join(path, 'broker-v1.sock');
    const connecting = `${process.execPath} -e "require('node:net').connect('${socket}').on('error', (error) => console.log(error.code)).on('connect', () => console.log('in'))"`;
    expect(nobodySays(connecting).trim()).toBe('EACCES');
    const secrets = leases.map(({url}) => new URL(url).password);
    const commands = folder.processes().map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1'));
    expect(commands.length).toBeGreaterThan(3);
    for (const secret of secrets) expect(commands.join('\n')).not.toContain(secret);
    const other = new ServicesFolder({}, path).program({words: [...asNobody, process.execPath]});
    expect(await other.acquire(redis)).toMatch(/^E_SERVICES_FOLDER: .* belongs to somebody else/);
    await other.kill();
  });
});

describe.skipIf(!isRoot)('a folder on a file system that is small', () => {
  /** A tmpfs of so many bytes. */
  function tinyFolder(bytes: number): string {
    const path = newHome();
    chmodSync(path, 0o755);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', path]);
    onTestFinished(() => {
      execFileSync('umount', [path]);
      rmSync(path, {recursive: true});
    });
    return path;
  }

  test('is not filled by a server that floods its log', async () => {
    const path = tinyFolder(32 * 1024 * 1024);
    mkdirSync(join(path, 'home'));
    const folder = folderOf(join(path, 'home'));
    const flood = 'echo up; while :; do head -c 1000000 /dev/zero; sleep 0.05; done';
    const lease = await folder.client().acquire(serviceOf({...sleeper, args: ['-c', flood]}), {label: 'a'});
    await untilEmptied(join(folder.path, 'logs-v1', 'sleeper-1.log'), 2);
    await lease.release();
  });

  test('and full before anything is started: the reason is told', async () => {
    const path = tinyFolder(64 * 1024);
    mkdirSync(join(path, 'home'));
    try {
      writeFileSync(join(path, 'filling'), Buffer.alloc(64 * 1024));
    } catch {
      // now it is full
    }
    const folder = folderOf(join(path, 'home'));
    await expect(folder.client().acquire(serviceOf(sleeper), {label: 'a'})).rejects.toMatchObject({
      code: expect.stringMatching(/^E_(BROKER|SERVICES_FOLDER)$/),
      message: expect.stringMatching(/full|no space left/i),
    });
  });

  test('and full while a server is made: the reason is told, nothing of it is left, and smaller ones work', async () => {
    const path = tinyFolder(4 * 1024 * 1024);
    mkdirSync(join(path, 'home'));
    const folder = folderOf(join(path, 'home'));
    const client = folder.client();
    await expect(client.acquire(serviceOf(postgres), {label: 'a'})).rejects.toMatchObject({
      code: 'E_SERVICE_START',
      message: expect.stringMatching(/No space left on device|Check free disk space/),
    });
    expect(folder.folders()).toEqual([]);
    const lease = await client.acquire(serviceOf(sleeper), {label: 'a'});
    expect(lease.url).toContain('http://');
    await lease.release();
  });
});
