import {lstatSync, readdirSync, type Stats} from 'node:fs';
import {join} from 'node:path';

/** What is in a folder. */
export interface Contents {
  readonly files: number;
  /** Of all files. */
  readonly bytes: number;
  /** When something in it was last written, Unix time, ms. Folders count: files may keep the times that they had elsewhere. */
  readonly newest: number;
}

/** Whether a path below `root` is a folder, and no part of it is a link. */
export function isRealFolder(root: string, path: string): boolean {
  let current = root;
  for (const part of path.split('/').filter(Boolean)) {
    current = join(current, part);
    if (lstat(current)?.isDirectory() !== true) return false;
  }
  return true;
}

/** Undefined when it holds a git checkout or another file system, or cannot be read: none of that is a build's. */
export function contentsOf(folder: string): Contents | undefined {
  const start = lstat(folder);
  if (start === undefined) return undefined;
  const found = {files: 0, bytes: 0, newest: start.mtimeMs};
  const open = [folder];
  try {
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const name of readdirSync(next)) {
        const path = join(next, name);
        const stats = lstatSync(path);
        if (name === '.git' || stats.dev !== start.dev) return undefined;
        found.newest = Math.max(found.newest, stats.mtimeMs);
        if (stats.isDirectory()) open.push(path);
        else {
          found.files++;
          found.bytes += stats.size;
        }
      }
    }
  } catch {
    return undefined;
  }
  return found;
}

function lstat(path: string): Stats | undefined {
  try {
    return lstatSync(path, {throwIfNoEntry: false});
  } catch {
    return undefined;
  }
}
