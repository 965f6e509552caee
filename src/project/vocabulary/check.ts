import {nearestName} from '../../base/nearest-name.ts';
import type {Diagnostic} from '../../base/source.ts';
import {isTable, type Section} from '../toml/section.ts';
import type {KeySpec, TableSpec} from './key-spec.ts';
import {typeWords, valueKinds, valueWords} from './value-types.ts';

/** How many key uses of a file are acted on, answered by a warning of their own, or under a table that is closed. */
export interface KeyUses {
  honoured: number;
  warned: number;
  closed: number;
}

type Report = (diagnostic: Diagnostic) => void;

/** How messages speak of a kind of file. */
export interface FileWords {
  readonly file: string;
  /** The page that lists its keys. */
  readonly reference: string;
  readonly table: (path: readonly string[]) => string;
}

const makeToml: FileWords = {
  file: 'a make.toml',
  reference: 'docs/reference/make-toml.md',
  table: (path) => `[${path.join('.')}]`,
};

/**
 * Holds a table against its vocabulary. Every key is honoured, or reported with its place: unknown keys and keys that nothing acts on
 * as warnings, wrong types as errors. Counts key uses, a use being a key with a value that is not a table.
 */
export function checkKeys(section: Section, spec: TableSpec, report: Report, words: FileWords = makeToml): KeyUses {
  const check = new Check(report, words);
  check.table(section, spec, []);
  return check.uses;
}

class Check {
  readonly uses: KeyUses = {honoured: 0, warned: 0, closed: 0};
  readonly #report: Report;
  readonly #words: FileWords;

  constructor(report: Report, words: FileWords) {
    this.#report = report;
    this.#words = words;
  }

  table(section: Section, spec: TableSpec, path: readonly string[]): void {
    for (const key of section.keys) this.#key(section, key, spec, path);
    for (const key of requiredKeys(spec)) {
      if (section.has(key)) continue;
      const message = `${this.#name(path)} has no "${key}"`;
      this.#report({severity: 'error', code: 'E_MISSING_KEY', message, hint: `Add "${key}".`, origin: section.here});
    }
  }

  #key(section: Section, key: string, table: TableSpec, path: readonly string[]): void {
    const value = section.value(key);
    const origin = section.origin(key);
    const spec = findSpec(table, key, value);
    if (spec === undefined) {
      const near = nearestName(key, knownKeys(table));
      this.uses.warned += leafCount(value);
      this.#report({
        severity: 'warning',
        code: 'W_UNKNOWN_KEY',
        message: `"${key}" is no key of ${this.#name(path)}: it does nothing`,
        hint:
          near === undefined
            ? `Remove it; ${this.#words.reference} lists the keys there are.`
            : `Did you mean "${near}"?`,
        origin,
      });
      return;
    }
    if (spec.closed === true) {
      this.uses.closed += leafCount(value);
      const message = `${this.#name([...path, key])} is about something that paceline does not do: ${spec.doc}`;
      this.#report({severity: 'warning', code: 'W_CLOSED_TABLE', message, origin});
      return;
    }
    const problem = valueProblem(spec, value);
    if (problem !== undefined) {
      this.uses.warned += leafCount(value);
      this.#report({
        severity: 'error',
        ...problem,
        message: `"${key}" must be ${problem.message}`,
        origin: section.valueOrigin(key),
      });
      return;
    }
    const reason = spec.unsupported?.(value);
    if (reason !== undefined) {
      this.uses.warned += leafCount(value);
      this.#report({
        severity: 'warning',
        code: 'W_NOT_YET',
        message: `"${key}" is understood, but not acted on: ${reason}`,
        origin,
      });
      return;
    }
    const winner = [spec.aliasOf, ...(spec.yieldsTo ?? [])].find((other) => other !== undefined && section.has(other));
    if (winner !== undefined) {
      this.uses.warned += leafCount(value);
      const message =
        winner === spec.aliasOf
          ? `"${key}" and "${winner}" say the same thing; "${winner}" counts`
          : `"${key}" does nothing where there is a "${winner}"`;
      this.#report({severity: 'warning', code: 'W_SAME_KEY', message, hint: `Remove "${key}".`, origin});
      return;
    }
    this.#inside(section, key, spec, [...path, key]);
  }

  #name(path: readonly string[]): string {
    return path.length === 0 ? this.#words.file : this.#words.table(path);
  }

  #inside(section: Section, key: string, spec: KeySpec, path: readonly string[]): void {
    const inner = section.section(key);
    if (inner !== undefined && spec.table !== undefined) this.table(inner, spec.table, path);
    else if (inner !== undefined) this.uses.honoured += leafCount(section.value(key));
    else if (spec.items !== undefined && section.sections(key).length > 0) {
      for (const item of section.sections(key)) this.table(item, spec.items, path);
    } else this.uses.honoured += 1;
  }
}

const required = new WeakMap<TableSpec, readonly string[]>();

/** Looked up once for each shape, not for each table. */
function requiredKeys(spec: TableSpec): readonly string[] {
  const known = required.get(spec);
  if (known !== undefined) return known;
  const keys = Object.keys(spec.keys).filter((key) => spec.keys[key]?.required === true);
  required.set(spec, keys);
  return keys;
}

function findSpec(table: TableSpec, key: string, value: unknown): KeySpec | undefined {
  const known = Object.hasOwn(table.keys, key) ? table.keys[key] : undefined;
  const named = table.names?.find(({pattern, fits}) => {
    if (pattern !== undefined && !pattern.test(key)) return false;
    return fits === undefined || fits(value);
  })?.spec;
  if (known === undefined || named === undefined) return known ?? named;
  // `[workspace.members]` may be a workspace of that name: the value tells
  return valueProblem(known, value) === undefined || valueProblem(named, value) !== undefined ? known : named;
}

function knownKeys(table: TableSpec): readonly string[] {
  return [
    ...Object.keys(table.keys),
    ...(table.names ?? []).filter(({pattern}) => pattern !== undefined).map(({sample}) => sample),
  ];
}

function valueProblem(spec: KeySpec, value: unknown): {code: string; message: string} | undefined {
  if (!spec.types.some((type) => valueKinds[type].accepts(value))) {
    return {code: 'E_TYPE', message: `${typeWords(spec.types)}, but is ${valueWords(value)}`};
  }
  const {choices} = spec;
  const texts = [value].flat().filter((text) => typeof text === 'string');
  if (choices === undefined || texts.every((text) => choices.includes(text))) return undefined;
  return {code: 'E_VALUE', message: `one of ${choices.map((choice) => `"${choice}"`).join(', ')}`};
}

/** Key uses in a value; a value that is not a table is one. */
function leafCount(value: unknown): number {
  if (Array.isArray(value) && value.some(isTable)) return value.reduce((sum: number, item) => sum + leafCount(item), 0);
  if (!isTable(value)) return 1;
  return Object.values(value).reduce((sum: number, inner) => sum + leafCount(inner), 0);
}
