import {fileGlobs, parsedGlob} from './file-globs.ts';
import type {PathPattern} from './path-pattern.ts';
import type {Segment} from './segment.ts';

/**
 * A pattern for paths that both lists of output globs name, relative to the same folder. Undefined when there is none, and when it is
 * not certain: one pattern must contain the other (`dist/*.js` and `dist/a*` do not), and a path of the smaller one must be left over
 * by the `!` of both lists.
 */
export function overlap(a: readonly string[], b: readonly string[]): string | undefined {
  const isInBoth = (path: string): boolean => fileGlobs(a).matches(path) && fileGlobs(b).matches(path);
  for (const one of wantedBy(a)) {
    for (const other of wantedBy(b)) {
      const smaller = contains(other, one) ? one : contains(one, other) ? other : undefined;
      if (smaller !== undefined && examplesOf(smaller).some(isInBoth)) return smaller.text;
    }
  }
  return undefined;
}

function wantedBy(patterns: readonly string[]): readonly PathPattern[] {
  return patterns.filter((pattern) => !pattern.startsWith('!')).flatMap(parsedGlob);
}

/** Whether every path that the smaller pattern matches is one of the larger. False where that is not plain to see. */
function contains(larger: PathPattern, smaller: PathPattern): boolean {
  return larger.text === smaller.text || containsFrom(segmentsOf(larger), 0, fileSegmentsOf(smaller), 0);
}

function containsFrom(larger: readonly Segment[], at: number, smaller: readonly Segment[], from: number): boolean {
  const wide = larger[at];
  const narrow = smaller[from];
  if (wide === undefined) return narrow === undefined;
  if (wide.kind === 'any') {
    return (
      containsFrom(larger, at + 1, smaller, from) ||
      (narrow !== undefined && containsFrom(larger, at, smaller, from + 1))
    );
  }
  return narrow !== undefined && containsNames(wide, narrow) && containsFrom(larger, at + 1, smaller, from + 1);
}

/** The same for the names that a segment means; `**` stands for several, which no other segment contains. */
function containsNames(wide: Segment, narrow: Segment): boolean {
  if (wide.kind === 'any' || narrow.kind === 'any') return false;
  if (wide.kind === 'literal') return narrow.kind === 'literal' && narrow.name === wide.name;
  if (wide.kind === 'pattern') return narrow.kind === 'literal' ? wide.matches(narrow.name) : narrow.text === wide.text;
  switch (narrow.kind) {
    case 'literal':
      return narrow.name.endsWith(wide.suffix);
    case 'suffix':
      return narrow.suffix.endsWith(wide.suffix);
    case 'pattern':
      // what follows the last wildcard of a pattern is literal
      return /^[\w.-]*$/.test(wide.suffix) && narrow.text.endsWith(wide.suffix);
  }
}

function segmentsOf({base, tail}: PathPattern): readonly Segment[] {
  const names = base === '' ? [] : base.split('/');
  return [...names.map((name) => ({kind: 'literal', name}) as const), ...tail];
}

/** The same without the `**` that {@link PathPattern} adds to a plain name, when the name is that of a file: `app.js`. */
function fileSegmentsOf(pattern: PathPattern): readonly Segment[] {
  const segments = segmentsOf(pattern);
  return /[^/*]\.[A-Za-z]\w*$/.test(pattern.text) && segments.at(-1)?.kind === 'any' ? segments.slice(0, -1) : segments;
}

/** A name that no pattern is likely to be about. */
const SOME_NAME = '~';

/** Paths that a pattern matches: with as few names for each `**` as there may be, and with one more. */
function examplesOf(pattern: PathPattern): readonly string[] {
  const segments = fileSegmentsOf(pattern);
  return [0, 1].map((more) => {
    const names = segments.flatMap((segment, at) => {
      if (segment.kind !== 'any') return [exampleName(segment)];
      return Array.from({length: more + (at === segments.length - 1 ? 1 : 0)}, () => SOME_NAME);
    });
    return names.join('/');
  });
}

/** A guess for a pattern: whether the whole path matches is looked at afterwards. */
function exampleName(segment: Exclude<Segment, {kind: 'any'}>): string {
  if (segment.kind === 'literal') return segment.name;
  if (segment.kind === 'suffix') return SOME_NAME + segment.suffix;
  return segment.text
    .replace(/!\([^()]*\)/g, SOME_NAME)
    .replace(/[?*+@]\(([^()|]*)[^()]*\)/g, '$1')
    .replace(/\[[!^][^\]]*\]/g, SOME_NAME)
    .replace(/\[(.)[^\]]*\]/g, '$1')
    .replace(/(?<!\\)[*?]/g, SOME_NAME)
    .replace(/\\(.)/g, '$1');
}
