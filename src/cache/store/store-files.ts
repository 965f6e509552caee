import {lstatSync, readdirSync, unlinkSync} from 'node:fs';
import {basename, join} from 'node:path';
import {PacelineError} from '../../base/error.ts';
import type {Hash} from '../digest.ts';
import type {StoreFolder} from './store-folder.ts';

/** A file of a store, as it was when the folder was read. */
export interface StoreFile {
  readonly kind: 'entry' | 'blob' | 'temporary';
  readonly path: string;
  /** The action of an entry, the content of a blob; the file's name. */
  readonly hash: Hash;
  /** Bytes. */
  readonly size: number;
  /** When it was last used, Unix time, ms. */
  readonly usedAt: number;
}

/** Every entry and every blob with a file of its own. What has another name is none of ours. */
export function* storedFiles(folder: StoreFolder): Generator<StoreFile> {
  for (const [kind, parent] of [
    ['entry', folder.entries],
    ['blob', folder.blobs],
  ] as const) {
    for (const shard of shardsIn(parent)) {
      for (const name of namesIn(shard)) {
        if (/^[0-9a-f]{64}$/.test(name) && name.startsWith(basename(shard))) yield* storeFile(kind, shard, name);
      }
    }
  }
}

/** What is being written, and what killed processes have left. */
export function* temporaryFiles(folder: StoreFolder): Generator<StoreFile> {
  for (const name of namesIn(folder.temporaries)) yield* storeFile('temporary', folder.temporaries, name);
}

/** The folders that entries or blobs are spread over. */
export function shardsIn(parent: string): readonly string[] {
  return namesIn(parent)
    .filter((name) => /^[0-9a-f]{2}$/.test(name))
    .map((name) => join(parent, name));
}

/** Whether the file is gone. One that was used since the folder was read stays. */
export function removeUnlessUsed({path, usedAt}: StoreFile): boolean {
  const stats = lstatSync(path, {throwIfNoEntry: false});
  if (stats !== undefined && stats.mtimeMs !== usedAt) return false;
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return true;
}

function* storeFile(kind: StoreFile['kind'], folder: string, name: string): Generator<StoreFile> {
  const path = `${folder}/${name}`;
  const stats = lstatSync(path, {throwIfNoEntry: false});
  if (stats?.isFile() === true) yield {kind, path, hash: name as Hash, size: stats.size, usedAt: stats.mtimeMs};
}

/**
 * Sorted, so that what is said about a store does not depend on the file system.
 * @throws PacelineError E_CACHE_READ
 */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw new PacelineError('E_CACHE_READ', `Cannot read the cache: ${message}`, {
      hint: 'Make it readable, or name another folder in PACELINE_CACHE_DIR.',
      cause: error,
    });
  }
}
