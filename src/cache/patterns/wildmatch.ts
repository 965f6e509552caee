/**
 * git's `wildmatch` with `WM_PATHNAME` (wildmatch.c) as a regular expression over bytes: paths and patterns go through {@link bytesOf}
 * first, because `?` and `[...]` stand for one byte in git. Undefined for a pattern that can match nothing, such as an open `[`.
 */
export function wildmatchPattern(pattern: string): string | undefined {
  let source = '';
  let index = 0;
  while (index < pattern.length) {
    const character = pattern.charAt(index);
    if (character === '*') {
      let end = index + 1;
      while (pattern[end] === '*') end++;
      const rest = pattern.slice(end, end + 2);
      const wholeSegment =
        end - index > 1 &&
        (index === 0 || pattern[index - 1] === '/') &&
        (rest === '' || rest[0] === '/' || rest === '\\/');
      if (!wholeSegment) source += '[^/]*';
      else if (rest[0] === '/') {
        source += '(?:.*/)?';
        end++;
      } else source += '.*';
      index = end;
    } else if (character === '[') {
      const set = bracketSet(pattern, index);
      if (set === undefined) return undefined;
      source += set.source;
      index = set.end;
    } else if (character === '\\') {
      if (index + 1 === pattern.length) return undefined;
      source += literalPattern(pattern.charAt(index + 1));
      index += 2;
    } else {
      source += character === '?' ? '[^/]' : literalPattern(character);
      index++;
    }
  }
  return source;
}

/** A text as it is in a regular expression. */
export function literalPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** The UTF-8 bytes of a text, one character each. */
export function bytesOf(text: string): string {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > 0x7f) return Buffer.from(text).toString('latin1');
  }
  return text;
}

/** ASCII alone, as git's own ctype has it; none contains `/`, which no set matches. */
const classes: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-/:-@\\[-`{-~',
  space: ' \\t\\n\\r',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
};

/** The set that begins with the `[` at `start`, read as wildmatch.c reads it: the first member may be a `]`. */
function bracketSet(pattern: string, start: number): {readonly source: string; readonly end: number} | undefined {
  let index = start + 1;
  const negated = pattern[index] === '!' || pattern[index] === '^';
  if (negated) index++;
  let members = '';
  let previous = '';
  do {
    let character = pattern[index];
    if (character === undefined) return undefined;
    const next = pattern[index + 1];
    if (character === '\\') {
      character = pattern[++index];
      if (character === undefined) return undefined;
      members += member(character);
      previous = character;
    } else if (character === '-' && previous !== '' && next !== undefined && next !== ']') {
      character = pattern[++index];
      if (character === '\\') character = pattern[++index];
      if (character === undefined) return undefined;
      if (previous <= character) members += `${member(previous)}-${member(character)}`;
      previous = '';
    } else if (character === '[' && next === ':') {
      const end = pattern.indexOf(']', index + 2);
      if (end < 0) return undefined;
      if (end > index + 2 && pattern[end - 1] === ':') {
        const named = classes[pattern.slice(index + 2, end - 1)];
        if (named === undefined) return undefined;
        members += named;
        previous = '';
        index = end;
      } else {
        members += member('[');
        previous = '[';
      }
    } else {
      members += member(character);
      previous = character;
    }
    index++;
  } while (pattern[index] !== ']');
  return {source: `(?!/)[${negated ? '^' : ''}${members}]`, end: index + 1};
}

function member(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
