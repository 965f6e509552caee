import {readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import type {Digest} from './digest.ts';
import {FileIndex, type IndexContent, type Slot, STRIDE} from './file-index.ts';
import type {InputSet} from './input-set.ts';
import type {KnownVersion} from './toolchain.ts';

/** Grows when older programs would misread the file. */
const INDEX_FORMAT = 2;
const MAGIC = 'paceline index';

/** The last result of a task in this checkout: enough to see, without hashing anything, that it still holds. */
export interface TaskMemo {
  /** Everything the key was made of, as text. */
  readonly fingerprint: string;
  readonly action: string;
  /** Under which name the result is stored: `action`, or one that holds in this place only. */
  readonly entry: string;
  /** Files, links and empty folders. */
  readonly outputs: Int32Array;
  readonly outputsDigest: string;
  /** Stands for the outputs and for those of everything that the task needs. */
  readonly chain: string;
  /** Clock of the index when the outputs were as they should be. */
  readonly clock: number;
  /** How long the execution took, ms. */
  readonly executionMs: number;
  /** It was a hit since it was stored. */
  readonly wasHit?: boolean;
  /** What the task printed, when that is short; undefined: it is in the store. */
  readonly log?: string;
  readonly logDigest?: string;
  /** What the state of the task was: another run may have left files beside the outputs since. */
  readonly state?: string;
  /** The folder that all outputs lie in, relative to the root, and its digest as a tree of inputs. */
  readonly tree?: {readonly path: string; readonly digest: Digest};
  /** Where nothing but these outputs lay. */
  readonly clean?: CleanFolders;
  /** What git's index was when no source was known to lie among the outputs. */
  readonly git?: string;
}

/** Folders of outputs, there or not, in which nothing else lay when the index had this clock. */
export interface CleanFolders {
  readonly folders: Int32Array;
  readonly clock: number;
}

/** What a checkout remembers between runs; all of it can be made again. */
export interface Remembered {
  readonly index: FileIndex;
  readonly sets: Map<string, InputSet>;
  readonly memos: Map<string, TaskMemo>;
  readonly versions: Map<string, KnownVersion>;
}

interface Header {
  readonly magic: string;
  readonly format: number;
  readonly root: string;
  readonly clock: number;
  readonly count: number;
  readonly ints: number;
  readonly pathBytes: number;
  readonly links: readonly (readonly [Slot, string])[];
  readonly sets: readonly (readonly [
    key: string,
    digest: string,
    clock: number,
    shape: number,
    rules: number,
    problem: string | null,
  ])[];
  readonly memos: readonly (readonly [
    task: string,
    memo: Omit<TaskMemo, 'outputs' | 'clean'>,
    outputs: number,
    folders: number,
    clock: number,
  ])[];
  readonly versions: readonly (readonly [string, KnownVersion])[];
}

function nothingRemembered(root: string): Remembered {
  return {index: new FileIndex(root), sets: new Map(), memos: new Map(), versions: new Map()};
}

/**
 * Reads what was saved. `problem` says why a file that is there was not used: it is broken, or of another place.
 * The content is there twice: comparing the two costs less than loading anything that can compute a checksum.
 */
export function loadIndex(path: string, root: string): {readonly remembered: Remembered; readonly problem?: string} {
  let file: Buffer;
  try {
    file = readFileSync(path);
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException;
    return {remembered: nothingRemembered(root), ...(code !== 'ENOENT' && {problem: message})};
  }
  try {
    const half = file.length / 2;
    if (!Number.isInteger(half) || half === 0 || file.compare(file, half, file.length, 0, half) !== 0)
      return {remembered: nothingRemembered(root), problem: 'it is broken'};
    return decoded(file.subarray(0, half), root);
  } catch {
    return {remembered: nothingRemembered(root), problem: 'it is broken'};
  }
}

function decoded(file: Buffer, root: string): {readonly remembered: Remembered; readonly problem?: string} {
  const headerBytes = file.readUInt32LE(0);
  const header = JSON.parse(file.toString('utf8', 4, 4 + headerBytes)) as Header;
  if (header.magic !== MAGIC || header.format !== INDEX_FORMAT)
    return {remembered: nothingRemembered(root), problem: 'another version of paceline wrote it'};
  if (header.root !== root) return {remembered: nothingRemembered(root), problem: `it was made in ${header.root}`};
  const {count, ints, pathBytes} = header;
  let at = 4 + headerBytes;
  const take = (bytes: number): Buffer => {
    at += bytes;
    return file.subarray(at - bytes, at);
  };
  // typed arrays want aligned memory of their own, and room to grow
  const size = Math.max(64, 2 ** Math.ceil(Math.log2(count + 64)));
  const numbers = new Float64Array(size * STRIDE);
  new Uint8Array(numbers.buffer).set(take(count * STRIDE * 8));
  const words = new Int32Array(ints);
  new Uint8Array(words.buffer).set(take(ints * 4));
  const kinds = new Uint8Array(size);
  kinds.set(take(count));
  const racy = new Uint8Array(size);
  racy.set(take(count));
  const hashText = take(count * 64).toString('latin1');
  const paths = count === 0 ? [] : take(pathBytes).toString('utf8').split('\0');
  if (at !== file.length || paths.length !== count) throw new Error('lengths do not fit');
  const content: IndexContent = {
    paths,
    kinds,
    numbers,
    racy,
    hashText,
    links: new Map(header.links),
    clock: header.clock,
  };
  let word = 0;
  const takeWords = (length: number): Int32Array => {
    word += length;
    return words.subarray(word - length, word);
  };
  const sets = new Map<string, InputSet>();
  for (const [key, digest, clock, shape, rules, problem] of header.sets)
    sets.set(key, {
      shape: takeWords(shape),
      rules: takeWords(rules),
      digest,
      clock,
      ...(problem !== null && {problem}),
    });
  const memos = new Map<string, TaskMemo>();
  for (const [task, memo, outputs, folders, clock] of header.memos)
    memos.set(task, {
      ...memo,
      outputs: takeWords(outputs),
      ...(folders > 0 && {clean: {folders: takeWords(folders), clock}}),
    });
  return {remembered: {index: new FileIndex(root, content), sets, memos, versions: new Map(header.versions)}};
}

/**
 * Writes what was learnt, in place of what was there; the last of several runs wins.
 * @throws what the disk throws
 */
export function saveIndex(path: string, root: string, remembered: Remembered): void {
  const half = encoded(root, remembered);
  const fresh = `${path}.${process.pid}.new`;
  try {
    writeFileSync(fresh, Buffer.concat([half, half]));
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, {force: true});
    throw error;
  }
  removeLeft(path);
}

