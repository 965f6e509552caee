import {closeSync, openSync, readSync} from 'node:fs';
import {join} from 'node:path';
import type {LogRange} from './events.ts';

/** The bytes of a part of a log; only the last `limit` of them when it is longer. */
export function readLog(folder: string, range: LogRange, limit = Number.POSITIVE_INFINITY): Buffer {
  const length = Math.min(range.end - range.start, limit);
  const buffer = Buffer.alloc(Math.max(0, length));
  const descriptor = openSync(join(folder, range.file), 'r');
  try {
    const read = readSync(descriptor, buffer, 0, buffer.length, range.end - buffer.length);
    return buffer.subarray(0, read);
  } finally {
    closeSync(descriptor);
  }
}
