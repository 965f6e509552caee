import {type Dirent, lstatSync, readdirSync} from 'node:fs';
import type {FileGlobs} from './patterns/file-globs.ts';

const NEVER = new Set(['.git', '.paceline']);

/**
 * A file or link that lies among outputs and that nobody is known to have written there; looks at names alone.
 * @param root absolute path
 * @param globs of the outputs, relative to it
 * @param onFolder hears of every folder before it is read, be it there or not
 */
export function strayOutput(
  root: string,
  globs: FileGlobs,
  isKnown: (path: string) => boolean,
  onFolder: (path: string) => void = () => {},
): string | undefined {
  const visit = (folder: string): string | undefined => {
    onFolder(folder);
    for (const entry of list(`${root}/${folder}`)) {
      const {name} = entry;
      if (
        NEVER.has(name) ||
        (name === 'node_modules' && !globs.roots.some((one) => `${one}/`.includes('node_modules/')))
      )
        continue;
      const path = folder === '' ? name : `${folder}/${name}`;
      const stray = entry.isDirectory()
        ? globs.mayMatchBelow(path) || globs.matches(path)
          ? visit(path)
          : undefined
        : !isKnown(path) && globs.matches(path)
          ? path
          : undefined;
      if (stray !== undefined) return stray;
    }
    return undefined;
  };
  for (const start of new Set(globs.roots)) {
    const stray = visit(start);
    if (stray !== undefined) return stray;
  }
  return undefined;
}

/** In order; what is no folder has nothing in it, and what is behind a link is not looked at. */
function list(path: string): readonly Dirent[] {
  try {
    if (!lstatSync(path).isDirectory()) return [];
    return readdirSync(path, {withFileTypes: true}).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}
