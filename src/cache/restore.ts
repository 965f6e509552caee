import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  rmdirSync,
  type Stats,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import {posix} from 'node:path';
import {modeOf, staysInside} from './capture.ts';
import type {FileIndex, Slot} from './file-index.ts';
import type {FileGlobs} from './patterns/file-globs.ts';
import type {ActionResult, OutputFile} from './remote-api/messages.ts';
import {isPlainName, SafeFolders} from './safe-folder.ts';
import type {StoredEntry} from './store/stored-entry.ts';

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

/** Compares with the disk; one stat for what is in place. */
export function missingOutputs(result: ActionResult, {folder, index}: OutputPlace, since: number): Missing {
  const at = (path: string): Slot => {
    const slot = index.slot(folder === '' ? path : `${folder}/${path}`);
    index.refresh(slot, since);
    return slot;
  };
  return {
    files: result.outputFiles.filter((file) => {
      const slot = at(file.path);
      return index.kind(slot) !== 'file' || index.hash(slot) !== file.digest.hash || index.mode(slot) !== modeOf(file);
    }),
    links: result.outputSymlinks.filter(({path, target}) => {
      const slot = at(path);
      return index.kind(slot) !== 'link' || index.target(slot) !== target;
    }),
    folders: result.outputDirectories.filter(({path}) => index.kind(at(path)) !== 'directory'),
  };
}

const BATCH = 100;

/**
 * Writes outputs of an entry that was verified. What stands in the way of a file is replaced, what stands in the way of a folder is an error.
 * @throws NotAFolderError, and what the disk throws; then some outputs may have been written
 */
export async function writeOutputs(missing: Missing, entry: StoredEntry, place: OutputPlace): Promise<void> {
  const {root, folder, index} = place;
  const base = folder === '' ? root : `${root}/${folder}`;
  const folders = new SafeFolders(base);
  try {
    let count = 0;
    for (const file of missing.files) {
      if (++count % BATCH === 0) await new Promise((resolve) => setImmediate(resolve));
      const inside = folders.enter(parentOf(file.path), true);
      const stat = writeFile(`${inside}/${posix.basename(file.path)}`, file, entry);
      index.record(index.slot(folder === '' ? file.path : `${folder}/${file.path}`), stat, file.digest.hash);
    }
    for (const {path} of missing.folders) folders.enter(path, true);
    // last: nothing is written through them
    for (const {path, target} of missing.links) {
      const inside = folders.enter(parentOf(path), true);
      const link = `${inside}/${posix.basename(path)}`;
      removeFile(link);
      symlinkSync(target, link);
    }
    const now = performance.now();
    for (const {path} of [...missing.folders, ...missing.links])
      index.refresh(index.slot(folder === '' ? path : `${folder}/${path}`), now);
  } finally {
    folders.close();
  }
}

function writeFile(path: string, file: OutputFile, entry: StoredEntry): Stats {
  const mode = modeOf(file);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  let descriptor: number;
  try {
    descriptor = openSync(path, flags, mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // never written in place: the old file may have other names
    removeFile(path);
    descriptor = openSync(path, flags, mode);
  }
  try {
    if (!copyBlob(file, entry, descriptor)) throw new Error('a stored file is gone');
    const stat = fstatSync(descriptor);
    if ((stat.mode & 0o7777) === mode) return stat;
    fchmodSync(descriptor, mode);
    return fstatSync(descriptor);
  } catch (error) {
    removeFile(path);
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

function copyBlob({digest}: OutputFile, entry: StoredEntry, descriptor: number): boolean {
  if (digest.size > 1 << 16) return entry.copyTo(digest, descriptor);
  const bytes = entry.bytes(digest);
  if (bytes === undefined) return false;
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
  return true;
}

/** A file or a link; an empty folder too. */
function removeFile(path: string): void {
  const stat = lstatSync(path, {throwIfNoEntry: false});
  if (stat === undefined) return;
  if (stat.isDirectory()) rmdirSync(path);
  else unlinkSync(path);
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
