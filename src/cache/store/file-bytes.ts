import {readSync, writeSync} from 'node:fs';

/** How much of a large file is in memory at a time, bytes. */
export const CHUNK_BYTES = 2 ** 20;

/** Reads until `target` is full or the file ends; returns how many bytes came. `position` undefined: where the last read ended. */
export function readInto(file: number, target: Uint8Array, position?: number): number {
  let filled = 0;
  while (filled < target.length) {
    const at = position === undefined ? null : position + filled;
    const count = readSync(file, target, filled, target.length - filled, at);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}

/** Writes all of it where the last write ended: a disk that is nearly full takes only a part at first. */
export function writeAll(file: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(file, bytes, written, bytes.length - written);
}
