import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import {crypto, EMPTY_DIGEST, type Hash, hashOf} from './digest.ts';
import {installedText, isInstalledRecord} from './installed-record.ts';

/** What tells that a file is still the one that was read. */
type FileFacts = Pick<Stats, 'size' | 'mtimeMs' | 'ctimeMs' | 'ino' | 'mode'>;

export type FileKind = 'unknown' | 'missing' | 'file' | 'directory' | 'link' | 'special' | 'unreadable';

const KINDS: readonly FileKind[] = ['unknown', 'missing', 'file', 'directory', 'link', 'special', 'unreadable'];

/** A file's number in the index. */
export type Slot = number;

/** Numbers kept for each slot: size, mtime, ctime (ms), inode, mode, and the clock of the index when its content last changed. */
export const STRIDE = 6;
const [SIZE, MTIME, CTIME, INODE, MODE, VERSION] = [0, 1, 2, 3, 4, 5] as const;

/** A clock tick of the kernels we know is 10 ms at most; times within it do not tell two writes apart. */
const TICK_MS = 12;
/** File systems that keep whole seconds only. */
const COARSE_TICK_MS = 2000;
const CHUNK = 1 << 20;

/** What is persisted, slot by slot. */
export interface IndexContent {
  readonly paths: readonly string[];
  readonly kinds: Uint8Array;
  readonly numbers: Float64Array;
  readonly racy: Uint8Array;
  /** 64 letters a slot; blanks for what has none. */
  readonly hashText: string;
  /** For links: where they point, and what is there. */
  readonly links: ReadonlyMap<Slot, string>;
  readonly clock: number;
}

/**
 * What is known about files of a checkout, so that a file whose stat is the same need not be read again. A file counts as unchanged
 * only when size, mtime, ctime, inode and mode are; one that was read within a clock tick of its last change is read again.
 */
export class FileIndex {
  readonly #root: string;
  readonly paths: string[];
  #kinds: Uint8Array;
  #numbers: Float64Array;
  #racy: Uint8Array;
  /** Those that are newer than the text. */
  readonly #hashes: (string | undefined)[] = [];
  readonly #hashText: string;
  readonly #links: Map<Slot, string>;
  #checked: Float64Array;
  #slots: Map<string, Slot> | undefined;
  #clock: number;
  readonly #touched = new Map<Slot, number>();
  #touches = 0;
  #changed = false;
  /** Files whose content was read since the program started. */
  hashed = 0;
  /** Bytes of them. */
  hashedBytes = 0;
  /** Files that were read again in this process although they had not changed. */
  hashedTwice = 0;
  readonly #hashedHere = new Map<Slot, string>();
  /** Calls of lstat. */
  looked = 0;

  /** @param root absolute path; paths in the index are relative to it */
  constructor(root: string, content?: IndexContent) {
    this.#root = root;
    this.paths = content === undefined ? [] : (content.paths as string[]);
    this.#kinds = content?.kinds ?? new Uint8Array(64);
    this.#numbers = content?.numbers ?? new Float64Array(64 * STRIDE);
    this.#racy = content?.racy ?? new Uint8Array(64);
    this.#hashText = content?.hashText ?? '';
    this.#links = new Map(content?.links);
    this.#checked = new Float64Array(Math.max(64, this.#kinds.length)).fill(-1);
    this.#clock = content?.clock ?? 1;
  }

  /** Grows whenever some file turns out to have changed. */
  get clock(): number {
    return this.#clock;
  }

  /** Whether there is something that a saved index does not know yet. */
  get changed(): boolean {
    return this.#changed;
  }

  get content(): Omit<IndexContent, 'hashText'> {
    return {
      paths: this.paths,
      kinds: this.#kinds,
      numbers: this.#numbers,
      racy: this.#racy,
      links: this.#links,
      clock: this.#clock,
    };
  }

