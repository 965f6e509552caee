import {makeReaders} from './dialects/make-file.ts';
import {packageVocabulary, rootVocabulary} from './dialects/turbo/vocabulary.ts';
import {ReferenceTables} from './reference-tables.ts';

/** docs/reference/make-toml.md: every key that the reader knows, from the vocabulary that it checks with. */
export function makeTomlReference(): string {
  const writer = new ReferenceTables('the lifecycle dialect');
  writer.heading(
    'Lifecycle: `[lifecycle.<phase>]`',
    'The dialect to write. A file is of this dialect unless it has `[tasks]` or `[phases]`.',
  );
  writer.table([], makeReaders.lifecycle.keys);
  writer.heading('Phases: `[phases.<phase>]`', 'The same with some other names.');
  writer.table([], makeReaders.phases.keys);
  writer.heading(
    'cargo-make: `[tasks.<task>]`',
    "A Makefile.toml or make.toml of cargo-make. paceline's own keys may be used in it too.",
  );
  writer.table([], makeReaders['cargo-make'].keys);
  return `${introduction}\n${writer.text}`;
}

/** docs/reference/turbo-json.md, likewise. */
export function turboJsonReference(): string {
  const writer = new ReferenceTables('the turbo.json of the root');
  writer.heading('In the root', 'A `turbo.json` or `turbo.jsonc` beside the package.json that lists the workspaces.');
  writer.table([], rootVocabulary);
  writer.heading('In a package', 'Changes single keys of the tasks of that package.');
  writer.table([], packageVocabulary);
  return `${turboIntroduction}\n${writer.text}`;
}

const turboIntroduction = `<!-- Made from the code by \`npm run docs\`; do not edit. -->

# turbo.json

What paceline makes of a turbo.json, versions 1 and 2. A task runs the package.json script of its name in each package that has one,
directly, not through npm. \`dependsOn\` is a set: it says nothing about the order among its entries. A task without a script passes
the order on to what it depends on. Keys under *not acted on* are known, and answered by a warning that says why; any other key is answered by
a warning with its place and the nearest key.
`;

const introduction = `<!-- Made from the code by \`npm run docs\`; do not edit. -->

# make.toml

Every key that paceline knows. A key that is not here is answered by a warning with its place and the nearest key that is; with
\`--strict\` that is an error. Keys under *not acted on* are known, and answered by a warning that says why. A time is a number of seconds
or a text like \`"90s"\`, \`"2m"\`, \`"1h30m"\`; a size is a number of bytes or a text like \`"512MB"\`, \`"2GiB"\`.

A workspace's own make.toml adds to the root's and overrides single keys of its phases.
`;
