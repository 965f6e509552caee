import {closeSync, fstatSync, lstatSync, openSync} from 'node:fs';
import {type Digest, EMPTY_DIGEST, type Hash, hashOf} from '../digest.ts';
import type {ActionResult} from '../remote-api/messages.ts';
import type {BlobFiles} from './blob-files.ts';
import {type Contents, readContents} from './entry-contents.ts';
import {type BlobPlace, readIndex} from './entry-format.ts';
import {readInto, writeAll} from './file-bytes.ts';
import {namedBlobs} from './named-blobs.ts';
import {PackWindow} from './pack-window.ts';
import {removeQuietly, type StoreProblem} from './store-folder.ts';

/** Entries up to this size are read at once, bytes. */
const WHOLE_BYTES = 8 * 2 ** 20;

/** Where an entry is, and who hears of a broken one. */
export interface EntryPlace {
  readonly path: string;
  readonly action: Hash;
  readonly large: BlobFiles;
  readonly onProblem: (problem: StoreProblem) => void;
}

/**
 * An entry that stays as it is while it is open, whoever replaces or removes it meanwhile. What turns out to be broken is removed and
 * reported once; it is a miss, never an error.
 */
export class StoredEntry {
  readonly result: ActionResult;
  /** Everything but large blobs, bytes. */
  readonly size: number;
  readonly #place: EntryPlace;
  readonly #contents: Contents;
  readonly #inode: number;
  #file: number | undefined;
  #blobs: ReadonlyMap<Hash, BlobPlace> | undefined;
  #proven = false;
  #gone = false;

  /** Undefined when there is none, or none that can be read. */
  static open(place: EntryPlace, whole = true): StoredEntry | undefined {
    let file: number | undefined;
    try {
      file = openSync(place.path, 'r');
      const {size, ino} = fstatSync(file);
      const contents = readContents(file, size, place.action, whole && size <= WHOLE_BYTES);
      if (typeof contents !== 'string') return new StoredEntry(place, contents, size, ino, file);
      closeSync(file);
      if (contents === 'broken') removeBroken(place, ino, 'is broken');
    } catch (error) {
      if (file !== undefined) closeSync(file);
      const {code, message} = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && code !== 'ENOTDIR') place.onProblem({path: place.path, message});
    }
    return undefined;
  }

  private constructor(place: EntryPlace, contents: Contents, size: number, inode: number, file: number) {
    this.#place = place;
    this.#contents = contents;
    this.result = contents.result;
    this.size = size;
    this.#inode = inode;
    this.#file = file;
    // what is in memory needs no file
    if (contents.pack !== undefined) this.close();
  }

  /** Blobs of this entry that have files of their own. */
  get large(): readonly Digest[] {
    return [...this.#index()].flatMap(([hash, {offset, size}]) => (offset === undefined ? [{hash, size}] : []));
  }

  /**
   * Whether every blob that the result names is there, byte for byte; of large ones only the size counts with `largeBy` "size", for a
   * caller that copies them, which proves them. An entry that is not whole is removed.
   */
  verify(largeBy: 'content' | 'size' = 'content'): boolean {
    if (this.#gone) return false;
    if (!this.#provePack()) return this.#broken('has other bytes than were written');
    const named = namedBlobs(this.result, (digest) => this.bytes(digest));
    // an unreadable tree was reported where it was read
    if (named === undefined) return this.#gone ? false : this.#broken('has a tree that cannot be read');
    for (const digest of named) {
      const known = this.#index().get(digest.hash);
      if (known !== undefined && known.size !== digest.size) return this.#broken('names a blob of another size');
      if (known?.offset !== undefined) continue;
      const there = largeBy === 'size' ? this.#place.large.has(digest) : this.#place.large.verify(digest);
      if (!there) return this.#incomplete();
    }
    return true;
  }

  /** A blob that is known to be right; undefined when it is not there or was broken. It must not be changed. */
  bytes(digest: Digest): Uint8Array | undefined {
    if (digest.size === 0) return digest.hash === EMPTY_DIGEST.hash ? new Uint8Array() : undefined;
    const place = this.#index().get(digest.hash);
    if (place?.offset === undefined) {
      const bytes = this.#place.large.bytes(digest);
      if (bytes === undefined) this.#incomplete();
      return bytes;
    }
    const bytes = this.#packed(place.offset, place.size);
    if (bytes?.length === digest.size && (this.#proven || hashOf(bytes) === digest.hash)) return bytes;
    this.#broken('has other bytes than were written');
    return undefined;
  }

  /**
   * Writes a blob to an open file; false when it is not there or was broken, and what was written until then is worthless.
   * @throws whatever writing to the target throws
   */
  copyTo(digest: Digest, target: number): boolean {
    if (this.#index().get(digest.hash)?.offset === undefined && digest.size > 0) {
      return this.#place.large.copyTo(digest, target) || this.#incomplete();
    }
    const bytes = this.bytes(digest);
    if (bytes !== undefined) writeAll(target, bytes);
    return bytes !== undefined;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #index(): ReadonlyMap<Hash, BlobPlace> {
    this.#blobs ??= readIndex(this.#contents.tail, this.#contents.layout);
    return this.#blobs;
  }

  /** Unproven bytes of the pack. */
  #packed(offset: number, size: number): Uint8Array | undefined {
    const {pack} = this.#contents;
    if (pack !== undefined) return pack.subarray(offset, offset + size);
    if (this.#file === undefined) throw new Error('the entry is closed');
    try {
      const bytes = Buffer.allocUnsafe(size);
      return bytes.subarray(0, readInto(this.#file, bytes, offset));
    } catch {
      return undefined;
    }
  }

  /** Reads the packed blobs in order. */
  #provePack(): boolean {
    if (this.#proven) return true;
    const {pack, layout} = this.#contents;
    const window = new PackWindow(pack, layout.resultOffset, (offset, size) => this.#packed(offset, size));
    for (const [hash, {offset, size}] of this.#index()) {
      if (offset === undefined) continue;
      const bytes = window.read(offset, size);
      if (bytes === undefined || hashOf(bytes) !== hash) return false;
    }
    // what is read again later is proven again
    this.#proven = pack !== undefined;
    return true;
  }

  #broken(what: string): false {
    if (!this.#gone) removeBroken(this.#place, this.#inode, what);
    this.#gone = true;
    return false;
  }

  /** A blob was collected, or was broken, which is reported already. */
  #incomplete(): false {
    if (!this.#gone) removeIfSame(this.#place.path, this.#inode);
    this.#gone = true;
    return false;
  }
}

function removeBroken({path, onProblem}: EntryPlace, inode: number, what: string): void {
  removeIfSame(path, inode);
  onProblem({path, message: `${path} ${what} and counts as missing.`});
}

/** Somebody may have put a good one in its place. */
function removeIfSame(path: string, inode: number): void {
  try {
    if (lstatSync(path).ino === inode) removeQuietly(path);
  } catch {
    // it is gone
  }
}
