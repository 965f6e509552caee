import {closeSync, constants, copyFileSync, fstatSync, openSync, utimesSync} from 'node:fs';
import {crypto, type Digest, digestOf, EMPTY_DIGEST, type Hash, hashOf} from '../digest.ts';
import {CHUNK_BYTES, readInto, writeAll} from './file-bytes.ts';
import {changedError, sourceError, withSource} from './source-file.ts';
import {protect, removeQuietly, type StoreFolder, type StoreProblem} from './store-folder.ts';

/** Sees the bytes of a file in order; each chunk is valid during the call only. */
export type OnBytes = (chunk: Uint8Array) => void;

/** Blobs with a file of their own, named by their hash. All reads check size and hash; a broken file is removed. */
export class BlobFiles {
  readonly #folder: StoreFolder;
  readonly #onProblem: (problem: StoreProblem) => void;
  #chunk: Buffer | undefined;

  constructor(folder: StoreFolder, onProblem: (problem: StoreProblem) => void) {
    this.#folder = folder;
    this.#onProblem = onProblem;
  }

  /** @throws PacelineError E_CACHE_WRITE */
  put(bytes: Uint8Array, digest: Digest = digestOf(bytes)): Digest {
    if (digest.size === 0) return digest;
    // reading costs much less than making a file
    const known = this.#read(digest);
    if (known !== undefined && Buffer.compare(known, bytes) === 0) this.touch(digest.hash);
    else this.#folder.write(this.#folder.blob(digest.hash), bytes);
    return digest;
  }

  /**
   * Stores a file of `size` bytes in constant memory.
   * @throws PacelineError E_CACHE_WRITE, or E_CACHE_SOURCE when the file cannot be read or has another size
   */
  putFile(path: string, size: number, onBytes?: OnBytes): Digest {
    return withSource(path, (file) => {
      if (size > CHUNK_BYTES) return this.#copy(file, path, size, onBytes);
      const bytes = wholeFile(file, path, this.#buffer().subarray(0, size + 1));
      if (bytes.length !== size) throw changedError(path);
      onBytes?.(bytes);
      return this.put(bytes);
    });
  }

  /** An open file of the right size, or undefined. Its bytes are not checked. */
  open(digest: Digest): number | undefined {
    const path = this.#folder.blob(digest.hash);
    let file: number | undefined;
    try {
      file = openSync(path, 'r');
      if (fstatSync(file).size === digest.size) return file;
      this.#damaged(path, 'has a wrong size');
    } catch (error) {
      const {code, message} = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && code !== 'ENOTDIR') this.#onProblem({path, message});
    }
    if (file !== undefined) closeSync(file);
    return undefined;
  }

  has(digest: Digest): boolean {
    if (digest.size === 0) return digest.hash === EMPTY_DIGEST.hash;
    const file = this.open(digest);
    if (file !== undefined) closeSync(file);
    return file !== undefined;
  }

  verify(digest: Digest): boolean {
    return this.#eachChunk(digest, () => {});
  }

  /** The bytes of a blob that fits into memory; undefined when it is not there or was broken. */
  bytes(digest: Digest): Uint8Array | undefined {
    if (digest.size === 0) return digest.hash === EMPTY_DIGEST.hash ? new Uint8Array() : undefined;
    const bytes = this.#read(digest);
    if (bytes === undefined) return undefined;
    if (bytes.length === digest.size && hashOf(bytes) === digest.hash) return bytes;
    this.#damaged(this.#folder.blob(digest.hash), 'has other bytes than its name says');
    return undefined;
  }

  /**
   * Writes a blob to an open file; false when it is not there or was broken, and what was written until then is worthless.
   * @throws whatever writing to the target throws
   */
  copyTo(digest: Digest, target: number): boolean {
    return this.#eachChunk(digest, (chunk) => writeAll(target, chunk));
  }

