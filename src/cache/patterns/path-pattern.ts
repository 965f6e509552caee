import {isWild, meansName, parsedSegment, type Segment} from './segment.ts';

const anyNames: Segment = {kind: 'any'};
const anyName: Segment = {kind: 'suffix', text: '*', suffix: ''};

/** A glob without braces. One that ends with a plain name means the file of that name, or everything in the folder of that name. */
export class PathPattern {
  /** The plain names that every match begins with, joined with `/`. */
  readonly base: string;
  /** What follows: never empty, since a plain name at the end is followed by `**`. */
  readonly tail: readonly Segment[];
  /** As it is written, without detours. */
  readonly text: string;

  private constructor(base: string, tail: readonly Segment[], text: string) {
    this.base = base;
    this.tail = tail;
    this.text = text;
  }

  /** Undefined for a pattern that leads out of its folder, or up again from a wildcard. */
  static parsed(pattern: string): PathPattern | undefined {
    const names = normalSegments(pattern);
    if (names === undefined) return undefined;
    const segments = names
      .map(parsedSegment)
      .filter(({kind}, at, all) => kind !== 'any' || all[at - 1]?.kind !== 'any');
    const end = segments.findIndex(({kind}) => kind !== 'literal');
    const literals = segments
      .slice(0, end < 0 ? undefined : end)
      .map((segment) => (segment.kind === 'literal' ? segment.name : ''));
    const tail = segments.slice(literals.length);
    const [last, before] = [tail.at(-1), tail.at(-2)];
    if (pattern.endsWith('/') && segments.length > 0) {
      if (last?.kind !== 'any') tail.push(anyNames);
      tail.push(anyName);
    } else if (last === undefined || last.kind === 'literal') tail.push(anyNames);
    // `dist/**` may be `dist` itself, such as a link; `*/**` is no file beside the folders
    else if (last.kind === 'any' && before !== undefined && before.kind !== 'literal') tail.push(anyName);
    const text = names.length === 0 ? '**' : names.join('/') + (pattern.endsWith('/') ? '/' : '');
    return new PathPattern(literals.join('/'), tail, text);
  }

  matches(path: string): boolean {
    const start = this.#startIn(path);
    return start >= 0 && this.#matchesFrom(path, start, 0);
  }

  /** Whether it may match something below a folder. */
  mayMatchBelow(folder: string): boolean {
    if (folder === '' || this.base === folder || this.base.startsWith(`${folder}/`)) return true;
    let at = this.#startIn(folder);
    if (at < 0) return false;
    for (const segment of this.tail) {
      if (segment.kind === 'any' || at > folder.length) return true;
      const end = nameEnd(folder, at);
      if (!meansName(segment, folder, at, end)) return false;
      at = end + 1;
    }
    return false;
  }

  /** Whether it certainly matches everything below a folder. */
  coversAllBelow(folder: string): boolean {
    const last = this.tail.at(-1);
    if (last?.kind === 'any') return this.matches(folder);
    const anyFile = last?.kind === 'suffix' && last.suffix === '' && this.tail.at(-2)?.kind === 'any';
    return anyFile && new PathPattern(this.base, this.tail.slice(0, -1), this.text).matches(folder);
  }

  /** Where the names that the tail is about begin; -1 when the path does not begin with the base. */
  #startIn(path: string): number {
    const {length} = this.base;
    // the folder itself has no name
    if (length === 0) return path === '' ? 1 : 0;
    return path.startsWith(this.base) && (path.length === length || path[length] === '/') ? length + 1 : -1;
  }

  #matchesFrom(path: string, start: number, index: number): boolean {
    const segment = this.tail[index];
    if (segment === undefined) return start > path.length;
    if (segment.kind !== 'any') {
      if (start > path.length) return false;
      const end = nameEnd(path, start);
      return meansName(segment, path, start, end) && this.#matchesFrom(path, end + 1, index + 1);
    }
    const next = this.tail[index + 1];
    if (next === undefined) return true;
    if (index + 2 === this.tail.length) {
      const last = path.lastIndexOf('/') + 1;
      return start <= path.length && meansName(next, path, last, path.length);
    }
    for (let at = start; at <= path.length; at = nameEnd(path, at) + 1)
      if (this.#matchesFrom(path, at, index + 1)) return true;
    return false;
  }
}

/** Segments without `.`, `..` and what is empty; undefined when `..` leads out, or up from a wildcard. */
export function normalSegments(pattern: string): string[] | undefined {
  const segments: string[] = [];
  for (const segment of pattern.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else {
      const above = segments.pop();
      if (above === undefined || isWild(above)) return undefined;
    }
  }
  return segments;
}

function nameEnd(path: string, start: number): number {
  const end = path.indexOf('/', start);
  return end < 0 ? path.length : end;
}
