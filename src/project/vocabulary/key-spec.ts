/** What a value can be. A key names every kind that it takes. */
export type ValueType =
  | 'string'
  | 'boolean'
  | 'count'
  | 'port'
  | 'ports'
  | 'pattern'
  | 'number'
  | 'strings'
  | 'duration'
  | 'size'
  | 'scalar'
  | 'table'
  | 'tables'
  | 'mixed list'
  | 'anything';

/**
 * One key of make.toml: the single source of the checks, of the JSON Schema and of the reference. A key without `unsupported`,
 * `inherent` or `closed` changes the Project; a test sets the `example` of each and looks.
 */
export interface KeySpec {
  readonly types: readonly ValueType[];
  /** One sentence. */
  readonly doc: string;
  /** A value as TOML that differs from what holds without the key. */
  readonly example: string;
  /** The only texts that are allowed, also in a list. */
  readonly choices?: readonly string[];
  /** A second spelling of another key, which wins when both are there. */
  readonly aliasOf?: string;
  /** Other keys of the table, beside any of which this one means nothing. */
  readonly yieldsTo?: readonly string[];
  readonly required?: boolean;
  /** The keys of the table, when it may be one. */
  readonly table?: TableSpec;
  /** The keys of each table in the list, when it may be one. */
  readonly items?: TableSpec;
  /** Why paceline does not act on it; given the value, undefined when it does. */
  readonly unsupported?: (value: unknown) => string | undefined;
  /** Why a value that is not `unsupported` changes nothing: it is how paceline works anyway. */
  readonly inherent?: string;
  /** About something that paceline does not do: one warning for the whole table. */
  readonly closed?: true;
}

export interface TableSpec {
  /** Names the shape in the JSON Schema, for shapes that occur in several places or in themselves. */
  readonly id?: string;
  readonly keys: Readonly<Record<string, KeySpec>>;
  /** Keys whose names the author chooses; the first whose pattern fits counts. */
  readonly names?: readonly NameSpec[];
}

export interface NameSpec {
  /** As the reference writes it: `<phase>`, `before_<phase>`. */
  readonly placeholder: string;
  /** A name that fits, for the reference and the tests. */
  readonly sample: string;
  /** All names when absent. */
  readonly pattern?: RegExp;
  /** Only for such a value; for any when absent. */
  readonly fits?: (value: unknown) => boolean;
  readonly spec: KeySpec;
}

/** For `unsupported`: whatever the value is. */
export function always(reason: string): (value: unknown) => string {
  return () => reason;
}

/** For `unsupported`: unless the value is this one. */
export function unless(accepted: unknown, reason: string): (value: unknown) => string | undefined {
  return (value) => (value === accepted ? undefined : reason);
}

/** The shape of a free table: every name, each with the same spec. */
export function anyName(placeholder: string, sample: string, spec: KeySpec): TableSpec {
  return {keys: {}, names: [{placeholder, sample, spec}]};
}
