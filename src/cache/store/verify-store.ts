import {existsSync} from 'node:fs';
import {DiskStore} from './disk-store.ts';
import {type StoreFile, storedFiles} from './store-files.ts';
import type {StoreProblem} from './store-folder.ts';

/** What a look at every byte of a store found. */
export interface StoreCheck {
  /** That are right. */
  readonly entries: number;
  readonly blobs: number;
  /** Of files without a problem. */
  readonly bytes: number;
  /** Entries that named a blob which is not there any more; removed. */
  readonly incomplete: number;
  /** Entries of a newer paceline, which were left alone. */
  readonly newer: number;
  /** What was broken, and is removed where the store may be written, or could not be read. */
  readonly problems: readonly StoreProblem[];
}

/**
 * Reads a whole store, and removes what is broken.
 * @throws PacelineError E_CACHE_READ when its folders cannot be read
 */
export function verifyStore(directory: string): StoreCheck {
  const problems: StoreProblem[] = [];
  const store = new DiskStore(directory, (problem) => problems.push(problem));
  const counts = {entries: 0, blobs: 0, incomplete: 0, newer: 0};
  let bytes = 0;
  // the blobs first: what is broken is gone when the entries look for it
  for (const file of [...storedFiles(store.folder)].reverse()) {
    const known = problems.length;
    const kind = kindOf(store, file);
    if (problems.length > known || kind === undefined) continue;
    counts[kind]++;
    bytes += file.size;
  }
  return {...counts, bytes, problems};
}

type Counted = 'entries' | 'blobs' | 'incomplete' | 'newer';

/** As what a file without a problem counts; undefined when it is gone. */
function kindOf(store: DiskStore, {kind, path, hash, size}: StoreFile): Counted | undefined {
  if (kind === 'blob') return store.blobs.verify({hash, size}) ? 'blobs' : undefined;
  const entry = store.read(hash);
  if (entry === undefined) return existsSync(path) ? 'newer' : undefined;
  try {
    return entry.verify('size') ? 'entries' : 'incomplete';
  } finally {
    entry.close();
  }
}
