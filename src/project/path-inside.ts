import {lstatSync, readlinkSync, realpathSync} from 'node:fs';
import {posix} from 'node:path';

/** A path as a folder relative to the root ('' for the root itself); undefined when it leads out of it, by itself or by a link. */
export function folderInside(root: string, path: string): string | undefined {
  const absolute = posix.resolve(root, path);
  return leadsOutOf(root, absolute) ? undefined : posix.relative(root, absolute);
}

/** Whether an absolute path leads out of the root, by itself or by a link. */
export function leadsOutOf(root: string, path: string): boolean {
  return leaves(posix.relative(root, path)) || leaves(posix.relative(realPath(root), realPath(path)));
}

/** As many links as Linux follows; path_resolution(7). */
const MOST_LINKS = 40;

/** Where an absolute path leads, past all links. Its last parts need not exist. */
export function realPath(path: string, links = MOST_LINKS): string {
  try {
    return realpathSync(path);
  } catch {
    const folder = posix.dirname(path);
    if (folder === path) return path;
    const target = links === 0 ? undefined : linkAt(path);
    return target === undefined
      ? posix.join(realPath(folder, links), posix.basename(path))
      : realPath(posix.resolve(realPath(folder, links), target), links - 1);
  }
}

function linkAt(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    return undefined;
  }
}

function leaves(relative: string): boolean {
  return relative === '..' || relative.startsWith('../') || relative.startsWith('/');
}
