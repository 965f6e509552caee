import {execFileSync, spawn} from 'node:child_process';
import {chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {endAll} from './owned-process.ts';
import {postgresPrograms} from './postgres/programs.ts';
import {serverUser} from './server-user.ts';
import {freeSharedMemory, sharedFilesOf} from './shared-memory.ts';

interface Segment {
  readonly key: number;
  readonly id: number;
}

function makeSegment(): Segment {
  const id = Number(/\d+/.exec(execFileSync('ipcmk', ['--shmem', '56'], {encoding: 'utf8'}))?.[0]);
  onTestFinished(() => {
    if (isThere(id)) execFileSync('ipcrm', ['--shmem-id', String(id)]);
  });
  return {key: rowOf(id)?.[0] ?? Number.NaN, id};
}

function rowOf(id: number): readonly number[] | undefined {
  return readFileSync('/proc/sysvipc/shm', 'latin1')
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .find((row) => row[1] === id);
}

const isThere = (id: number): boolean => rowOf(id) !== undefined;

/** The folder of a server whose data folder names a segment. */
function serverFolder({key, id}: Segment): string {
  const folder = mkdtempSync(join(tmpdir(), 'shm-'));
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
  mkdirSync(join(folder, 'data'));
  const lines = ['1234', '/data', '1795261764', '5432', '/socket', '127.0.0.1', `  ${key}    ${id}`, 'ready   ', ''];
  writeFileSync(join(folder, 'data/postmaster.pid'), lines.join('\n'));
  return folder;
}

test('takes away the segment that a killed server has left', () => {
  const segment = makeSegment();
  freeSharedMemory(serverFolder(segment));
  expect(isThere(segment.id)).toBe(false);
});

test('leaves a segment whose number was given out again', () => {
  const segment = makeSegment();
  freeSharedMemory(serverFolder({...segment, key: segment.key + 1}));
  expect(isThere(segment.id)).toBe(true);
});

test('does nothing for what is no folder of a server', () => {
  expect(() => freeSharedMemory(join(tmpdir(), 'nothing-here'))).not.toThrow();
  const folder = mkdtempSync(join(tmpdir(), 'shm-'));
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'data/postmaster.pid'), 'broken\n');
  expect(() => freeSharedMemory(folder)).not.toThrow();
});

test('what a killed PostgreSQL shared in files goes with it', async () => {
  const {folder: programs} = await postgresPrograms(undefined, process.env, '.');
  const user = serverUser();
  const folder = mkdtempSync('/tmp/shm-');
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const as = {...(user !== undefined && {uid: user.uid, gid: user.gid}), cwd: folder};
  const data = join(folder, 'data');
  execFileSync(join(programs, 'initdb'), ['-D', data, '--no-sync', '--auth=trust'], {...as, stdio: 'ignore'});
  const settings = ['listen_addresses=', `unix_socket_directories=${folder}`, 'dynamic_shared_memory_type=posix'];
  const words = ['-D', data, ...settings.flatMap((one) => ['-c', one])];
  const server = spawn(join(programs, 'postgres'), words, {...as, stdio: 'ignore'});
  const pid = server.pid ?? 0;
  onTestFinished(() => void server.kill('SIGKILL'));
  let shared = sharedFilesOf(pid);
  for (; shared.length === 0; shared = sharedFilesOf(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(existsSync(shared[0] ?? '')).toBe(true);
  await endAll(() => (server.exitCode === null && server.signalCode === null ? [{pid}] : []));
  expect(shared.filter((path) => existsSync(path))).toEqual([]);
  freeSharedMemory(folder);
});
