import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {freeSharedMemory} from './shared-memory.ts';

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
