import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  rmdirSync,
  type Stats,
  unlinkSync,
} from 'node:fs';
import {SafeFolders} from '../safe-folder.ts';
import {writeAll} from '../store/file-bytes.ts';

/** An output whose bytes are in memory. */
export interface FileToWrite {
  /** Relative to the workspace, with `/`. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  readonly bytes: Uint8Array;
}

/** What the disk says of a file that was just written. */
export type WrittenFile = Pick<Stats, 'size' | 'mtimeMs' | 'ctimeMs' | 'ino' | 'mode'>;

/**
 * Writes files below a workspace, and the folders that they need. What stands in the way of a file is replaced.
 * @param base absolute path of the workspace
 * @throws NotAFolderError, and what the disk throws; then some files may have been written
 */
export function writeFiles(base: string, files: readonly FileToWrite[]): readonly WrittenFile[] {
  const folders = new SafeFolders(base);
  try {
    return files.map(({path, mode, bytes}) =>
      writeFile(placeOf(path, folders), mode, (descriptor) => writeAll(descriptor, bytes)),
    );
  } finally {
    folders.close();
  }
}

/** A path for one file, until the next call. */
export function placeOf(path: string, folders: SafeFolders): string {
  const end = path.lastIndexOf('/');
  return `${folders.enter(end < 0 ? '' : path.slice(0, end), true)}/${path.slice(end + 1)}`;
}

export function writeFile(path: string, mode: number, fill: (descriptor: number) => void): WrittenFile {
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
    fill(descriptor);
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

/** A file or a link; an empty folder too. */
export function removeFile(path: string): void {
  const stat = lstatSync(path, {throwIfNoEntry: false});
  if (stat === undefined) return;
  if (stat.isDirectory()) rmdirSync(path);
  else unlinkSync(path);
}
