import {readlinkSync} from 'node:fs';
import {posix} from 'node:path';
import type {OutputSize} from '../record/events.ts';
import {type Digest, EMPTY_DIGEST, type Hash, hashOf} from './digest.ts';
import type {FileIndex, Slot} from './file-index.ts';
import type {OutputFiles} from './output-files.ts';
import type {ActionResult, OutputDirectory, OutputFile, OutputSymlink} from './remote-api/messages.ts';
import type {EntryWriter} from './store/entry-writer.ts';

/** What a task left, read once: hashed, put into an entry, known to the index. */
export interface Capture {
  readonly outputs: Pick<ActionResult, 'outputFiles' | 'outputDirectories' | 'outputSymlinks'>;
  readonly slots: readonly Slot[];
  /** An output holds the path of the checkout. */
  readonly isBound: boolean;
  /** Why the result must not be stored. */
  readonly problem?: string;
}

/** Files between two looks at what else there is to do. */
const BATCH = 100;

/**
 * Reads outputs. With a writer, everything that is in them goes into the entry.
 * @param folder the workspace, relative to the root of the checkout
 * @throws PacelineError E_CACHE_WRITE, E_CACHE_SOURCE
 */
export async function capture(
  found: OutputFiles,
  {root, folder, index, writer}: {root: string; folder: string; index: FileIndex; writer: EntryWriter | undefined},
): Promise<Capture> {
  const outputFiles: OutputFile[] = [];
  const outputSymlinks: OutputSymlink[] = [];
  const outputDirectories: OutputDirectory[] = [];
  const slots: Slot[] = [];
  const inside = (path: string): string => (folder === '' ? path : path.slice(folder.length + 1));
  const search = new PathSearch(root);
  const [special] = found.special.keys();
  let problem = special === undefined ? found.problem : `${special} is no file that can be stored`;
  let count = 0;
  for (const [path, stat] of found.files) {
    if (++count % BATCH === 0) await new Promise((resolve) => setImmediate(resolve));
    const slot = index.slot(path);
    slots.push(slot);
    let digest: Digest;
    if (writer === undefined) {
      index.refresh(slot, performance.now());
      digest = {hash: index.hash(slot), size: stat.size};
    } else {
      search.begin();
      digest = writer.addFile(`${root}/${path}`, stat.size, search.see);
      index.record(slot, stat, digest.hash);
    }
    const mode = stat.mode & 0o7777;
    const isExecutable = (mode & 0o100) !== 0;
    outputFiles.push({
      path: inside(path),
      digest,
      isExecutable,
      ...(mode !== (isExecutable ? 0o755 : 0o644) && {nodeProperties: {unixMode: mode}}),
    });
  }
  for (const path of found.links.keys()) {
    const slot = index.slot(path);
    index.refresh(slot, performance.now());
    slots.push(slot);
    const target = readlinkSync(`${root}/${path}`);
    if (target.includes('\ufffd')) problem ??= `the link ${path} may lead to a name that is not UTF-8`;
    if (!staysInside(path, target)) problem ??= `the link ${path} may lead out of the project`;
    outputSymlinks.push({path: inside(path), target});
  }
  for (const path of found.emptyFolders.keys()) {
    const slot = index.slot(path);
    index.refresh(slot, performance.now());
    slots.push(slot);
    // an empty folder is a tree whose root is the empty message: two bytes, field 1 without content
    outputDirectories.push({path: inside(path), treeDigest: writer?.addBytes(EMPTY_TREE) ?? EMPTY_DIGEST});
  }
  return {
    outputs: {outputFiles, outputDirectories, outputSymlinks},
    slots,
    isBound: search.found,
    ...(problem !== undefined && {problem}),
  };
}

const EMPTY_TREE = Uint8Array.of(0x0a, 0);

/** One hash for what lies in these slots. */
export function outputsDigest(index: FileIndex, slots: Iterable<Slot>): Hash {
  const lines: string[] = [];
  for (const slot of slots) {
    const kind = index.kind(slot);
    const content =
      kind === 'link' ? index.target(slot) : kind === 'directory' ? '' : `${index.mode(slot)} ${index.hash(slot)}`;
    lines.push(`${index.paths[slot]}\0${kind}\0${content}`);
  }
  return hashOf(lines.sort().join('\0\n'));
}

/** The same hash for the outputs of a result, whether they are in place or not. `folder`: the workspace. */
export function resultDigest(
  {outputFiles, outputDirectories, outputSymlinks}: Capture['outputs'],
  folder: string,
): Hash {
  const full = (path: string): string => (folder === '' ? path : `${folder}/${path}`);
  const lines = [
    ...outputFiles.map((file) => `${full(file.path)}\0file\0${modeOf(file)} ${file.digest.hash}`),
    ...outputSymlinks.map(({path, target}) => `${full(path)}\0link\0${target}`),
    ...outputDirectories.map(({path}) => `${full(path)}\0directory\0`),
  ];
  return hashOf(lines.sort().join('\0\n'));
}

export function sizeOf({outputFiles}: Pick<ActionResult, 'outputFiles'>): OutputSize {
  return {files: outputFiles.length, bytes: outputFiles.reduce((sum, {digest}) => sum + digest.size, 0)};
}

/** Permission bits. */
export function modeOf({isExecutable, nodeProperties}: OutputFile): number {
  return nodeProperties?.unixMode ?? (isExecutable ? 0o755 : 0o644);
}

/** Whether a link, at a path of the checkout, leads to a place in the checkout, whatever other links there are on the way. */
export function staysInside(path: string, target: string): boolean {
  if (target.startsWith('/') || target === '') return false;
  // `a/..` is not here when `a` is a link
  if (/(^|\/)(?!\.\.?(\/|$))[^/]+\/+(\.\/+)*\.\.(\/|$)/.test(target)) return false;
  const place = posix.join(posix.dirname(path), target);
  return place !== '..' && !place.startsWith('../');
}

/** Looks for the path of the checkout in files that are read in pieces. */
class PathSearch {
  found = false;
  readonly #text: Buffer;
  #rest: Buffer = Buffer.alloc(0);

  constructor(root: string) {
    this.#text = Buffer.from(root);
  }

  begin(): void {
    this.#rest = Buffer.alloc(0);
  }

  readonly see = (chunk: Uint8Array): void => {
    if (this.found) return;
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const before = this.#text.length - 1;
    if (this.#rest.length > 0 && Buffer.concat([this.#rest, bytes.subarray(0, before)]).includes(this.#text))
      this.found = true;
    else if (bytes.includes(this.#text)) this.found = true;
    else this.#rest = Buffer.from(bytes.subarray(Math.max(0, bytes.length - before)));
  };
}
