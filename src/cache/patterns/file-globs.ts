import {bracesExpanded, MOST_ALTERNATIVES} from './braces.ts';
import {normalSegments, PathPattern} from './path-pattern.ts';
import {escapedName, isWild} from './segment.ts';

/** A list of globs over paths of files; paths are relative to the folder that the globs are, with `/`. */
export interface FileGlobs {
  matches(path: string): boolean;
  /** Where to look, folders or files, none inside another; '' is everything. */
  readonly roots: readonly string[];
  /** Whether anything below this folder can match. */
  mayMatchBelow(folder: string): boolean;
}

/** Equal lists share what was compiled. */
const compiled = new Map<string, FileGlobs>();

/**
 * What a list of globs means. `!` takes away wherever it stands in the list, so a list of nothing else means nothing. A glob that ends
 * with a plain name means that file, or everything in that folder: `dist` is `dist/**`, and `dist/` what is inside alone. `*` and `?`
 * stay within a name, `**` does not, and each of them matches a dot in front. Patterns with a {@link globProblem} match nothing.
 */
export function fileGlobs(patterns: readonly string[]): FileGlobs {
  const key = patterns.join('\0');
  let globs = compiled.get(key);
  if (globs === undefined) {
    globs = new CompiledGlobs(patterns);
    compiled.set(key, globs);
  }
  return globs;
}

/** The patterns that one entry of a list stands for, without its `!`. */
export function parsedGlob(pattern: string): readonly PathPattern[] {
  const text = withoutExclamation(pattern);
  if (globProblem(text) !== undefined) return [];
  return bracesExpanded(text)
    .map(PathPattern.parsed)
    .filter((parsed) => parsed !== undefined);
}

class CompiledGlobs implements FileGlobs {
  readonly roots: readonly string[];
  readonly #wanted: readonly PathPattern[];
  readonly #excluded: readonly PathPattern[];

  constructor(patterns: readonly string[]) {
    this.#wanted = patterns.filter((pattern) => !pattern.startsWith('!')).flatMap(parsedGlob);
    this.#excluded = patterns.filter((pattern) => pattern.startsWith('!')).flatMap(parsedGlob);
    const bases = [...new Set(this.#wanted.map(({base}) => base))];
    this.roots = bases.filter(
      (base) => !bases.some((other) => other !== base && (other === '' || base.startsWith(`${other}/`))),
    );
  }

  matches(path: string): boolean {
    for (const pattern of this.#wanted) if (pattern.matches(path)) return !this.#isExcluded(path);
    return false;
  }

  mayMatchBelow(folder: string): boolean {
    for (const pattern of this.#excluded) if (pattern.coversAllBelow(folder)) return false;
    for (const pattern of this.#wanted) if (pattern.mayMatchBelow(folder)) return true;
    return false;
  }

  #isExcluded(path: string): boolean {
    for (const pattern of this.#excluded) if (pattern.matches(path)) return true;
    return false;
  }
}

/** What is wrong with a pattern, as the rest of a sentence that begins with it; undefined when it is fine. */
export function globProblem(pattern: string): string | undefined {
  const text = withoutExclamation(pattern);
  if (text.trim() === '') return 'is empty';
  if (/^(\/|[A-Za-z]:[\\/])/.test(text)) return 'is absolute';
  if (/(?<!\\)\{[^{},/]*\.\.[^{},/]*\}/.test(text))
    return 'has a range in braces, which must be a list such as {1,2,3}';
  if (/(?<!\\)[?*+@!]\([^()]*\/[^()]*\)/.test(text))
    return 'has a "/" within "(...)"; braces such as {a/b,c} may have one';
  const expanded = bracesExpanded(text);
  if (expanded.length > MOST_ALTERNATIVES) return `stands for more than ${MOST_ALTERNATIVES} patterns`;
  if (expanded.some((one) => normalSegments(one) === undefined))
    return 'has ".." where it leads out or follows a wildcard';
  return undefined;
}

const TURBO_ROOT = /^\$TURBO_ROOT\$(\/|$)/;

/**
 * A pattern of a workspace as one of the checkout: `../shared/**` of `packages/a` is `packages/shared/**`; `!` stays in front, and
 * `$TURBO_ROOT$/x` is `x`. Undefined when it leaves the checkout, or begins outside of it.
 * @param workspaceFolder relative to the root of the checkout, '' for the root
 */
export function resolvedGlob(workspaceFolder: string, pattern: string): string | undefined {
  const text = withoutExclamation(pattern);
  const fromRoot = TURBO_ROOT.test(text);
  const rest = text.replace(TURBO_ROOT, '');
  if (rest.startsWith('/') || (rest === '' && !fromRoot) || /^[A-Za-z]:[\\/]/.test(rest)) return undefined;
  const segments = fromRoot || workspaceFolder === '' ? [] : workspaceFolder.split('/').map(escapedName);
  for (const segment of rest.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else {
      const above = segments.pop();
      if (above === undefined || isWild(above) || above.includes('{')) return undefined;
    }
  }
  const path = segments.length === 0 ? '**' : segments.join('/') + (rest.endsWith('/') ? '/' : '');
  return pattern.startsWith('!') ? `!${path}` : path;
}

function withoutExclamation(pattern: string): string {
  return pattern.startsWith('!') ? pattern.slice(1) : pattern;
}
