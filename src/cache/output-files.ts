import {lstatSync, readdirSync, type Stats, statSync} from 'node:fs';
import type {FileGlobs} from './patterns/file-globs.ts';

/** What a list of output globs finds on the disk; paths are relative to the root of the checkout, in order. */
export interface OutputFiles {
  readonly files: ReadonlyMap<string, Stats>;
  readonly links: ReadonlyMap<string, Stats>;
  /** Folders that match and hold nothing at all. */
  readonly emptyFolders: ReadonlyMap<string, Stats>;
  /** Sockets and other things that cannot be stored. */
  readonly special: ReadonlyMap<string, Stats>;
  /** Why not all of it is here: a name that is no text, a link in place of a folder. */
  readonly problem: string | undefined;
}

/** What of it can be removed. */
export function allPaths({files, links, emptyFolders, special}: OutputFiles): readonly string[] {
  return [...files.keys(), ...links.keys(), ...emptyFolders.keys(), ...special.keys()];
}

interface Found {
  readonly files: Map<string, Stats>;
  readonly links: Map<string, Stats>;
  readonly emptyFolders: Map<string, Stats>;
  readonly special: Map<string, Stats>;
  problem: string | undefined;
}

const NEVER = new Set(['.git', '.paceline']);

/** @param root absolute path */
export function findOutputs(root: string, globs: FileGlobs, incremental: FileGlobs | undefined): OutputFiles {
  const found: Found = {
    files: new Map(),
    links: new Map(),
    emptyFolders: new Map(),
    special: new Map(),
    problem: undefined,
  };
  const isOutput = (path: string): boolean => globs.matches(path) && incremental?.matches(path) !== true;
  const standsForFolder = (path: string): boolean =>
    (globs.roots.includes(path) || !isOutput(path)) && globs.mayMatchBelow(path) && isFolder(`${root}/${path}`);
  const visit = (path: string): void => {
    const stat = lstatSync(`${root}/${path}`, {throwIfNoEntry: false});
    if (stat === undefined) {
      if (path.includes('\ufffd')) found.problem ??= `the name of ${path} is not UTF-8`;
    } else if (stat.isDirectory()) {
      if (globs.mayMatchBelow(path) || isOutput(path)) enter(path, stat);
    } else if (stat.isSymbolicLink() && standsForFolder(path)) {
      found.problem ??= `${path} is a link, and what lies behind it does not lie in the workspace for certain`;
    } else if (!isOutput(path)) return;
    else if (stat.isFile()) found.files.set(path, stat);
    else if (stat.isSymbolicLink()) found.links.set(path, stat);
    else found.special.set(path, stat);
  };
  const enter = (path: string, stat: Stats): void => {
    const names = readdirSync(`${root}/${path}`).sort();
    if (names.length === 0 && globs.matches(`${path}/x`)) found.emptyFolders.set(path, stat);
    for (const name of names) {
      // outputs may lie in there (node_modules/.cache), but only when they are named
      if (
        NEVER.has(name) ||
        (name === 'node_modules' && !globs.roots.some((one) => `${one}/`.includes('node_modules/')))
      )
        continue;
      visit(`${path}/${name}`);
    }
  };
  for (const start of new Set(globs.roots)) {
    if (start !== '') visit(start);
    else for (const name of readdirSync(root).sort()) if (!NEVER.has(name) && name !== 'node_modules') visit(name);
  }
  return found;
}

/** Through links. */
function isFolder(path: string): boolean {
  try {
    return statSync(path, {throwIfNoEntry: false})?.isDirectory() === true;
  } catch {
    // a circle of links
    return false;
  }
}
