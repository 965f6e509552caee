import {rmdirSync, unlinkSync} from 'node:fs';
import {join} from 'node:path';
import {shardsIn, storedFiles, temporaryFiles} from './store-files.ts';
import type {StoreFolder} from './store-folder.ts';
import {type StoreStats, storeStats} from './store-stats.ts';

/** What paceline makes in the folder of a format besides results. */
const OWN_FILES = ['gc.json', 'gc.lock', 'CACHEDIR.TAG', '.gitignore'];

/**
 * Removes everything that paceline has put into a store, and says what that was. Other files stay: somebody may have named a folder of
 * theirs as the store.
 * @throws PacelineError E_CACHE_WRITE, E_CACHE_READ
 */
export function clearStore(folder: StoreFolder): StoreStats {
  try {
    const stats = storeStats(folder);
    for (const {path} of [...storedFiles(folder), ...temporaryFiles(folder)]) ignoring(unlinkSync, path);
    for (const name of OWN_FILES) ignoring(unlinkSync, join(folder.path, name));
    for (const parent of [folder.entries, folder.blobs]) {
      for (const shard of shardsIn(parent)) ignoring(rmdirSync, shard);
      ignoring(rmdirSync, parent);
    }
    ignoring(rmdirSync, folder.temporaries);
    ignoring(rmdirSync, folder.path);
    return stats;
  } catch (error) {
    throw folder.writeError(error);
  }
}

/** Others may have been faster, or have put something there meanwhile. */
function ignoring(remove: (path: string) => void, path: string): void {
  try {
    remove(path);
  } catch (error) {
    const {code = ''} = error as NodeJS.ErrnoException;
    if (!['ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST'].includes(code)) throw error;
  }
}
