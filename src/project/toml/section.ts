import type {Origin} from '../../base/source.ts';
import type {TextPlaces} from '../text-place.ts';
import type {KeyPlace} from './key-positions.ts';

/** A text with the place it was written at. */
export interface Located {
  readonly text: string;
  readonly origin: Origin;
}

/**
 * One table of a TOML file. A value is given only if it has the wanted type: a wrong type has been reported before, when the file was
 * held against the key vocabulary.
 */
export class Section {
  readonly #table: Readonly<Record<string, unknown>>;
  readonly #place: KeyPlace;
  readonly #places: TextPlaces;
  readonly #base: Section | undefined;
  /** Where the table begins: its header, or its key. */
  readonly here: Origin;

  constructor(
    table: Readonly<Record<string, unknown>>,
    place: KeyPlace,
    places: TextPlaces,
    here: Origin,
    base?: Section,
  ) {
    this.#table = table;
    this.#place = place;
    this.#places = places;
    this.here = here;
    this.#base = base;
  }

  /** This table, and for the keys that it does not have, another one. */
  over(base: Section): Section {
    const below = this.#base === undefined ? base : this.#base.over(base);
    return new Section(this.#table, this.#place, this.#places, this.here, below);
  }

  /** Of these keys, the one that the uppermost table has; the first, where it has several. */
  uppermost(keys: readonly string[]): string | undefined {
    return keys.find((key) => Object.hasOwn(this.#table, key)) ?? this.#base?.uppermost(keys);
  }

  /** Keys in the order of the file. */
  get keys(): readonly string[] {
    const own = Object.keys(this.#table);
    return this.#base === undefined ? own : [...new Set([...this.#base.keys, ...own])];
  }

  has(key: string): boolean {
    return this.#holder(key) !== undefined;
  }

  value(key: string): unknown {
    const holder = this.#holder(key);
    return holder === undefined ? undefined : holder.#table[key];
  }

  /** Where a key stands. */
  origin(key: string): Origin {
    const holder = this.#holder(key) ?? this;
    const place = holder.#place.keys.get(key);
    return place === undefined ? holder.here : holder.#places.origin(place.keyStart, place.keyEnd);
  }

  /** Where the value of a key, or an element of it, stands. */
  valueOrigin(key: string, index?: number): Origin {
    const holder = this.#holder(key) ?? this;
    const place = holder.#place.keys.get(key);
    const item = index === undefined ? place : place?.items[index];
    if (item === undefined || item.valueEnd === 0) return this.origin(key);
    return holder.#places.origin(item.valueStart, item.valueEnd);
  }

  string(key: string): string | undefined {
    const value = this.value(key);
    return typeof value === 'string' ? value : undefined;
  }

  boolean(key: string): boolean | undefined {
    const value = this.value(key);
    return typeof value === 'boolean' ? value : undefined;
  }

  number(key: string): number | undefined {
    const value = this.value(key);
    return typeof value === 'number' ? value : undefined;
  }

  /** A text as a list of one, or a list of texts. */
  strings(key: string): readonly string[] | undefined {
    const value = this.value(key);
    if (typeof value === 'string') return [value];
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined;
  }

  /** The same, each with its place. */
  located(key: string): readonly Located[] | undefined {
    const value = this.value(key);
    if (typeof value === 'string') return [{text: value, origin: this.valueOrigin(key)}];
    if (!Array.isArray(value)) return undefined;
    return value.flatMap((item, index) =>
      typeof item === 'string' ? [{text: item, origin: this.valueOrigin(key, index)}] : [],
    );
  }

  section(key: string): Section | undefined {
    const holder = this.#holder(key);
    const value = this.value(key);
    if (holder === undefined || !isTable(value)) return undefined;
    return holder.#inner(value, holder.#place.keys.get(key), this.origin(key));
  }

  /** The texts and tables of a list, in order. */
  items(key: string): readonly (Located | Section)[] | undefined {
    const value = this.value(key);
    if (!Array.isArray(value)) return undefined;
    const tables = [...this.sections(key)];
    return value.flatMap((item, index): readonly (Located | Section)[] => {
      if (typeof item === 'string') return [{text: item, origin: this.valueOrigin(key, index)}];
      const table = isTable(item) ? tables.shift() : undefined;
      return table === undefined ? [] : [table];
    });
  }

  /** The tables in a list. */
  sections(key: string): readonly Section[] {
    const holder = this.#holder(key);
    const value = this.value(key);
    if (holder === undefined || !Array.isArray(value)) return [];
    const items = holder.#place.keys.get(key)?.items ?? [];
    return value.flatMap((item, index) => {
      const place = items[index];
      if (place === undefined || !isTable(item)) return [];
      return [holder.#inner(item, place, holder.#places.origin(place.keyStart, place.keyEnd))];
    });
  }

  /** The keys that hold tables. */
  namedSections(): readonly (readonly [string, Section])[] {
    return this.keys.flatMap((key) => {
      const section = this.section(key);
      return section === undefined ? [] : [[key, section] as const];
    });
  }

  /** The table that has the key: this one, or one below it. */
  #holder(key: string): Section | undefined {
    if (Object.hasOwn(this.#table, key)) return this;
    return this.#base === undefined ? undefined : this.#base.#holder(key);
  }

  #inner(table: Readonly<Record<string, unknown>>, place: KeyPlace | undefined, here: Origin): Section {
    return new Section(table, place ?? nowhere, this.#places, here);
  }
}

const nowhere: KeyPlace = {keyStart: 0, keyEnd: 0, valueStart: 0, valueEnd: 0, keys: new Map(), items: []};

/** A TOML table: neither a list nor a date. */
export function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

export function isNoTable(value: unknown): boolean {
  return !isTable(value);
}
