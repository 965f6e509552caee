import {mkdtempSync} from 'node:fs';
import {join} from 'node:path';
import {isRoomyMemory} from '../../../src/services/home.ts';

/** A new folder for the services of a test, with a path that is short enough for their sockets; in memory where that has room. */
export function newHome(): string {
  return mkdtempSync(join(isRoomyMemory('/dev/shm') ? '/dev/shm' : '/tmp', 'pt-'));
}
