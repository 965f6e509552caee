import {join} from 'node:path';
import type {DatabaseSync} from 'node:sqlite';
import type {StoreFolder} from './store-folder.ts';

/** SQLITE_BUSY; sqlite.org/rescode.html */
const BUSY = 5;

/**
 * Does something that one process at a time may do to a store; undefined when another one is at it. The lock is the kernel's, and ends
 * with the process that holds it.
 * @throws PacelineError E_CACHE_WRITE when there is no folder to hold the lock, or it cannot be written
 */
export function withStoreLock<Result>(folder: StoreFolder, work: () => Result): Result | undefined {
  // loading it takes a while, and most runs collect nothing
  const sqlite = process.getBuiltinModule('node:sqlite');
  let lock: DatabaseSync | undefined;
  try {
    lock = new sqlite.DatabaseSync(join(folder.path, 'gc.lock'), {timeout: 0});
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    if (((error as {errcode?: number}).errcode ?? 0) % 256 === BUSY) return undefined;
    throw folder.unwritable(error);
  }
  try {
    return work();
  } finally {
    lock.close();
  }
}