/** Runs that were killed while they wrote have left files as large as the index. */
function removeLeft(path: string): void {
  for (const name of readdirSync(dirname(path))) {
    const writer = /^index\.(\d+)\.new$/.exec(name)?.[1];
    if (writer !== undefined && !isRunning(Number(writer))) rmSync(join(dirname(path), name), {force: true});
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function encoded(root: string, {index, sets, memos, versions}: Remembered): Buffer {
  const {content} = index;
  const numbering = new Numbering();
  const ints: Int32Array[] = [];
  const keep = (slots: Int32Array): number => {
    ints.push(numbering.renumbered(slots));
    return slots.length;
  };
  const setRows = [...sets].map(
    ([key, {digest, clock, shape, rules, problem}]) =>
      [key, digest, clock, keep(shape), keep(rules), problem ?? null] as const,
  );
  const memoRows = [...memos].map(
    ([task, {outputs, clean, ...memo}]) =>
      [task, memo, keep(outputs), clean === undefined ? 0 : keep(clean.folders), clean?.clock ?? 0] as const,
  );
  // what is behind a link has a slot that only the link knows
  for (const slot of [...numbering.old]) {
    const path = content.paths[slot];
    if (content.links.has(slot)) numbering.of(index.slot(`${path}//`));
  }
  const {old} = numbering;
  const count = old.length;
  const numbers = new Float64Array(count * STRIDE);
  const kinds = new Uint8Array(count);
  const racy = new Uint8Array(count);
  const hashes: string[] = [];
  const paths: string[] = [];
  const links: [Slot, string][] = [];
  for (const [fresh, slot] of old.entries()) {
    numbers.set(content.numbers.subarray(slot * STRIDE, slot * STRIDE + STRIDE), fresh * STRIDE);
    kinds[fresh] = content.kinds[slot] ?? 0;
    racy[fresh] = content.racy[slot] ?? 0;
    hashes.push(index.hash(slot).padEnd(64));
    paths.push(content.paths[slot] ?? '');
    const link = content.links.get(slot);
    if (link !== undefined) links.push([fresh, link]);
  }
  const pathText = Buffer.from(paths.join('\0'));
  const words = Buffer.concat(ints.map((one) => Buffer.from(one.buffer, one.byteOffset, one.byteLength)));
  const header: Header = {
    magic: MAGIC,
    format: INDEX_FORMAT,
    root,
    clock: content.clock,
    count,
    ints: words.length / 4,
    pathBytes: pathText.length,
    links,
    sets: setRows,
    memos: memoRows,
    versions: [...versions],
  };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([
    length,
    text,
    Buffer.from(numbers.buffer),
    words,
    kinds,
    racy,
    Buffer.from(hashes.join(''), 'latin1'),
    pathText,
  ]);
}

/** New numbers for the slots that are still used, in order of their use. */
class Numbering {
  readonly old: Slot[] = [];
  readonly #fresh = new Map<Slot, Slot>();

  of(slot: Slot): Slot {
    const known = this.#fresh.get(slot);
    if (known !== undefined) return known;
    const fresh = this.old.push(slot) - 1;
    this.#fresh.set(slot, fresh);
    return fresh;
  }

  /** Also in the form of a set: `~slot` for folders, and an end mark. */
  renumbered(slots: Int32Array): Int32Array {
    return slots.map((entry) => (entry === 0x7fffffff ? entry : entry < 0 ? ~this.of(~entry) : this.of(entry)));
  }
}
