import {makeReaders} from './dialects/make-file.ts';
import type {KeySpec, TableSpec} from './vocabulary/key-spec.ts';
import {typeWords} from './vocabulary/value-types.ts';

/** docs/reference/make-toml.md: every key that the reader knows, from the vocabulary that it checks with. */
export function makeTomlReference(): string {
  const pages = [
    dialect(
      'Lifecycle: `[lifecycle.<phase>]`',
      'The dialect to write. A file is of this dialect unless it has `[tasks]` or `[phases]`.',
      makeReaders.lifecycle.keys,
    ),
    dialect('Phases: `[phases.<phase>]`', 'The same, with other names for some things.', makeReaders.phases.keys),
    dialect(
      'cargo-make: `[tasks.<task>]`',
      "A Makefile.toml or make.toml of cargo-make. paceline's own keys may be used in it too.",
      makeReaders['cargo-make'].keys,
    ),
  ];
  return `${introduction}\n${pages.join('\n')}`;
}

const introduction = `<!-- Made from the code by \`npm run docs\`; do not edit. -->

# make.toml

Every key that paceline knows. A key that is not here is answered by a warning with its place and the nearest key that is; with
\`--strict\` that is an error. Keys under *not acted on* are known, and answered by a warning that says why. A time is a number of seconds
or a text like \`"90s"\`, \`"2m"\`, \`"1h30m"\`; a size is a number of bytes or a text like \`"512MB"\`, \`"2GiB"\`.

A workspace's own make.toml adds to the root's and overrides single keys of its phases.
`;

function dialect(title: string, about: string, spec: TableSpec): string {
  const writer = new Tables();
  writer.table([], spec);
  return `## ${title}\n\n${about}\n\n${writer.text}`;
}

/** Writes a table of keys for each TOML table, those inside it after it; a shape that occurs again is written once. */
class Tables {
  readonly #parts: string[] = [];
  readonly #written = new Map<TableSpec, string>();

  get text(): string {
    return this.#parts.join('\n');
  }

  table(path: readonly string[], spec: TableSpec): void {
    const name = path.join('.');
    this.#written.set(spec, name);
    const rows = rowsOf(spec);
    const isRoot = path.length === 0;
    const heading = isRoot ? '' : `### \`[${name}]\`\n\n`;
    const acted = rows.filter(({spec: key}) => !isUnsupported(key) && key.closed !== true);
    const lines = acted.map(({key, spec: inner}) => this.#row(path, key, inner));
    const rest = rows.filter(({spec: key}) => isUnsupported(key));
    const closed = rows.filter(({spec: key}) => key.closed === true);
    this.#parts.push(
      heading +
        (lines.length === 0 ? '' : `| key | value | meaning | example |\n|---|---|---|---|\n${lines.join('\n')}\n`) +
        (rest.length === 0
          ? ''
          : `\nNot acted on:\n${rest.map(({key, spec: inner}) => `- \`${key}\`: ${reasonOf(inner)}`).join('\n')}\n`) +
        (closed.length === 0
          ? ''
          : `\nTables that are answered by one warning:\n${closed.map(({key, spec: inner}) => `- \`[${key}]\`: ${inner.doc}`).join('\n')}\n`),
    );
    for (const {key, spec: inner} of acted) {
      for (const shape of [inner.table, inner.items]) {
        if (shape !== undefined && !this.#written.has(shape)) this.table([...path, key], shape);
      }
    }
  }

  #row(path: readonly string[], key: string, spec: KeySpec): string {
    const shape = spec.table ?? spec.items;
    const seen = shape === undefined ? undefined : this.#written.get(shape);
    const link = seen === undefined || seen === [...path, key].join('.') ? '' : ` Keys as in \`[${seen}]\`.`;
    const choices =
      spec.choices === undefined ? typeWords(spec.types) : spec.choices.map((choice) => `\`"${choice}"\``).join(', ');
    const required = spec.required === true ? ' Required.' : '';
    const partial = spec.unsupported === undefined ? '' : ` Otherwise: ${reasonOf(spec)}.`;
    return `| \`${key}\` | ${choices} | ${cell(spec.doc + required + partial + link)} | ${cell(`\`${spec.example}\``)} |`;
  }
}

function rowsOf({keys, names = []}: TableSpec): readonly {readonly key: string; readonly spec: KeySpec}[] {
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