  /** Makes it the most recently used. */
  touch(hash: Hash): void {
    touchQuietly(this.#folder.blob(hash));
  }

  #eachChunk(digest: Digest, onChunk: OnBytes): boolean {
    if (digest.size === 0) return digest.hash === EMPTY_DIGEST.hash;
    const file = this.open(digest);
    if (file === undefined) return false;
    const path = this.#folder.blob(digest.hash);
    try {
      const read = hashedChunks(file, this.#buffer(), onChunk, (error) => {
        this.#onProblem({path, message: (error as Error).message});
      });
      if (read === undefined) return false;
      if (read.size === digest.size && read.hash === digest.hash) return true;
      this.#damaged(path, 'has other bytes than its name says');
      return false;
    } finally {
      closeSync(file);
    }
  }

  /** Unchecked. */
  #read(digest: Digest): Uint8Array | undefined {
    const file = this.open(digest);
    if (file === undefined) return undefined;
    try {
      const bytes = Buffer.allocUnsafeSlow(digest.size);
      return bytes.subarray(0, readInto(file, bytes));
    } catch (error) {
      this.#onProblem({path: this.#folder.blob(digest.hash), message: (error as Error).message});
      return undefined;
    } finally {
      closeSync(file);
    }
  }

  /** A clone where the file system has them. The hash is that of the copy: the source may change meanwhile. */
  #copy(file: number, path: string, size: number, onBytes?: OnBytes): Digest {
    // on Linux this is the very file that was opened, whatever has its name by now
    const source = process.platform === 'linux' ? `/proc/self/fd/${file}` : path;
    const {path: temporary} = this.#folder.createTemporary((name) => {
      copyFileSync(source, name, constants.COPYFILE_FICLONE);
      protect(name);
    });
    try {
      const digest = this.#hashCopy(temporary, onBytes);
      if (digest.size !== size) throw changedError(path);
      this.#folder.place(temporary, this.#folder.blob(digest.hash));
      this.#folder.written += size;
      return digest;
    } catch (error) {
      removeQuietly(temporary);
      throw error;
    }
  }

  #hashCopy(copy: string, onBytes: OnBytes = () => {}): Digest {
    let file: number;
    try {
      file = openSync(copy, 'r');
    } catch (error) {
      throw this.#folder.writeError(error);
    }
    try {
      const read = hashedChunks(file, this.#buffer(), onBytes, (error) => {
        throw this.#folder.writeError(error);
      });
      return read ?? EMPTY_DIGEST;
    } finally {
      closeSync(file);
    }
  }

  #damaged(path: string, what: string): void {
    removeQuietly(path);
    this.#onProblem({path, message: `${path} ${what} and counts as missing.`});
  }

  #buffer(): Buffer {
    // a byte more than a file that is read at once, to see that it ends
    this.#chunk ??= Buffer.allocUnsafeSlow(CHUNK_BYTES + 1);
    return this.#chunk;
  }
}

export function touchQuietly(path: string): void {
  const now = Date.now() / 1000;
  try {
    utimesSync(path, now, now);
  } catch {
    // it is gone, or the store may only be read: it only seems older than it is
  }
}

/** Reads a file to its end; `onError` decides about errors of reading, not about those of `onChunk`. */
function hashedChunks(
  file: number,
  buffer: Buffer,
  onChunk: OnBytes,
  onError: (error: unknown) => void,
): Digest | undefined {
  const hash = crypto().createHash('sha256');
  let size = 0;
  for (;;) {
    let count: number;
    try {
      count = readInto(file, buffer.subarray(0, CHUNK_BYTES));
    } catch (error) {
      onError(error);
      return undefined;
    }
    const chunk = buffer.subarray(0, count);
    hash.update(chunk);
    size += count;
    if (count > 0) onChunk(chunk);
    if (count < CHUNK_BYTES) return {hash: hash.digest('hex') as Hash, size};
  }
}

/** What a file holds, as far as it fits. */
export function wholeFile(file: number, path: string, target: Uint8Array): Uint8Array {
  try {
    return target.subarray(0, readInto(file, target));
  } catch (error) {
    throw sourceError(path, error);
  }
}
