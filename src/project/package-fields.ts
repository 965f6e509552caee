import type {Diagnostic, Origin} from '../base/source.ts';
import {type JsonEntry, parseJsonText} from './json-text.ts';
import type {TextPlaces} from './text-place.ts';
import {isTable} from './toml/section.ts';

/** The top-level fields of one package.json, each checked as it is taken. */
export class PackageFields {
  readonly #value: Readonly<Record<string, unknown>>;
  readonly #text: string;
  readonly #places: TextPlaces;
  readonly #report: (diagnostic: Diagnostic) => void;

  constructor(
    value: Readonly<Record<string, unknown>>,
    text: string,
    places: TextPlaces,
    report: (diagnostic: Diagnostic) => void,
  ) {
    this.#value = value;
    this.#text = text;
    this.#places = places;
    this.#report = report;
  }

  get(name: string): unknown {
    return this.#value[name];
  }

  text(name: string): string | undefined {
    const value = this.#value[name];
    if (value === undefined || typeof value === 'string') return value;
    this.wrong(name, 'a text');
    return undefined;
  }

  record(name: string): Readonly<Record<string, unknown>> | undefined {
    const value = this.#value[name];
    if (value === undefined || isTable(value)) return value;
    this.wrong(name, 'an object');
    return undefined;
  }

  /** The entries of an object whose values are texts. */
  texts(name: string): Readonly<Record<string, string>> {
    const value = this.record(name);
    if (value === undefined) return {};
    const wrong = Object.keys(value).filter((key) => typeof value[key] !== 'string');
    for (const key of wrong) this.wrong(name, `an object of texts ("${key}" is none)`);
    if (wrong.length === 0) return value as Readonly<Record<string, string>>;
    return Object.fromEntries(
      Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  }

  wrong(name: string, expected: string): void {
    this.#report({
      severity: 'error',
      code: 'E_TYPE',
      message: `"${name}" must be ${expected}`,
      origin: this.origin(name),
    });
  }

  origin(name: string): Origin {
    const entry = this.#entry(name);
    return entry === undefined ? this.#places.origin(0) : this.#places.origin(entry.keyStart, entry.keyEnd);
  }

  /** The items of a list of texts, or of the list under `inner` when the field holds an object; undefined when it is neither. */
  textList(name: string, inner: string): readonly {readonly text: string; readonly origin: Origin}[] | undefined {
    const value = this.#entry(name)?.value;
    const list = value?.kind === 'object' ? value.entries.findLast(({key}) => key === inner)?.value : value;
    if (list === undefined && value?.kind === 'object') return [];
    if (list?.kind !== 'array') return undefined;
    const items = list.items.flatMap((item) => {
      if (item.kind !== 'scalar' || typeof item.value !== 'string') return [];
      return [{text: item.value, origin: this.#places.origin(item.start, item.end)}];
    });
    return items.length === list.items.length ? items : undefined;
  }

  #entry(name: string): JsonEntry | undefined {
    const node = parseJsonText(this.#text);
    return node.kind === 'object' ? node.entries.findLast((entry) => entry.key === name) : undefined;
  }
}
