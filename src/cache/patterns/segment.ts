import picomatch from 'picomatch';

/** What one segment of a glob says about one name of a path. */
export type Segment =
  | {readonly kind: 'literal'; readonly name: string}
  /** `**`: any number of names, none too. */
  | {readonly kind: 'any'}
  /** `*` and `*.js`: every name that ends so. */
  | {readonly kind: 'suffix'; readonly text: string; readonly suffix: string}
  | {readonly kind: 'pattern'; readonly text: string; readonly matches: (name: string) => boolean};

/** What a segment without braces means; a dot in front of a name is a character like any other. */
export function parsedSegment(text: string): Segment {
  if (text === '**') return {kind: 'any'};
  if (!isWild(text)) return {kind: 'literal', name: unescaped(text)};
  const suffix = /^\*+([^*]*)$/.exec(text)?.[1];
  if (suffix !== undefined && !isWild(suffix) && !suffix.startsWith('('))
    return {kind: 'suffix', text, suffix: unescaped(suffix)};
  return {kind: 'pattern', text, matches: picomatch(forPicomatch(text), {dot: true, nonegate: true, windows: false})};
}

/** Whether the name from `start` to `end` of a path is one that the segment means; `**` means every name. */
export function meansName(segment: Segment, path: string, start: number, end: number): boolean {
  switch (segment.kind) {
    case 'any':
      return true;
    case 'literal':
      return end - start === segment.name.length && path.startsWith(segment.name, start);
    case 'suffix':
      return end - start >= segment.suffix.length && path.startsWith(segment.suffix, end - segment.suffix.length);
    case 'pattern':
      return segment.matches(path.slice(start, end));
  }
}

/** Whether a segment has wildcards: `*`, `?`, `[...]`, `@(...)` and its kind. */
export function isWild(text: string): boolean {
  return /^(?:\\.|[^\\])*?(?:[*?]|[+@!]\(|\[.+\])/s.test(text);
}

/** A name as a segment that means it and nothing else. */
export function escapedName(name: string): string {
  return name.replace(/[\\*?[\]{}()]/g, '\\$&').replace(/^!/, '\\!');
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, '$1');
}

/**
 * picomatch reads `[!a]` as a set with `!` in it, `(a)` as `a`, `a|b` as a choice and drops quotes; and of stars that are no segment of
 * their own one is enough.
 */
function forPicomatch(text: string): string {
  let source = '';
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    const set = character === '[' ? /^\[[!^]?\]?[^\]]*\]/.exec(text.slice(at))?.[0] : undefined;
    if (set !== undefined) {
      source += set.replace(/^\[!/, '[^');
      at += set.length - 1;
    } else if (character === '\\') {
      source += character + text.charAt(++at);
    } else if (character === '(' && /[?*+@!]/.test(text.charAt(at - 1))) {
      depth++;
      source += character;
    } else if (character === ')' && depth > 0) {
      depth--;
      source += character;
    } else if (/["{}()[\]]/.test(character) || (character === '|' && depth === 0)) source += `\\${character}`;
    else if (character !== '*' || text.charAt(at - 1) !== '*') source += character;
  }
  return source;
}
