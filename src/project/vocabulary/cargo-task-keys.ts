import {cargoEnvTable} from './cargo-env-keys.ts';
import {always, type KeySpec, type TableSpec} from './key-spec.ts';
import {everyPhaseKeys} from './phase-keys.ts';
import {cargoCondition} from './shared-shapes.ts';

function ignored(types: KeySpec['types'], doc: string, example: string, reason: string): KeySpec {
  return {types, doc, example, unsupported: always(reason)};
}

const installCrate: TableSpec = {
  id: 'installCrate',
  keys: {
    crate_name: {types: ['string'], doc: 'The crate, for `cargo install`.', example: '"cargo-audit"'},
    binary: {types: ['string'], doc: 'The program that shows whether it is there.', example: '"cargo-deny"'},
    test_arg: {
      types: ['string', 'strings'],
      doc: 'Its arguments for that; `--help` when absent.',
      example: '["--version"]',
    },
    min_version: {types: ['string'], doc: 'The least version.', example: '"0.17.0"'},
    version: {types: ['string'], doc: 'The version.', example: '"0.17.0"'},
    rustup_component_name: {types: ['string'], doc: 'The component, for `rustup component add`.', example: '"clippy"'},
    toolchain: ignored(['string'], 'Another toolchain.', '"nightly"', 'the tool is only looked for'),
    install_command: ignored(
      ['string', 'boolean'],
      'Another subcommand of cargo.',
      '"binstall"',
      'paceline installs nothing by itself',
    ),
    force: ignored(['boolean'], 'Install in any case.', 'true', 'paceline installs nothing by itself'),
    all_features: ignored(['boolean'], 'With all features.', 'true', 'paceline installs nothing by itself'),
  },
};

const dependency: TableSpec = {
  id: 'cargoDependency',
  keys: {
    name: {types: ['string'], doc: 'The task.', example: '"setup"', required: true},
    path: ignored(['string'], 'Another file that has it.', '"../other"', 'only tasks of this file can be named'),
  },
};

const beforehand = always(
  'what follows a task must be known before the run, so this entry is left out; put the condition on the task that is named',
);

/** What can be told before the run. */
const routeCondition: TableSpec = {
  id: 'routeCondition',
  keys: Object.fromEntries(
    Object.entries(cargoCondition.keys).map(([key, spec]) => [
      key,
      key === 'platforms' ? {...spec, example: '["linux", "mac"]'} : {...spec, unsupported: beforehand},
    ]),
  ),
};

const route: TableSpec = {
  id: 'runTask',
  keys: {
    name: {types: ['string', 'strings'], doc: 'The tasks.', example: '"setup"', required: true},
    parallel: {types: ['boolean'], doc: 'Side by side, not one behind the other.', example: 'true'},
    condition: {
      types: ['table'],
      doc: 'In a list, the first entry whose condition holds counts.',
      example: '{platforms = ["linux", "mac"]}',
      table: routeCondition,
    },
    fork: ignored(['boolean'], 'In a process of its own.', 'true', 'each task has processes of its own'),
    cleanup_task: ignored(['string'], 'After a failure.', '"clean"', 'use on_error_task in [config]'),
  },
};

const scriptParts: TableSpec = {
  id: 'cargoScript',
  keys: {
    file: {types: ['string'], doc: 'A file with the script.', example: '"scripts/build.sh"'},
    absolute_path: {
      types: ['boolean'],
      doc: 'The file is not relative to the folder.',
      example: 'true',
      inherent: 'The path tells.',
      unsupported: () => undefined,
    },
    pre: {types: ['string', 'strings'], doc: 'Before the main part.', example: '"echo start"'},
    main: {types: ['string', 'strings'], doc: 'The main part.', example: '"cargo build"'},
    post: {types: ['string', 'strings'], doc: 'After the main part.', example: '"echo end"'},
  },
};

