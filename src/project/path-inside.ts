import {existsSync, realpathSync} from 'node:fs';
import {posix} from 'node:path';

/** A path as a folder relative to the root ('' for the root itself); undefined when it leads out of it, by itself or by a link. */
export function folderInside(root: string, path: string): string | undefined {
  const absolute = posix.resolve(root, path);
  const folder = posix.relative(root, absolute);
  if (leaves(folder)) return undefined;
  return existsSync(absolute) && leaves(posix.relative(realpathSync(root), realpathSync(absolute)))
    ? undefined
    : folder;
}

function leaves(relative: string): boolean {
  return relative === '..' || relative.startsWith('../') || relative.startsWith('/');
}
