import {chmodSync, lstatSync, rmdirSync, symlinkSync, unlinkSync} from 'node:fs';
import {posix} from 'node:path';
import {modeOf, staysInside} from './capture.ts';
import type {FileIndex, Slot} from './file-index.ts';
import type {OutputWriter} from './output-writer.ts';
import type {FileGlobs} from './patterns/file-globs.ts';
import type {ActionResult, OutputFile} from './remote-api/messages.ts';
import {isPlainName, SafeFolders} from './safe-folder.ts';
import type {StoredEntry} from './store/stored-entry.ts';
import {placeOf, removeFile, writeFile} from './worker/write-files.ts';

/** Where outputs belong. */
export interface OutputPlace {
  /** Absolute path of the checkout. */
  readonly root: string;
  /** The workspace, relative to it. */
  readonly folder: string;
  readonly index: FileIndex;
}

/** A result whose paths would leave the workspace, or are no paths of its outputs, is never restored. */
export function unsafePath(
  {outputFiles, outputDirectories, outputSymlinks}: ActionResult,
  folder: string,
  globs: FileGlobs,
): string | undefined {
  const full = (path: string): string => (folder === '' ? path : `${folder}/${path}`);
  const seen = new Set<string>();
  for (const {path} of [...outputFiles, ...outputDirectories, ...outputSymlinks]) {
    if (!path.split('/').every(isPlainName) || seen.has(path)) return path;
    seen.add(path);
  }
  const noFolders = [...outputFiles, ...outputSymlinks];
  const outside =
    noFolders.find(({path}) => !globs.matches(full(path))) ??
    outputDirectories.find(({path}) => !globs.matches(`${full(path)}/x`)) ??
    outputSymlinks.find(({path, target}) => !staysInside(full(path), target));
  if (outside !== undefined) return outside.path;
  const folders = parentsOf(seen);
  return noFolders.find(({path}) => folders.has(path))?.path;
}

/** Every folder that some path lies in. */
function parentsOf(paths: Iterable<string>): ReadonlySet<string> {
  const parents = new Set<string>();
  for (const path of paths)
    for (let parent = parentOf(path); parent !== '' && !parents.has(parent); parent = parentOf(parent))
      parents.add(parent);
  return parents;
}

/** Which outputs of a result are not there, or are different: those have to be written. */
export interface Missing {
  readonly files: readonly OutputFile[];
  readonly links: ActionResult['outputSymlinks'];
  readonly folders: ActionResult['outputDirectories'];
}

/** Compares with the disk; one stat for what is in place, and for what lies in a folder that is gone not even that. */
export function missingOutputs(result: ActionResult, {root, folder, index}: OutputPlace, since: number): Missing {
  const at = (path: string): Slot => {
    const slot = index.slot(folder === '' ? path : `${folder}/${path}`);
    index.refresh(slot, since);
    return slot;
  };
  const base = folder === '' ? root : `${root}/${folder}`;
  const isGone = new Map<string, boolean>();
  return {
    files: result.outputFiles.filter((file) => {
      const parent = parentOf(file.path);
      if (isGone.get(parent) === true) return true;
      const slot = at(file.path);
      if (index.kind(slot) === 'missing' && !isGone.has(parent))
        isGone.set(parent, lstatSync(`${base}/${parent}`, {throwIfNoEntry: false}) === undefined);
      return index.kind(slot) !== 'file' || index.hash(slot) !== file.digest.hash || index.mode(slot) !== modeOf(file);
    }),
    links: result.outputSymlinks.filter(({path, target}) => {
      const slot = at(path);
      return index.kind(slot) !== 'link' || index.target(slot) !== target;
    }),
    folders: result.outputDirectories.filter(({path}) => index.kind(at(path)) !== 'directory'),
  };
}

/** Files of a batch, and their bytes. */
const BATCH_FILES = 250;
const BATCH_BYTES = 4 * 2 ** 20;
/** Files of more bytes are copied from the store piece by piece. */
const LARGE = 2 ** 16;

/**
 * Writes outputs of an entry that was verified. What stands in the way of a file is replaced, what stands in the way of a folder is an error.
 * @throws NotAFolderError, and what the disk throws; then some outputs may have been written
 */
