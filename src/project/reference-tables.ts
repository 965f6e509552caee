import type {KeySpec, TableSpec} from './vocabulary/key-spec.ts';
import {typeWords} from './vocabulary/value-types.ts';

interface Row {
  readonly key: string;
  readonly spec: KeySpec;
}

/** Writes each TOML table once, and those inside it after it; keys that mean the same in several tables are written in the first. */
export class ReferenceTables {
  readonly #top: string;
  readonly #parts: string[] = [];
  /** Names of the tables in which shapes and keys were written. */
  readonly #written = new Map<TableSpec | KeySpec, string>();

  /** `top`: what the outermost table is called. */
  constructor(top: string) {
    this.#top = top;
  }

  get text(): string {
    return this.#parts.join('\n');
  }

  heading(title: string, about: string): void {
    this.#parts.push(`## ${title}\n\n${about}\n`);
  }

  table(path: readonly string[], spec: TableSpec): void {
    const name = path.join('.');
    this.#written.set(spec, name);
    const rows = rowsOf(spec);
    const fresh = rows.filter((row) => !this.#written.has(row.spec));
    const known = Map.groupBy(
      rows.filter((row) => this.#written.has(row.spec)),
      (row) => this.#written.get(row.spec) ?? '',
    );
    for (const row of fresh) this.#written.set(row.spec, name);
    const acted = fresh.filter((row) => !isUnsupported(row.spec) && row.spec.closed !== true);
    const [only] = rows;
    // a table that has nothing but named tables in it is told by their headings
    const isPlain = rows.length === 1 && only?.spec.table !== undefined && spec.names !== undefined;
    if (!isPlain) this.#parts.push(this.#tableText(path, fresh, acted, known));
    for (const {key, spec: inner} of acted) {
      for (const shape of [inner.table, inner.items]) {
        if (shape !== undefined && !this.#written.has(shape)) this.table([...path, key], shape);
      }
    }
  }

  #tableText(
    path: readonly string[],
    fresh: readonly Row[],
    acted: readonly Row[],
    known: ReadonlyMap<string, readonly Row[]>,
  ): string {
    const lines = acted.map(({key, spec}) => this.#line(path, key, spec));
    const rest = fresh.filter((row) => isUnsupported(row.spec)).map((row) => `- \`${row.key}\`: ${reasonOf(row.spec)}`);
    const closed = fresh.filter((row) => row.spec.closed === true).map((row) => `- \`[${row.key}]\`: ${row.spec.doc}`);
    const others = [...known].map(([table, rows]) => {
      const keys = [...new Set(rows.map(({key}) => `\`${key}\``))].join(', ');
      return `${lines.length === 0 ? 'As' : 'And, as'} in ${table === '' ? this.#top : `\`[${table}]\``}: ${keys}.`;
    });
    return [
      ...(path.length === 0 ? [] : [`### \`[${path.join('.')}]\`\n`]),
      ...(lines.length === 0 ? [] : [`| key | value | meaning | example |\n|---|---|---|---|\n${lines.join('\n')}\n`]),
      ...others.map((text) => `${text}\n`),
      ...(rest.length === 0 ? [] : [`Not acted on:\n${rest.join('\n')}\n`]),
      ...(closed.length === 0 ? [] : [`Tables that are answered by one warning:\n${closed.join('\n')}\n`]),
    ].join('\n');
  }

  #line(path: readonly string[], key: string, spec: KeySpec): string {
    const shape = spec.table ?? spec.items;
    const seen = shape === undefined ? undefined : this.#written.get(shape);
    const link = seen === undefined || seen === [...path, key].join('.') ? '' : ` Keys as in \`[${seen}]\`.`;
    const choices = spec.choices?.map((choice) => `\`"${choice}"\``).join(', ');
    const values =
      choices === undefined ? typeWords(spec.types) : spec.types.includes('strings') ? `a list of ${choices}` : choices;
    const required = spec.required === true ? ' Required.' : '';
    const reason = reasonOf(spec);
    const partial = reason === '' ? '' : ` Otherwise: ${reason}.`;
    return `| \`${key}\` | ${values} | ${cell(spec.doc + required + partial + link)} | ${cell(`\`${spec.example}\``)} |`;
  }
}

function rowsOf({keys, names = []}: TableSpec): readonly Row[] {
  return [
    ...Object.entries(keys).map(([key, spec]) => ({key, spec})),
    ...names.map(({placeholder, spec}) => ({key: placeholder, spec})),
  ];
}

/** Not acted on, whatever its value is. */
function isUnsupported(spec: KeySpec): boolean {
  return spec.unsupported !== undefined && spec.inherent === undefined;
}

function reasonOf(spec: KeySpec): string {
  return spec.unsupported?.(undefined) ?? '';
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
