import {closeSync, openSync} from 'node:fs';
import {PacelineError} from '../../base/error.ts';
import {type Digest, type Hash, hashOf} from '../digest.ts';
import {encodeActionResult} from '../remote-api/encode.ts';
import type {ActionResult} from '../remote-api/messages.ts';
import {type BlobFiles, type OnBytes, touchQuietly, wholeFile} from './blob-files.ts';
import {type BlobPlace, makeTail, sealTail} from './entry-format.ts';
import {writeAll} from './file-bytes.ts';
import {changedError, withSource} from './source-file.ts';
import {removeQuietly, type StoreFolder} from './store-folder.ts';

/** Blobs of this many bytes and more have a file of their own. Making a file is what costs, not its bytes. */
export const APART_BYTES = 128 * 1024;

/** A buffer that entries are written through, one at a time. */
export const PACK_BYTES = 2 ** 20;

/**
 * Writes one entry: blobs, then the result, then its name. Nobody sees it before `publish`. When the store cannot be written every
 * method throws a PacelineError E_CACHE_WRITE, and the temporary file is gone.
 */
export class EntryWriter {
  readonly #folder: StoreFolder;
  readonly #large: BlobFiles;
  readonly #temporary: string;
  readonly #file: number;
  readonly #blobs = new Map<Hash, BlobPlace>();
  readonly #release: (buffer: Buffer) => void;
  #buffer: Buffer | undefined;
  /** Bytes in the buffer. */
  #used = 0;
  /** Bytes in the file. */
  #flushed = 0;
  #tail: Buffer | undefined;
  #ended = false;

  /** `release` takes the buffer back. */
  constructor(folder: StoreFolder, large: BlobFiles, buffer: Buffer, release: (buffer: Buffer) => void) {
    const {path, made} = folder.createTemporary((name) => openSync(name, 'wx', 0o444));
    this.#folder = folder;
    this.#large = large;
    this.#temporary = path;
    this.#file = made;
    this.#buffer = buffer;
    this.#release = release;
  }

  /** `known` is the hash, where somebody has it already. */
  addBytes(bytes: Uint8Array, known?: Hash): Digest {
    const digest = {hash: known ?? hashOf(bytes), size: bytes.length};
    if (bytes.length >= APART_BYTES) {
      if (!this.#blobs.has(digest.hash)) this.#apart(this.#writing(() => this.#large.put(bytes, digest)));
    } else if (this.#isNew(digest)) {
      this.#room(bytes.length).set(bytes);
      this.#keep(digest);
    }
    return digest;
  }

  /**
   * `size` is what the caller has seen, bytes; `onBytes` sees the whole file.
   * @throws PacelineError E_CACHE_SOURCE when the file cannot be read, is a link by now or has another size
   */
  addFile(path: string, size: number, onBytes?: OnBytes): Digest {
    if (size >= APART_BYTES) return this.#apart(this.#writing(() => this.#large.putFile(path, size, onBytes)));
    // the byte more shows whether the file ends there
    const room = this.#room(size + 1);
    const bytes = withSource(path, (file) => wholeFile(file, path, room));
    if (bytes.length !== size) throw changedError(path);
    onBytes?.(bytes);
    const digest = {hash: hashOf(bytes), size};
    if (this.#isNew(digest)) this.#keep(digest);
    return digest;
  }

  /** Ends the entry. Nothing can be added any more, and the result is not checked against what was added. */
  seal(result: ActionResult): void {
    this.#flush();
    this.#tail = makeTail(encodeActionResult(result), this.#flushed, this.#blobs);
    this.#giveBack();
  }

  /** Makes the entry the one of an action, in place of an older one. */
  publish(action: Hash): void {
    const tail = this.#tail;
    if (tail === undefined || this.#ended) throw new Error('an entry is published once, after it was sealed');
    sealTail(tail, action);
    this.#writing(() => writeAll(this.#file, tail));
    this.#end();
    this.#folder.place(this.#temporary, this.#folder.entry(action));
    this.#folder.written += this.#flushed + tail.length;
    // never older than what names them: the oldest files are collected first
    for (const [hash, {offset}] of this.#blobs) if (offset === undefined) touchQuietly(this.#folder.blob(hash));
  }

  /** Removes what was written; does nothing after `publish`. */
  discard(): void {
    if (this.#ended) return;
    this.#end();
    removeQuietly(this.#temporary);
  }

  #isNew({hash, size}: Digest): boolean {
    return size > 0 && !this.#blobs.has(hash);
  }

  #apart(digest: Digest): Digest {
    this.#blobs.set(digest.hash, {offset: undefined, size: digest.size});
    return digest;
  }

  /** The next `size` bytes of the buffer, which become part of the entry with `#keep`. */
  #room(size: number): Buffer {
    if (this.#buffer === undefined) throw new Error('nothing can be added to a sealed entry');
    if (this.#used + size > this.#buffer.length) this.#flush();
    return this.#buffer.subarray(this.#used, this.#used + size);
  }

  #keep({hash, size}: Digest): void {
    this.#blobs.set(hash, {offset: this.#flushed + this.#used, size});
    this.#used += size;
  }

  #flush(): void {
    const bytes = this.#buffer?.subarray(0, this.#used);
    if (bytes === undefined) throw new Error('a sealed entry has nothing to write');
    this.#writing(() => writeAll(this.#file, bytes));
    this.#flushed += this.#used;
    this.#used = 0;
  }

  #writing<Result>(write: () => Result): Result {
    try {
      return write();
    } catch (error) {
      const known = this.#folder.writeError(error);
      if (known instanceof PacelineError && known.code === 'E_CACHE_WRITE') this.discard();
      throw known;
    }
  }

  #giveBack(): void {
    if (this.#buffer !== undefined) this.#release(this.#buffer);
    this.#buffer = undefined;
  }

  #end(): void {
    this.#ended = true;
    this.#giveBack();
    closeSync(this.#file);
  }
}
