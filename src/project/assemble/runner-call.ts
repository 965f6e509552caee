/** What a shell line that does nothing but call a runner asks for. */
export interface RunnerCall {
  readonly phases: readonly string[];
  /** In this order; else a set. */
  readonly ordered: boolean;
  /** `-e production`. */
  readonly profile?: string;
}

/**
 * Understands a line that, in its entirety, asks a runner for phases of this project: `ggen lifecycle run build`,
 * `ggen lifecycle pipeline format lint`, `cargo make build`, `cargo lifecycle run build`, `paceline run build`, also joined by `&&`.
 * Undefined for everything else: a pipe, a variable, a flag that is not known.
 */
export function runnerCall(line: string): RunnerCall | undefined {
  if (!runnerWord.test(line)) return undefined;
  const calls: RunnerCall[] = [];
  for (const part of line.trim().replace(/;\s*$/, '').split('&&')) {
    const words = plainWords(part);
    const call = words === undefined ? undefined : programCall(words);
    if (call === undefined) return undefined;
    calls.push(call);
  }
  const profiles = new Set(calls.map((call) => call.profile));
  if (profiles.size > 1) return undefined;
  const [profile] = profiles;
  const phases = calls.flatMap((call) => call.phases);
  const ordered = calls.length > 1 || calls.every((call) => call.ordered);
  return {phases, ordered, ...(profile !== undefined && {profile})};
}

const runnerWord = /\b(?:ggen|cargo|makers|paceline)\b/;

/** The same for a program with its arguments. */
export function programCall(words: readonly string[]): RunnerCall | undefined {
  const [program, first, second] = words;
  if (program === 'ggen' && first === 'lifecycle') return lifecycleCall(second, words.slice(3));
  if (program === 'cargo' && first === 'lifecycle') return lifecycleCall(second, words.slice(3));
  if (program === 'cargo' && first === 'make') return cargoMakeCall(words.slice(2));
  if (program === 'makers') return cargoMakeCall(words.slice(1));
  if (program === 'paceline' && first === 'run') return phasesAndFlags(words.slice(2), false);
  if (program === 'npx' && first === 'paceline') return programCall(words.slice(1));
  return undefined;
}

function lifecycleCall(verb: string | undefined, words: readonly string[]): RunnerCall | undefined {
  if (verb !== 'run' && verb !== 'pipeline') return undefined;
  const call = phasesAndFlags(words, true);
  return verb === 'run' && call?.phases.length !== 1 ? undefined : call;
}

/** Names, `-e ENV`, `--env ENV`, `--root .`. */
function phasesAndFlags(words: readonly string[], ordered: boolean): RunnerCall | undefined {
  const phases: string[] = [];
  let profile: string | undefined;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--in-order') return phasesAndFlags([...words.slice(0, at), ...words.slice(at + 1)], true);
    const flag = /^(-e|--env|--root)(?:=(.*))?$/.exec(word);
    if (flag === null) {
      if (word.startsWith('-')) return undefined;
      phases.push(word);
      continue;
    }
    const value = flag[2] ?? words[++at];
    if (value === undefined || (flag[1] === '--root' && value !== '.')) return undefined;
    if (flag[1] !== '--root') profile = value;
  }
  return phases.length === 0 ? undefined : {phases, ordered, ...(profile !== undefined && {profile})};
}

/** `cargo make [flags] [task]`; a task with arguments of its own is not understood. */
function cargoMakeCall(words: readonly string[]): RunnerCall | undefined {
  let profile: string | undefined;
  const names: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (/^(?:--makefile|-p|--profile|-l|--loglevel)$/.test(word)) {
      const value = words[++at];
      if (word === '--makefile' && !/^(?:\.\/)?(?:Makefile|make)\.toml$/.test(value ?? '')) return undefined;
      if (word === '-p' || word === '--profile') profile = value;
    } else if (
      /^(?:--makefile=(?:\.\/)?(?:Makefile|make)\.toml|--quiet|--silent|-v|--verbose|--no-workspace|--loglevel=\w+)$/.test(
        word,
      )
    )
      continue;
    else if (word.startsWith('-')) return undefined;
    else names.push(word);
  }
  if (names.length !== 1) return undefined;
  return {phases: names, ordered: true, ...(profile !== undefined && {profile})};
}

/** The words of a line in which the shell would change nothing; quotes around whole words are taken off. */
function plainWords(text: string): readonly string[] | undefined {
  const words = text.trim().match(/"[^"$`\\]*"|'[^']*'|[^\s"']+/g) ?? [];
  const plain = words.map((word) => (/^["']/.test(word) ? word.slice(1, -1) : word));
  const rebuilt = words.join(' ');
  if (rebuilt !== text.trim().replace(/\s+/g, ' ')) return undefined;
  return words.some((word) => !/^["']/.test(word) && /[|&;<>()$`\\*?[\]{}!#~]/.test(word)) ? undefined : plain;
}

/** Whether a text calls a runner somewhere in it, at a place where a command can stand. */
export function callsRunner(text: string): boolean {
  if (!runnerWord.test(text)) return false;
  let end: string | undefined;
  for (const line of text.split('\n')) {
    if (end !== undefined) {
      if (line.trim() === end) end = undefined;
      continue;
    }
    end = /<<-?\s*(["']?)([A-Za-z_]\w*)\1/.exec(line)?.[2];
    if (/^\s*#/.test(line)) continue;
    if (
      /(?:^|[;&|({!]|\b(?:if|then|else|do|while|until|time|exec))\s*(?:[A-Z_]\w*=\S*\s+)*(?:cargo (?:make|lifecycle)|makers|ggen lifecycle (?:run|pipeline)|(?:npx )?paceline run)\s+\S/.test(
        unquoted(line),
      )
    )
      return true;
  }
  return false;
}

/** A line without the texts in its quotes. */
function unquoted(line: string): string {
  return line.replace(/\\./g, '').replace(/"[^"]*"|'[^']*'/g, '""');
}
