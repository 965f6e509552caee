import {bytesOf, literalPattern, wildmatchPattern} from './wildmatch.ts';

/** One line of a .gitignore that can match something. */
interface Rule {
  /** Its place in the file: of the rules that match an entry, the last one decides. */
  readonly order: number;
  readonly negated: boolean;
  readonly foldersOnly: boolean;
  readonly test: Test;
}

type Test =
  | {readonly kind: 'name'; readonly name: string}
  | {readonly kind: 'suffix'; readonly suffix: string}
  | {readonly kind: 'path'; readonly path: string}
  /** What every name or path that it matches begins with, and the pattern for the whole. */
  | {readonly kind: 'namePattern'; readonly prefix: string; readonly pattern: RegExp}
  | {readonly kind: 'pathPattern'; readonly prefix: string; readonly pattern: RegExp};

/** A .gitignore. Names without a wildcard, the most of them, cost one look into a map together. */
export class IgnoreFile {
  readonly #names: ReadonlyMap<string, readonly Rule[]>;
  /** The other rules, the last one first. */
  readonly #others: readonly Rule[];

  private constructor(rules: readonly Rule[]) {
    this.#names = Map.groupBy(
      rules.filter(({test}) => test.kind === 'name'),
      ({test}) => (test.kind === 'name' ? test.name : ''),
    );
    this.#others = rules.filter(({test}) => test.kind !== 'name').reverse();
  }

  /** Undefined when no line of it says anything. The folder is relative to the root, '' for the root itself. */
  static parsed(folder: string, text: string): IgnoreFile | undefined {
    const lines = text.replace(/^\uFEFF/, '').split('\n');
    const rules = lines.map((line, order) => parsedRule(folder, line, order)).filter((rule) => rule !== undefined);
    return rules.length === 0 ? undefined : new IgnoreFile(rules);
  }

  /** Whether it ignores an entry, or undefined when it says nothing about it. `name` is the last segment of `path`. */
  verdict(path: string, name: string, isDirectory: boolean): boolean | undefined {
    const named = this.#names.get(name)?.findLast(({foldersOnly}) => isDirectory || !foldersOnly);
    for (const rule of this.#others) {
      if (named !== undefined && rule.order < named.order) break;
      if (matches(rule, path, name, isDirectory)) return !rule.negated;
    }
    return named === undefined ? undefined : !named.negated;
  }
}

function matches({foldersOnly, test}: Rule, path: string, name: string, isDirectory: boolean): boolean {
  if (foldersOnly && !isDirectory) return false;
  switch (test.kind) {
    case 'name':
      return name === test.name;
    case 'suffix':
      return name.endsWith(test.suffix);
    case 'namePattern':
      return name.startsWith(test.prefix) && test.pattern.test(bytesOf(name));
    case 'path':
      return path === test.path;
    case 'pathPattern':
      return path.startsWith(test.prefix) && test.pattern.test(bytesOf(path));
  }
}

/** A line as dir.c reads it; undefined for a comment, an empty line and what can match nothing. */
function parsedRule(folder: string, line: string, order: number): Rule | undefined {
  if (line.startsWith('#')) return undefined;
  let pattern = withoutTrailingSpaces(line.endsWith('\r') ? line.slice(0, -1) : line);
  const negated = pattern.startsWith('!');
  if (negated) pattern = pattern.slice(1);
  const foldersOnly = pattern.endsWith('/');
  if (foldersOnly) pattern = pattern.slice(0, -1);
  const test = pattern === '' ? undefined : pattern.includes('/') ? pathTest(folder, pattern) : nameTest(pattern);
  return test && {order, negated, foldersOnly, test};
}

/** A pattern without a slash, which is about the last segment of a path. */
function nameTest(pattern: string): Test | undefined {
  if (!isWild(pattern)) return {kind: 'name', name: pattern};
  if (pattern.startsWith('*') && !isWild(pattern.slice(1))) return {kind: 'suffix', suffix: pattern.slice(1)};
  const source = wildmatchPattern(bytesOf(pattern));
  if (source === undefined) return undefined;
  return {kind: 'namePattern', prefix: pattern.slice(0, pattern.search(wild)), pattern: new RegExp(`^${source}$`, 's')};
}

/** A pattern with a slash in front or inside, which begins at the folder of its file. */
function pathTest(folder: string, pattern: string): Test | undefined {
  const anchored = pattern.startsWith('/') ? pattern.slice(1) : pattern;
  const base = folder === '' ? '' : `${folder}/`;
  if (!isWild(anchored)) return {kind: 'path', path: base + anchored};
  // git compares what stands in front of the first wildcard by itself, so the rest begins anew there: `a/b**/c` is `a/b` and `**/c`
  const plain = anchored.search(wild);
  const prefix = base + anchored.slice(0, plain);
  const source = wildmatchPattern(bytesOf(anchored.slice(plain)));
  if (source === undefined) return undefined;
  return {kind: 'pathPattern', prefix, pattern: new RegExp(`^${literalPattern(bytesOf(prefix))}${source}$`, 's')};
}

const wild = /[*?[\\]/;

function isWild(text: string): boolean {
  return wild.test(text);
}

/** Spaces alone, no other white space, and none that a backslash escapes. */
function withoutTrailingSpaces(line: string): string {
  let end = line.length;
  while (end > 0 && line[end - 1] === ' ') end--;
  if (end === line.length) return line;
  let backslashes = 0;
  while (line[end - 1 - backslashes] === '\\') backslashes++;
  return line.slice(0, backslashes % 2 === 1 ? end + 1 : end);
}