export async function writeOutputs(
  missing: Missing,
  entry: StoredEntry,
  place: OutputPlace,
  writer: OutputWriter,
): Promise<void> {
  const {root, folder, index} = place;
  const base = folder === '' ? root : `${root}/${folder}`;
  const slotOf = (path: string): Slot => index.slot(folder === '' ? path : `${folder}/${path}`);
  const [large, small] = parted(missing.files, ({digest}) => digest.size > LARGE);
  for (const batch of batchesOf(small)) {
    const startedAt = Date.now();
    const written = await writer.write(
      base,
      batch.map((file) => ({path: file.path, mode: modeOf(file), bytes: bytesOf(file, entry)})),
    );
    for (const [at, file] of batch.entries()) {
      const stat = written[at];
      if (stat !== undefined) index.recordFile(slotOf(file.path), stat, file.digest.hash, startedAt);
    }
  }
  const folders = new SafeFolders(base);
  try {
    for (const file of large) {
      const startedAt = Date.now();
      const stat = writeFile(placeOf(file.path, folders), modeOf(file), (descriptor) => {
        if (!entry.copyTo(file.digest, descriptor)) throw new Error(GONE);
      });
      index.recordFile(slotOf(file.path), stat, file.digest.hash, startedAt);
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (const {path} of missing.folders) folders.enter(path, true);
    // last: nothing is written through them
    for (const {path, target} of missing.links) {
      const link = placeOf(path, folders);
      removeFile(link);
      symlinkSync(target, link);
    }
  } finally {
    folders.close();
  }
  const now = performance.now();
  for (const {path} of [...missing.folders, ...missing.links]) index.refresh(slotOf(path), now);
}

const GONE = 'a stored file is gone';

function bytesOf({digest}: OutputFile, entry: StoredEntry): Uint8Array {
  const bytes = entry.bytes(digest);
  if (bytes === undefined) throw new Error(GONE);
  return bytes;
}

function* batchesOf(files: readonly OutputFile[]): Generator<readonly OutputFile[]> {
  let batch: OutputFile[] = [];
  let bytes = 0;
  for (const file of files) {
    batch.push(file);
    bytes += file.digest.size;
    if (batch.length < BATCH_FILES && bytes < BATCH_BYTES) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}

function parted<Item>(
  items: readonly Item[],
  isFirst: (item: Item) => boolean,
): readonly [readonly Item[], readonly Item[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

/**
 * Removes files that are known to be outputs, and folders of outputs that are empty then. What is not there any more, or is no file, or
 * lies behind a link, is left alone.
 * @param paths relative to the root
 */
export function removeOutputs(
  paths: readonly string[],
  {root, folder}: OutputPlace,
  isOutputFolder: (path: string) => boolean,
): void {
  if (paths.length === 0) return;
  const base = folder === '' ? root : `${root}/${folder}`;
  const prefix = folder === '' ? 0 : folder.length + 1;
  const folders = new SafeFolders(base);
  const parents = new Set<string>();
  try {
    for (const path of paths.toSorted()) {
      const inside = path.slice(prefix);
      if (!inside.split('/').every(isPlainName)) continue;
      attempt(() => {
        const place = `${folders.enter(parentOf(inside), false)}/${posix.basename(inside)}`;
        if (lstatSync(place, {throwIfNoEntry: false})?.isDirectory() === true) parents.add(inside);
        else unlinkWritable(place);
      });
      for (let parent = parentOf(inside); parent !== ''; parent = parentOf(parent)) parents.add(parent);
    }
    for (const parent of [...parents].sort((a, b) => b.length - a.length)) {
      if (isOutputFolder(folder === '' ? parent : `${folder}/${parent}`))
        attempt(() => rmdirSync(`${folders.enter(parentOf(parent), false)}/${posix.basename(parent)}`));
    }
  } finally {
    folders.close();
  }
}

function unlinkWritable(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    // a folder that its task left read-only
    chmodSync(posix.dirname(path), 0o755);
    unlinkSync(path);
  }
}

function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // not there, not empty, or not ours any more
  }
}

function parentOf(path: string): string {
  const end = path.lastIndexOf('/');
  return end < 0 ? '' : path.slice(0, end);
}
