import {execFileSync} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';

/** A segment of System V shared memory. */
interface Segment {
  readonly key: number;
  readonly id: number;
}

/** Place of the segment in a lock file of PostgreSQL; src/include/miscadmin.h, LOCK_FILE_LINE_SHMEM_KEY. */
const LINE = 7;

/**
 * A PostgreSQL that is killed leaves a segment of shared memory, of which a machine has 4,096. Its data folder names it; it is taken away
 * when nobody uses it any more.
 * @param folder of a server: the data folder is in it
 */
export function freeSharedMemory(folder: string): void {
  for (const segment of namesOf(folder).flatMap((name) => segmentOf(join(folder, name, 'postmaster.pid')))) {
    if (!isUnused(segment)) continue;
    try {
      execFileSync('ipcrm', ['--shmem-id', String(segment.id)], {stdio: 'ignore'});
    } catch {
      // somebody else was faster, or there is no such program: then it stays
    }
  }
}

/**
 * Files of shared memory that a process has, which PostgreSQL does not remove when it is killed: the ones that initdb starts make some.
 * @returns paths
 */
export function sharedFilesOf(pid: number): readonly string[] {
  const paths = textOf(`/proc/${pid}/maps`).matchAll(/ (\/dev\/shm\/PostgreSQL\.\d+)$/gm);
  return [...new Set([...paths].flatMap(([, path]) => path ?? []))];
}

function segmentOf(path: string): readonly Segment[] {
  const [key, id] = textOf(path).split('\n')[LINE - 1]?.trim().split(/\s+/).map(Number) ?? [];
  return key === undefined || id === undefined || Number.isNaN(key + id) ? [] : [{key, id}];
}

/** Numbers are given out again: the key tells whether it is still the one. proc(5), /proc/sysvipc/shm. */
function isUnused({key, id}: Segment): boolean {
  return textOf('/proc/sysvipc/shm')
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .some(
      ([itsKey, itsId, , , , , attached]) =>
        itsId === id && itsKey !== undefined && itsKey >>> 0 === key >>> 0 && attached === 0,
    );
}

function namesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
