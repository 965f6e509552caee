/** How many patterns one pattern with braces may stand for. */
export const MOST_ALTERNATIVES = 256;

/** `{a,b}/*` -> `a/*`, `b/*`; groups may nest, and one without a comma stays as it is written. Stops after {@link MOST_ALTERNATIVES}. */
export function bracesExpanded(pattern: string): readonly string[] {
  const expanded: string[] = [];
  const open = [pattern];
  for (let next = open.pop(); next !== undefined && expanded.length <= MOST_ALTERNATIVES; next = open.pop()) {
    const group = firstGroup(next);
    if (group === undefined) expanded.push(next);
    else {
      const [before, after] = [next.slice(0, group.start), next.slice(group.end)];
      open.push(...group.choices.map((choice) => before + choice + after).reverse());
    }
  }
  return expanded;
}

/** The first `{...}` with a comma of its own: where it begins and ends, and the texts between its commas. */
function firstGroup(pattern: string): {start: number; end: number; choices: readonly string[]} | undefined {
  const open: {start: number; commas: number[]}[] = [];
  let first: {start: number; end: number; commas: readonly number[]} | undefined;
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at];
    if (character === '\\') at++;
    else if (character === '{') open.push({start: at, commas: []});
    else if (character === ',') open.at(-1)?.commas.push(at);
    else if (character === '}') {
      const group = open.pop();
      if (group === undefined || group.commas.length === 0) continue;
      if (first === undefined || group.start < first.start) first = {...group, end: at + 1};
    }
  }
  if (first === undefined) return undefined;
  const edges = [first.start, ...first.commas, first.end - 1];
  const choices = edges.slice(1).map((edge, index) => pattern.slice((edges[index] ?? 0) + 1, edge));
  return {start: first.start, end: first.end, choices};
}
