import type {Client} from 'pg';

/** One digest for each aspect of a state: `role` -> number of its lines, and the sum of their hashes. */
export type Fingerprint = ReadonlyMap<string, string>;

/** The lines of each aspect: `<label>\t<state>`. */
export type StateLines = ReadonlyMap<string, readonly string[]>;

/** A part of the state of a server or a database: rows, each with a label for people and a text that holds all that counts. */
export interface Aspect {
  readonly name: string;
  /** SQL expressions of type text. */
  readonly label: string;
  readonly state: string;
  /** What follows FROM. */
  readonly from: string;
  /** Gives the lines in place of label and state, where rows have to be put together for people. */
  readonly lines?: string;
}

/**
 * A query for each aspect, which gives a row of `DigestRow`.
 * The sum of hashes needs no order, and so no sort: hashtextextended() gives 64 bits.
 */
export function digestQueries(aspects: readonly Aspect[]): readonly string[] {
  return aspects.map(
    ({name, state, from}) =>
      `SELECT '${name}' AS aspect, count(*) || ' ' || coalesce(sum(hashtextextended(${state}, 0)), 0) AS digest FROM ${from}`,
  );
}

export interface DigestRow {
  readonly aspect: string;
  readonly digest: string;
}

export function fingerprintOf(rows: readonly DigestRow[]): Fingerprint {
  return new Map(rows.map(({aspect, digest}) => [aspect, digest]));
}

/** @param names of the aspects that are wanted; undefined: all */
export async function linesOf(
  client: Client,
  aspects: readonly Aspect[],
  names?: readonly string[],
): Promise<StateLines> {
  const found = new Map<string, readonly string[]>();
  for (const {
    name,
    label,
    state,
    from,
    lines = `SELECT ${label} || chr(9) || ${state} AS line FROM ${from}`,
  } of aspects) {
    if (names !== undefined && !names.includes(name)) continue;
    const {rows} = await client.query<{line: string}>(lines);
    found.set(
      name,
      rows.map(({line}) => line),
    );
  }
  return found;
}

/** Names of aspects that differ. */
export function differingAspects(expected: Fingerprint, found: Fingerprint): readonly string[] {
  return [...new Set([...expected.keys(), ...found.keys()])].filter((name) => expected.get(name) !== found.get(name));
}

/** What is there and should not be, and the other way round, for people: `role: added bob`, `rows: changed public.t (1 -> 2)`. */
export function differencesBetween(expected: StateLines, found: StateLines): readonly string[] {
  return [...found].flatMap(([name, lines]) => {
    const known = expected.get(name) ?? [];
    const [before, after] = [new Set(known), new Set(lines)];
    const added = byLabel(lines.filter((line) => !before.has(line)));
    const removed = byLabel(known.filter((line) => !after.has(line)));
    return [...new Set([...removed.keys(), ...added.keys()])].map((label) => {
      const [was, is] = [removed.get(label), added.get(label)];
      if (was === undefined) return `${name}: added ${label}`;
      if (is === undefined) return `${name}: removed ${label}`;
      return `${name}: changed ${label} (${shortened(was)} -> ${shortened(is)})`;
    });
  });
}

function byLabel(lines: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    lines.map((line) => {
      const tab = line.indexOf('\t');
      return [line.slice(0, tab), line.slice(tab + 1)];
    }),
  );
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
