/** What an action was made of, by names a person knows, so that two can be compared. Hashes only; no value of a variable. */
export interface Explanation {
  readonly action: string;
  /** Unix time, ms, when it was run or found. */
  readonly at: number;
  readonly commands: readonly string[];
  readonly settings: Readonly<Record<string, string>>;
  /** Names and hashes. */
  readonly variables: Readonly<Record<string, string>>;
  /** Paths relative to the root and hashes, of the task's own inputs. */
  readonly files: Readonly<Record<string, string>>;
  /** The same of the files that every task has. */
  readonly rootFiles: Readonly<Record<string, string>>;
  /** Tasks whose results count, and what stands for these. */
  readonly needs: Readonly<Record<string, string>>;
}

/** A difference between two actions. */
export type Difference =
  | {
      readonly kind: 'file' | 'root-file' | 'variable' | 'need';
      readonly change: 'added' | 'removed' | 'changed';
      readonly name: string;
    }
  | {readonly kind: 'command'; readonly before: readonly string[]; readonly after: readonly string[]}
  | {readonly kind: 'setting'; readonly name: string; readonly before?: string; readonly after?: string};

/** Explanations kept for each task. */
export const KEPT_EXPLANATIONS = 4;

/** All differences, files last. */
function differences(before: Explanation, after: Explanation): readonly Difference[] {
  const found: Difference[] = [];
  if (JSON.stringify(before.commands) !== JSON.stringify(after.commands))
    found.push({kind: 'command', before: before.commands, after: after.commands});
  for (const name of namesOf(before.settings, after.settings)) {
    const [old, now] = [own(before.settings, name), own(after.settings, name)];
    if (old !== now)
      found.push({
        kind: 'setting',
        name,
        ...(old !== undefined && {before: old}),
        ...(now !== undefined && {after: now}),
      });
  }
  for (const [kind, member] of [
    ['variable', 'variables'],
    ['need', 'needs'],
    ['file', 'files'],
    ['root-file', 'rootFiles'],
  ] as const) {
    for (const name of namesOf(before[member], after[member])) {
      const [old, now] = [own(before[member], name), own(after[member], name)];
      if (old === now) continue;
      found.push({kind, change: old === undefined ? 'added' : now === undefined ? 'removed' : 'changed', name});
    }
  }
  return found;
}

/** The earlier explanation with the fewest differences, and these. */
export function nearest(
  earlier: readonly Explanation[],
  now: Explanation,
): {readonly explanation: Explanation; readonly differences: readonly Difference[]} | undefined {
  let best: {explanation: Explanation; differences: readonly Difference[]} | undefined;
  for (const explanation of earlier) {
    const found = differences(explanation, now);
    if (best === undefined || found.length < best.differences.length) best = {explanation, differences: found};
  }
  return best;
}

/** A difference in a few words: `src/a.ts changed`, `variable API_URL added`. */
export function differenceText(difference: Difference): string {
  switch (difference.kind) {
    case 'file':
      return `${difference.name} ${difference.change}`;
    case 'root-file':
      return `${difference.name} ${difference.change} (a file of the root counts for every task)`;
    case 'variable':
      return `variable ${difference.name} ${difference.change}`;
    case 'need':
      return `result of ${difference.name} ${difference.change}`;
    case 'command':
      return 'command changed';
    case 'setting':
      return settingText(difference.name, difference.before, difference.after);
  }
}

const SETTINGS: Readonly<Record<string, string>> = {
  format: 'format of the key',
  platform: 'platform',
  node: 'version of Node',
  arguments: 'arguments behind --',
  directory: 'directory',
  parallel: '`parallel`',
  outputs: '`outputs`',
  incremental: '`incremental`',
  closure: '`closure`',
  cache_key: 'text of `cache_key`',
  stage: 'stage',
  links: 'target of a link',
};

function settingText(name: string, before: string | undefined, after: string | undefined): string {
  const what = name.startsWith('tool:') ? `version of ${name.slice(5)}` : (SETTINGS[name] ?? name);
  if (name === 'links') return `${what} changed`;
  return `${what} changed: ${before ?? 'none'} -> ${after ?? 'none'}`;
}

/** The same in one line, with the first few. */
export function differencesText(found: readonly Difference[], most = 3): string {
  const shown = found.slice(0, most).map(differenceText);
  const more = found.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** A file may be called `constructor`. */
function own(record: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function namesOf(...records: readonly Readonly<Record<string, unknown>>[]): readonly string[] {
  return [...new Set(records.flatMap((record) => Object.keys(record)))].sort();
}