  slot(path: string): Slot {
    if (this.#slots === undefined) {
      this.#slots = new Map();
      for (const [slot, known] of this.paths.entries()) this.#slots.set(known, slot);
    }
    const known = this.#slots.get(path);
    if (known !== undefined) return known;
    const slot = this.paths.push(path) - 1;
    this.#slots.set(path, slot);
    if (slot >= this.#kinds.length) this.#grow();
    this.#hashes[slot] = '';
    this.#checked[slot] = -1;
    return slot;
  }

  kind(slot: Slot): FileKind {
    return KINDS[this.#kinds[slot] ?? 0] ?? 'unknown';
  }

  /** Of a file's content; of a link, of its target and what is there; '' for what has no content. */
  hash(slot: Slot): Hash {
    const known = this.#hashes[slot];
    if (known !== undefined) return known as Hash;
    const at = slot * 64;
    return (this.#hashText.charCodeAt(at) > 0x20 ? this.#hashText.slice(at, at + 64) : '') as Hash;
  }

  size(slot: Slot): number {
    return this.#number(slot, SIZE);
  }

  /** Permission bits. */
  mode(slot: Slot): number {
    return this.#number(slot, MODE) & 0o7777;
  }

  isExecutable(slot: Slot): boolean {
    return (this.mode(slot) & 0o100) !== 0;
  }

  /** Where a link points. */
  target(slot: Slot): string {
    const identity = this.#links.get(slot) ?? '';
    const end = identity.indexOf('\0');
    return end < 0 ? identity : identity.slice(0, end);
  }

  /** A link behind which there is a folder. */
  isFolderLink(slot: Slot): boolean {
    return this.#links.get(slot)?.endsWith('\0directory') === true;
  }

  /** The clock of the index when the file was last seen to have changed. */
  version(slot: Slot): number {
    return this.#number(slot, VERSION);
  }

  /**
   * Makes sure that the slot says what is there now, where `now` means: not before `since` (ms, `performance.now()`). A file that
   * changed is read. Returns its version.
   */
  refresh(slot: Slot, since: number): number {
    if ((this.#checked[slot] ?? -1) >= since) return this.#number(slot, VERSION);
    this.#checked[slot] = performance.now();
    const path = this.#absolute(slot);
    this.looked++;
    let stat: Stats | undefined;
    try {
      stat = lstatSync(path, {throwIfNoEntry: false});
    } catch {
      // a parent that is no folder any more
    }
    if (stat === undefined) this.#vanish(slot);
    else if (stat.isSymbolicLink()) this.#refreshLink(slot, stat, since);
    else if (!this.#isSame(slot, stat)) {
      this.#touched.set(slot, ++this.#touches);
      this.#read(slot, stat);
    } else if (this.#racy[slot] === 1) this.#read(slot, stat);
    return this.#number(slot, VERSION);
  }

  /** Grows whenever a file turns out to have been written, be its content what it was. */
  get touches(): number {
    return this.#touches;
  }

  /** Whether a file was written, or changed otherwise, after `touches` was what is given. */
  wasTouched(slot: Slot, touches: number): boolean {
    return (this.#touched.get(slot) ?? 0) > touches;
  }

  /** Notes a file that was just written or read by somebody who knows its content. */
  record(slot: Slot, stat: Stats, hash: Hash): void {
    this.#checked[slot] = performance.now();
    this.#becomes(slot, stat.isSymbolicLink() ? 'link' : stat.isDirectory() ? 'directory' : 'file', hash, stat);
    this.#setRacy(slot, isRacy(stat, Date.now()));
  }

  /**
   * Notes a file that was just written, with the bytes of `hash`.
   * @param at Unix time, ms, before it was written
   */
  recordFile(slot: Slot, stat: FileFacts, hash: Hash, at: number): void {
    this.#checked[slot] = performance.now();
    this.#becomes(slot, 'file', hash, stat);
    this.#setRacy(slot, isRacy(stat, at));
  }

  /** Whether a slot is a file, read or not, with just this stat. */
  isSameStat(slot: Slot, stat: Stats): boolean {
    return this.#isSame(slot, stat) && this.#racy[slot] === 0;
  }

  #read(slot: Slot, stat: Stats): void {
    const startedAt = Date.now();
    if (stat.isDirectory()) {
      this.#becomes(slot, 'directory', '', stat, true);
      this.#setRacy(slot, isRacy(stat, startedAt));
      return;
    }
    if (!stat.isFile()) {
      this.#becomes(slot, 'special', '', stat);
      return;
    }
    for (let attempt = 1; ; attempt++) {
      const content = this.#contentOf(slot);
      if (content === undefined) {
        this.#becomes(slot, 'unreadable', '');
        return;
      }
      if (content.stable || attempt === 3) {
        this.#becomes(slot, 'file', content.hash, content.stat);
        this.#setRacy(slot, !content.stable || isRacy(content.stat, startedAt));
        return;
      }
    }
  }

  /** Reads a file; `stable` when it did not change meanwhile. */
  #contentOf(slot: Slot): {hash: Hash; stat: Stats; stable: boolean} | undefined {
    const path = this.#absolute(slot);
    let descriptor: number | undefined;
    try {
      // never waits for the writer of a pipe that took the file's place
      descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      const before = fstatSync(descriptor);
      if (!before.isFile()) return undefined;
      const {hash, bytes} = hashDescriptor(descriptor, before.size, isInstalledRecord(this.paths[slot] ?? ''));
      const after = fstatSync(descriptor);
      this.#countHash(slot, hash, bytes);
      const stable =
        bytes === after.size &&
        before.size === after.size &&
        before.mtimeMs === after.mtimeMs &&
        before.ctimeMs === after.ctimeMs;
      return {hash, stat: after, stable};
    } catch {
      return undefined;
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
  }

  /** A link is its target, and what is there: an edit behind a link is a change. */
  #refreshLink(slot: Slot, stat: Stats, since: number): void {
    const path = this.#absolute(slot);
    let identity: string;
    try {
      identity = readlinkSync(path);
      // bytes that are no UTF-8 all look the same as text
      if (identity.includes('\ufffd')) identity += `\0${readlinkSync(path, 'buffer').toString('hex')}`;
    } catch {
      this.#vanish(slot);
      return;
    }
    const behind = statOrNothing(path);
    if (behind?.isFile() === true) {
      // a slot of its own, reached through the link
      const file = this.slot(`${this.paths[slot]}//`);
      if ((this.#checked[file] ?? -1) < since) {
        this.#checked[file] = performance.now();
        if (!this.#isSame(file, behind) || this.#racy[file] === 1) this.#readBehind(file, path, behind);
      }
      identity += `\0${this.hash(file)}${this.isExecutable(file) ? 'x' : ''}`;
    } else if (behind !== undefined) identity += behind.isDirectory() ? '\0directory' : '\0special';
    if (this.kind(slot) === 'link' && this.#links.get(slot) === identity) return;
    this.#links.set(slot, identity);
    this.#becomes(slot, 'link', hashOf(identity), stat, true);
  }

  #readBehind(slot: Slot, path: string, stat: Stats): void {
    const startedAt = Date.now();
    let descriptor: number | undefined;
    try {
      descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      const {hash, bytes} = hashDescriptor(descriptor, stat.size, false);
      this.#countHash(slot, hash, bytes);
      this.#becomes(slot, 'file', hash, stat);
      this.#setRacy(slot, isRacy(stat, startedAt));
    } catch {
      this.#becomes(slot, 'unreadable', '');
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
  }

  #countHash(slot: Slot, hash: Hash, bytes: number): void {
    this.hashed++;
    this.hashedBytes += bytes;
    if (this.#hashedHere.get(slot) === hash) this.hashedTwice++;
    this.#hashedHere.set(slot, hash);
  }

  #setRacy(slot: Slot, racy: boolean): void {
    const value = racy ? 1 : 0;
    if (this.#racy[slot] === value) return;
    this.#racy[slot] = value;
    this.#changed = true;
  }

  #vanish(slot: Slot): void {
    // whatever comes back is read again, even if its times are the old ones
    this.#numbers[slot * STRIDE + MTIME] = -1;
    this.#becomes(slot, 'missing', '');
  }

  #becomes(slot: Slot, kind: FileKind, hash: string, stat?: FileFacts, always = false): void {
    const number = KINDS.indexOf(kind);
    const before = this.#kinds[slot];
    const mode = this.mode(slot);
    if (stat !== undefined && !this.#isSame(slot, stat)) {
      const base = slot * STRIDE;
      this.#numbers[base + SIZE] = stat.size;
      this.#numbers[base + MTIME] = stat.mtimeMs;
      this.#numbers[base + CTIME] = stat.ctimeMs;
      this.#numbers[base + INODE] = stat.ino;
      this.#numbers[base + MODE] = stat.mode;
      this.#changed = true;
    }
    const same = before === number && this.hash(slot) === hash && (kind !== 'file' || mode === this.mode(slot));
    if (same && !always) return;
    this.#kinds[slot] = number;
    this.#hashes[slot] = hash;
    this.#numbers[slot * STRIDE + VERSION] = ++this.#clock;
    this.#changed = true;
  }

  #isSame(slot: Slot, stat: FileFacts): boolean {
    const base = slot * STRIDE;
    const numbers = this.#numbers;
    return (
      numbers[base + MTIME] === stat.mtimeMs &&
      numbers[base + CTIME] === stat.ctimeMs &&
      numbers[base + SIZE] === stat.size &&
      numbers[base + INODE] === stat.ino &&
      numbers[base + MODE] === stat.mode
    );
  }

  #number(slot: Slot, which: number): number {
    return this.#numbers[slot * STRIDE + which] ?? 0;
  }

  #absolute(slot: Slot): string {
    return join2(this.#root, this.paths[slot] ?? '');
  }

  #grow(): void {
    const size = this.#kinds.length * 2;
    this.#kinds = grown(this.#kinds, new Uint8Array(size));
    this.#racy = grown(this.#racy, new Uint8Array(size));
    this.#numbers = grown(this.#numbers, new Float64Array(size * STRIDE));
    this.#checked = grown(this.#checked, new Float64Array(size).fill(-1));
  }
}

function grown<Numbers extends Uint8Array | Float64Array>(old: Numbers, fresh: Numbers): Numbers {
  fresh.set(old);
  return fresh;
}

/** Whether a later write could leave the same times. `now`: ms since the epoch, when reading began. */
function isRacy(stat: FileFacts, now: number): boolean {
  const tick = stat.ctimeMs % 1000 === 0 ? COARSE_TICK_MS : TICK_MS;
  return now - stat.ctimeMs < tick;
}

let buffer: Buffer | undefined;

function hashDescriptor(descriptor: number, size: number, installed: boolean): {hash: Hash; bytes: number} {
  buffer ??= Buffer.allocUnsafe(CHUNK);
  if (size === 0) return {hash: EMPTY_DIGEST.hash, bytes: readSync(descriptor, buffer, 0, 1, 0)};
  if (installed) {
    const text = Buffer.alloc(size);
    const bytes = readSync(descriptor, text, 0, size, 0);
    return {hash: hashOf(installedText(text.subarray(0, bytes).toString('utf8'))), bytes};
  }
  let bytes = readSync(descriptor, buffer, 0, CHUNK, 0);
  if (size < CHUNK) return {hash: crypto().hash('sha256', buffer.subarray(0, bytes), 'hex') as Hash, bytes};
  const hash = crypto().createHash('sha256');
  for (let read = bytes; read > 0; bytes += read) {
    hash.update(buffer.subarray(0, read));
    read = readSync(descriptor, buffer, 0, CHUNK, bytes);
  }
  return {hash: hash.digest('hex') as Hash, bytes};
}

function statOrNothing(path: string): Stats | undefined {
  try {
    return statSync(path, {throwIfNoEntry: false});
  } catch {
    return undefined;
  }
}

/** `path.join` normalises, which costs more than the call that the path is for. */
function join2(root: string, path: string): string {
  return path === '' ? root : `${root}/${path}`;
}