const taskKeys: Readonly<Record<string, KeySpec>> = {
  command: {types: ['string'], doc: 'A program, without a shell.', example: '"cargo"', yieldsTo: ['script']},
  args: {
    types: ['strings'],
    doc: `Its arguments, or those of the script; \`\${NAME}\` and \`\${@}\` are replaced.`,
    example: '["build", "--release"]',
  },
  script: {
    types: ['string', 'strings', 'table'],
    doc: 'Lines for a shell, or for what the first line (`#!`) names. A shell stops at the first line that fails.',
    example: '["cargo build", "cargo test"]',
    table: scriptParts,
  },
  script_runner: {
    types: ['string'],
    doc: '`@shell`, or a program that reads the script from a file.',
    example: '"python3"',
  },
  script_runner_args: {types: ['strings'], doc: 'Arguments in front of the file.', example: '["-u"]'},
  script_extension: {types: ['string'], doc: 'How the name of the file ends.', example: '".ts"'},
  dependencies: {
    types: ['strings', 'mixed list', 'tables'],
    doc: 'Tasks before this one, in this order.',
    example: '["setup"]',
    items: dependency,
  },
  run_task: {
    types: ['string', 'strings', 'table', 'tables'],
    doc: "Tasks after this one's own work.",
    example: '"setup"',
    table: route,
    items: route,
  },
  alias: {types: ['string'], doc: 'This is another task.', example: '"setup"'},
  linux_alias: {types: ['string'], doc: 'The same, on Linux only.', example: '"setup"'},
  mac_alias: {types: ['string'], doc: 'The same, on macOS only.', example: '"setup"'},
  windows_alias: {types: ['string'], doc: 'The same, on Windows only.', example: '"setup"'},
  extend: {types: ['string'], doc: 'What this task does not say is taken from that one.', example: '"setup"'},
  clear: {
    types: ['boolean'],
    doc: 'Nothing of a built-in task of that name remains.',
    example: 'true',
    unsupported: () => undefined,
    inherent: 'There are no built-in tasks. In a table for one system it takes everything else away.',
  },
  workspace: {types: ['boolean'], doc: 'Runs in each member, not in the root.', example: 'true'},
  ignore_errors: {types: ['boolean'], doc: 'A failure means nothing.', example: 'true'},
  force: {types: ['boolean'], doc: 'The same as `ignore_errors`.', example: 'true', aliasOf: 'ignore_errors'},
  disabled: {types: ['boolean'], doc: 'Only the tasks that it names run.', example: 'true'},
  cwd: {
    types: ['string'],
    doc: 'Where it runs; the same as `directory`.',
    example: '"crates/core"',
    aliasOf: 'directory',
  },
  env: {types: ['table'], doc: 'Variables of this task.', example: '{RUST_LOG = "debug"}', table: cargoEnvTable},
  condition: {
    types: ['table'],
    doc: 'When it runs at all.',
    example: '{files_exist = ["Cargo.toml"]}',
    table: cargoCondition,
  },
  condition_script: {types: ['strings'], doc: 'Shell lines that must exit with 0.', example: '["test -d src"]'},
  install_crate: {
    types: ['string', 'boolean', 'table'],
    doc: 'A tool that must be there before the run; `false`: none.',
    example: '"cargo-nextest"',
    table: installCrate,
  },
  install_crate_args: ignored(
    ['strings'],
    'Arguments for cargo install.',
    '["--locked"]',
    'paceline installs nothing by itself',
  ),
  install_script: {
    types: ['string', 'strings'],
    doc: 'Lines before the command.',
    example: '["rustup component add clippy"]',
  },
  toolchain: {
    types: ['string', 'table'],
    doc: 'The toolchain that `rustup run` starts the command with.',
    example: '"nightly"',
    table: {
      id: 'toolchain',
      keys: {
        channel: {types: ['string'], doc: 'Its name.', example: '"nightly"'},
        min_version: ignored(['string'], 'Its least version.', '"1.75"', 'use [deps]'),
      },
    },
  },
  env_files: ignored(
    ['strings', 'mixed list', 'tables'],
    'Files with variables.',
    '["./prod.env"]',
    'write the variables into `env`',
  ),
  deprecated: ignored(['boolean', 'string'], 'A notice for those who run it.', 'true', 'no notice is shown'),
  plugin: ignored(['string'], 'Code of its own.', '"x"', 'there are no plugins'),
};

const ownKeys: Readonly<Record<string, KeySpec>> = {...everyPhaseKeys, ...taskKeys};

/** What a task says for one system. */
const platformTask: TableSpec = {id: 'cargoPlatformTask', keys: ownKeys};

/** `[tasks.X]`: cargo-make's keys, and paceline's. */
export const cargoTask: TableSpec = {
  id: 'cargoTask',
  keys: {
    ...ownKeys,
    ...Object.fromEntries(
      ['linux', 'mac', 'windows'].map((system): [string, KeySpec] => [
        system,
        {
          types: ['table'],
          doc: `Keys that hold on ${system} only.`,
          example: '{command = "make"}',
          table: platformTask,
        },
      ]),
    ),
  },
};
