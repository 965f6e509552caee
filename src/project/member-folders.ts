import {type Dirent, readdirSync, realpathSync, statSync} from 'node:fs';
import type {Origin} from '../base/source.ts';
import {bracesExpanded, isMagic, segmentPattern} from './folder-glob.ts';

/** A glob for folders; `!` in front takes folders away again, wherever it stands in the list. */
export interface FolderGlob {
  readonly glob: string;
  readonly origin: Origin;
}

export interface FolderMatches {
  /** Relative to the root with `/`, in order of their names; the root itself is never among them. */
  readonly folders: ReadonlyMap<string, FolderGlob>;
  /** Folders whose entries were read, relative to the root: a new member changes one of them. */
  readonly listed: readonly string[];
  /** Globs (without `!`) that match no folder that was accepted. */
  readonly unmatched: readonly FolderGlob[];
  /** Globs that lead out of the root, and folders that a link does. */
  readonly outside: ReadonlyMap<string, FolderGlob>;
}

const neverEntered = new Set(['node_modules', '.git']);

/**
 * The folders that a list of workspace globs means. A plain readdir for each level that has a wildcard, no generic walk: a thousand
 * packages under `packages/*` cost one readdir. `accepts` says which of the matching folders are members (the ones with a
 * package.json, say); folders that start with a dot are matched only by a dot that is written.
 */
export function matchFolders(
  root: string,
  globs: readonly FolderGlob[],
  accepts: (folder: string, glob: string) => boolean,
): FolderMatches {
  const walk = new FolderWalk(root);
  const excluded = globs
    .filter(({glob}) => glob.startsWith('!'))
    .flatMap(({glob}) => bracesExpanded(normalGlob(glob.slice(1))));
  const taken = excluded.map((glob) => glob.split('/').map(compiledSegment));
  const folders = new Map<string, FolderGlob>();
  const outside = new Map<string, FolderGlob>();
  const unmatched: FolderGlob[] = [];
  for (const source of globs) {
    if (source.glob.startsWith('!')) continue;
    if (leavesRoot(source.glob)) {
      outside.set(source.glob, source);
      continue;
    }
    let matched = false;
    for (const glob of bracesExpanded(normalGlob(source.glob))) {
      for (const folder of walk.folders(glob)) {
        if (folder === '' || folders.has(folder)) matched = true;
        else if (taken.some((segments) => matches(folder.split('/'), segments))) matched = true;
        else if (accepts(folder, glob)) {
          matched = true;
          (walk.leavesRoot(folder) ? outside : folders).set(folder, source);
        }
      }
    }
    if (!matched) unmatched.push(source);
  }
  const sorted = new Map([...folders].sort(([a], [b]) => (a < b ? -1 : 1)));
  return {folders: sorted, listed: walk.listed(), unmatched, outside};
}

/** Whether a list of workspace globs means this folder, by its name alone: nothing is read. */
export function isListed(folder: string, globs: readonly string[]): boolean {
  const names = folder.split('/');
  const means = (glob: string): boolean =>
    bracesExpanded(normalGlob(glob)).some((one) => matches(names, one.split('/').map(compiledSegment)));
  return (
    globs.some((glob) => !glob.startsWith('!') && means(glob)) &&
    !globs.some((glob) => glob.startsWith('!') && means(glob.slice(1)))
  );
}

/** Whether a glob leaves the root by itself. */
function leavesRoot(glob: string): boolean {
  return glob.startsWith('/') || glob.split('/').includes('..');
}

/** A glob as path segments: no `./`, no doubled or trailing slash. */
function normalGlob(glob: string): string {
  return glob
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.')
    .join('/');
}

type Segment =
  | {readonly kind: 'literal'; readonly name: string}
  | {readonly kind: 'any'}
  | {readonly kind: 'pattern'; readonly pattern: RegExp};

function compiledSegment(segment: string): Segment {
  if (segment === '**') return {kind: 'any'};
  return isMagic(segment) ? {kind: 'pattern', pattern: segmentPattern(segment)} : {kind: 'literal', name: segment};
}

function matches(names: readonly string[], segments: readonly Segment[], name = 0, segment = 0): boolean {
  const wanted = segments[segment];
  const given = names[name];
  if (wanted === undefined) return given === undefined;
  if (wanted.kind === 'any') {
    if (matches(names, segments, name, segment + 1)) return true;
    return given !== undefined && !given.startsWith('.') && matches(names, segments, name + 1, segment);
  }
  if (given === undefined) return false;
  const same = wanted.kind === 'literal' ? wanted.name === given : wanted.pattern.test(given);
  return same && matches(names, segments, name + 1, segment + 1);
}

/** Reads each folder at most once. */
class FolderWalk {
  readonly #root: string;
  readonly #children = new Map<string, ReadonlySet<string>>();
  readonly #links = new Set<string>();
  #realRoot: string | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  folders(glob: string): readonly string[] {
    const found: string[] = [];
    this.#descend('', glob === '' ? [] : glob.split('/').map(compiledSegment), 0, found);
    return found;
  }

  listed(): readonly string[] {
    return [...this.#children.keys()];
  }

  /** Whether a link on the way to the folder leads out of the root. */
  leavesRoot(folder: string): boolean {
    if (this.#links.size === 0) return false;
    const names = folder.split('/');
    if (!names.some((_, index) => this.#links.has(names.slice(0, index + 1).join('/')))) return false;
    this.#realRoot ??= realpathSync(this.#root);
    return !`${realpathSync(`${this.#root}/${folder}`)}/`.startsWith(`${this.#realRoot}/`);
  }

  #descend(folder: string, segments: readonly Segment[], index: number, found: string[]): void {
    const segment = segments[index];
    if (segment === undefined) {
      found.push(folder);
      return;
    }
    if (segment.kind === 'literal') {
      if (this.#childrenOf(folder).has(segment.name))
        this.#descend(joined(folder, segment.name), segments, index + 1, found);
      return;
    }
    if (segment.kind === 'any') this.#descend(folder, segments, index + 1, found);
    for (const name of this.#childrenOf(folder)) {
      if (segment.kind === 'pattern') {
        if (segment.pattern.test(name)) this.#descend(joined(folder, name), segments, index + 1, found);
      } else if (!name.startsWith('.') && !this.#links.has(joined(folder, name))) {
        this.#descend(joined(folder, name), segments, index, found);
      }
    }
  }

  #childrenOf(folder: string): ReadonlySet<string> {
    const known = this.#children.get(folder);
    if (known !== undefined) return known;
    let entries: readonly Dirent[] = [];
    try {
      entries = readdirSync(folder === '' ? this.#root : `${this.#root}/${folder}`, {withFileTypes: true});
    } catch {
      // A folder that is not there, or may not be read, has no members.
    }
    const names = new Set<string>();
    for (const entry of entries) {
      if (neverEntered.has(entry.name)) continue;
      if (entry.isDirectory()) names.add(entry.name);
      else if (entry.isSymbolicLink() && this.#isFolder(joined(folder, entry.name))) {
        this.#links.add(joined(folder, entry.name));
        names.add(entry.name);
      }
    }
    this.#children.set(folder, names);
    return names;
  }

  #isFolder(folder: string): boolean {
    return statSync(`${this.#root}/${folder}`, {throwIfNoEntry: false})?.isDirectory() === true;
  }
}

function joined(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
