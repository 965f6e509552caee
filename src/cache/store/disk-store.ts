import {lstatSync} from 'node:fs';
import type {Digest, Hash} from '../digest.ts';
import {BlobFiles, type OnBytes, touchQuietly} from './blob-files.ts';
import {EntryWriter, PACK_BYTES} from './entry-writer.ts';
import {StoreFolder, type StoreProblem} from './store-folder.ts';
import {StoredEntry} from './stored-entry.ts';

/** Results of tasks in a folder that any number of processes read and write at the same time. */
export class DiskStore {
  readonly folder: StoreFolder;
  /** Large blobs, and those that belong to no entry. */
  readonly blobs: BlobFiles;
  readonly #onProblem: (problem: StoreProblem) => void;
  readonly #buffers: Buffer[] = [];

  /** Touches nothing. `onProblem` hears once of everything that is broken or cannot be read. */
  constructor(directory: string, onProblem: (problem: StoreProblem) => void = () => {}) {
    this.folder = new StoreFolder(directory);
    this.#onProblem = onProblem;
    this.blobs = new BlobFiles(this.folder, onProblem);
  }

  get directory(): string {
    return this.folder.directory;
  }

  /** Bytes that were written through this object. */
  get written(): number {
    return this.folder.written;
  }

  /** When the entry was last used, Unix time in ms; undefined when there is none. Says nothing of what is in it. */
  entryTime(action: Hash): number | undefined {
    try {
      const stats = lstatSync(this.folder.entry(action), {throwIfNoEntry: false});
      return stats?.isFile() === true ? stats.mtimeMs : undefined;
    } catch {
      return undefined;
    }
  }

  /** Makes the entry and its large blobs the most recently used. The blobs come last, so that an entry is never the newer one. */
  touch(action: Hash): void {
    const entry = this.#open(action, false);
    if (entry === undefined) return;
    const {large} = entry;
    entry.close();
    touchQuietly(this.folder.entry(action));
    for (const {hash} of large) this.blobs.touch(hash);
  }

  /** @throws PacelineError E_CACHE_WRITE when the store cannot be written */
  write(): EntryWriter {
    return new EntryWriter(
      this.folder,
      this.blobs,
      this.#buffers.pop() ?? Buffer.allocUnsafeSlow(PACK_BYTES),
      (buffer) => this.#buffers.push(buffer),
    );
  }

  /** Undefined when there is none; a broken one is removed and reported. */
  read(action: Hash): StoredEntry | undefined {
    return this.#open(action, true);
  }

  /**
   * Keeps a blob that belongs to no entry.
   * @throws PacelineError E_CACHE_WRITE
   */
  putBlob(bytes: Uint8Array): Digest {
    return this.blobs.put(bytes);
  }

  /**
   * Keeps a file of `size` bytes that belongs to no entry.
   * @throws PacelineError E_CACHE_WRITE, or E_CACHE_SOURCE when the file cannot be read or has another size
   */
  putFile(path: string, size: number, onBytes?: OnBytes): Digest {
    return this.blobs.putFile(path, size, onBytes);
  }

  #open(action: Hash, whole: boolean): StoredEntry | undefined {
    const place = {path: this.folder.entry(action), action, large: this.blobs, onProblem: this.#onProblem};
    return StoredEntry.open(place, whole);
  }
}
