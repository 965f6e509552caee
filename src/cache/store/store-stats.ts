import {storedFiles} from './store-files.ts';
import type {StoreFolder} from './store-folder.ts';

/** What is in a store. */
export interface StoreStats {
  readonly directory: string;
  readonly entries: number;
  /** With files of their own; small ones are in the entries. */
  readonly blobs: number;
  /** Of all files together. */
  readonly bytes: number;
  /** The times of last use of the one unused for longest and the one used last, Unix time, ms; absent in an empty store. */
  readonly oldest?: number;
  readonly newest?: number;
}

export function storeStats(folder: StoreFolder): StoreStats {
  const counts = {entry: 0, blob: 0, temporary: 0};
  let bytes = 0;
  let oldest = Number.POSITIVE_INFINITY;
  let newest = Number.NEGATIVE_INFINITY;
  for (const {kind, size, usedAt} of storedFiles(folder)) {
    counts[kind]++;
    bytes += size;
    oldest = Math.min(oldest, usedAt);
    newest = Math.max(newest, usedAt);
  }
  const times = oldest <= newest ? {oldest, newest} : {};
  return {directory: folder.directory, entries: counts.entry, blobs: counts.blob, bytes, ...times};
}
