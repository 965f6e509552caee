/** Whether a path segment has wildcards. */
export function isMagic(segment: string): boolean {
  return /[*?[\]\\]/.test(segment);
}

/** `{a,b}/*` -> `a/*`, `b/*`; groups may nest. A group without a comma stays as it is written. */
export function bracesExpanded(glob: string): readonly string[] {
  const group = firstGroup(glob);
  if (group === undefined) return [glob];
  const {start, end, choices} = group;
  return choices.flatMap((choice) => bracesExpanded(glob.slice(0, start) + choice + glob.slice(end)));
}

/** The first `{...}` with a comma of its own: offsets of the group and the texts between its commas. */
function firstGroup(glob: string): {start: number; end: number; choices: string[]} | undefined {
  for (let start = glob.indexOf('{'); start !== -1; start = glob.indexOf('{', start + 1)) {
    const commas: number[] = [];
    let depth = 0;
    for (let at = start; at < glob.length; at++) {
      const char = glob[at];
      if (char === '{') depth += 1;
      else if (char === ',' && depth === 1) commas.push(at);
      else if (char === '}') depth -= 1;
      if (depth > 0) continue;
      if (commas.length === 0) break;
      const edges = [start, ...commas, at];
      return {
        start,
        end: at + 1,
        choices: edges.slice(1).map((edge, index) => glob.slice((edges[index] ?? start) + 1, edge)),
      };
    }
  }
  return undefined;
}

/** One path segment (`pkg-*`, `[ab]?`) as a pattern for a name; a wildcard in front does not match a dot, as in a shell. */
export function segmentPattern(segment: string): RegExp {
  let source = '';
  for (let at = 0; at < segment.length; at++) {
    const char = segment[at] ?? '';
    const set = char === '[' ? /^\[([!^]?)(\]?[^\]]*)\]/.exec(segment.slice(at)) : null;
    if (set !== null) {
      source += `[${set[1] === '' ? '' : '^'}${(set[2] ?? '').replace(/[\\[\]^]/g, '\\$&')}]`;
      at += set[0].length - 1;
    } else if (char === '*') source += '.*';
    else if (char === '?') source += '.';
    else
      source += (char === '\\' && at + 1 < segment.length ? (segment[++at] ?? '') : char).replace(
        /[\\^$.*+?()[\]{}|/]/g,
        '\\$&',
      );
  }
  return new RegExp(/^[*?[]/.test(segment) ? `^(?!\\.)${source}$` : `^${source}$`, 's');
}
