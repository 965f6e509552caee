import {lstatSync, readdirSync, type Stats} from 'node:fs';
import type {FileGlobs} from './patterns/file-globs.ts';

/** What a list of output globs finds on the disk; paths are relative to the root of the checkout, in order. */
export interface OutputFiles {
  readonly files: ReadonlyMap<string, Stats>;
  readonly links: ReadonlyMap<string, Stats>;
  /** Folders that match and hold nothing at all. */
  readonly emptyFolders: ReadonlyMap<string, Stats>;
  /** Sockets and other things that cannot be stored. */
  readonly special: readonly string[];
}

interface Found {
  readonly files: Map<string, Stats>;
  readonly links: Map<string, Stats>;
  readonly emptyFolders: Map<string, Stats>;
  readonly special: string[];
}

const NEVER = new Set(['.git', '.paceline']);

/** @param root absolute path */
export function findOutputs(root: string, globs: FileGlobs, incremental: FileGlobs | undefined): OutputFiles {
  const found: Found = {files: new Map(), links: new Map(), emptyFolders: new Map(), special: []};
  const isOutput = (path: string): boolean => globs.matches(path) && incremental?.matches(path) !== true;
  const visit = (path: string): void => {
    const stat = lstatSync(`${root}/${path}`, {throwIfNoEntry: false});
    if (stat === undefined) return;
    if (stat.isDirectory()) {
      if (globs.mayMatchBelow(path) || isOutput(path)) enter(path, stat);
    } else if (!isOutput(path)) return;
    else if (stat.isFile()) found.files.set(path, stat);
    else if (stat.isSymbolicLink()) found.links.set(path, stat);
    else found.special.push(path);
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
