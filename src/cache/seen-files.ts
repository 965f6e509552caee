import {lstatSync, readdirSync, readFileSync, type Stats} from 'node:fs';
import {hashOf} from './digest.ts';
import type {SeenFile} from './task-state.ts';

/** Times of files, by path relative to the root. */
export type SeenTimes = ReadonlyMap<string, Stats>;

const NEVER = new Set(['.git', '.paceline', 'node_modules']);
/** A tick of the clock that files are stamped with, ms, and of file systems that keep whole seconds. */
const TICK_MS = 12;
const COARSE_TICK_MS = 2000;

/** Everything in a workspace, ignored or not, but what is installed and other workspaces. */
export function allFiles(root: string, folder: string, isMember: (folder: string) => boolean): SeenTimes {
  const found = new Map<string, Stats>();
  const enter = (path: string): void => {
    for (const name of readdirSync(`${root}/${path}`)) {
      if (NEVER.has(name)) continue;
      const child = path === '' ? name : `${path}/${name}`;
      const stat = lstatSync(`${root}/${child}`, {throwIfNoEntry: false});
      if (stat === undefined) continue;
      if (!stat.isDirectory()) found.set(child, stat);
      else if (!isMember(child)) enter(child);
    }
  };
  enter(folder);
  return found;
}

/** Files that are new, or not what they were. */
export function writtenBetween(before: SeenTimes, after: SeenTimes): readonly string[] {
  return [...after].flatMap(([path, stat]) => {
    const old = before.get(path);
    return old !== undefined && isSame(old, stat) ? [] : [path];
  });
}

/** Notes files as they are now. Those that were written a moment ago are read: their times alone would not tell of a later change. */
export function noted(root: string, paths: readonly string[]): readonly SeenFile[] {
  return paths.flatMap((path): SeenFile[] => {
    const now = Date.now();
    const stat = lstatSync(`${root}/${path}`, {throwIfNoEntry: false});
    if (stat === undefined) return [];
    const tick = stat.ctimeMs % 1000 === 0 ? COARSE_TICK_MS : TICK_MS;
    const hash = stat.isFile() && now - stat.ctimeMs < tick ? hashOf(readFileSync(`${root}/${path}`)) : '';
    return [[path, stat.size, stat.mtimeMs, stat.ctimeMs, stat.ino, stat.mode, hash]];
  });
}

/** Whether all of them are there as they were. */
export function seenFilesAreSame(root: string, files: readonly SeenFile[]): boolean {
  return files.every(([path, size, mtimeMs, ctimeMs, ino, mode, hash]) => {
    try {
      const stat = lstatSync(`${root}/${path}`, {throwIfNoEntry: false});
      if (stat === undefined || !isSame(stat, {size, mtimeMs, ctimeMs, ino, mode})) return false;
      return hash === '' || hashOf(readFileSync(`${root}/${path}`)) === hash;
    } catch {
      return false;
    }
  });
}

type Times = Pick<Stats, 'size' | 'mtimeMs' | 'ctimeMs' | 'ino' | 'mode'>;

function isSame(a: Times, b: Times): boolean {
  return (
    a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.ino === b.ino && a.mode === b.mode
  );
}
