import {isNoTable, isTable} from '../toml/section.ts';
import {always, anyName, type KeySpec, type TableSpec, unless} from './key-spec.ts';
import {prefetch} from './phase-keys.ts';
import {services} from './service-keys.ts';
import {budget, cache, execution, state} from './settings-keys.ts';
import {variables} from './shared-shapes.ts';

/** `[project]`. */
const project: TableSpec = {
  keys: {
    name: {types: ['string'], doc: "The project's name; the folder's when absent.", example: '"shop"'},
    version: {types: ['string'], doc: 'Its version.', example: '"2.0.0"'},
    description: {types: ['string'], doc: 'Shown by `paceline list`.', example: '"A shop"'},
    type: {types: ['string'], doc: 'What kind of project it is, for its readers.', example: '"webapp"'},
    author: {types: ['string'], doc: 'Who wrote it.', example: '"Ada"', aliasOf: 'authors'},
    authors: {types: ['strings'], doc: 'Who wrote it.', example: '["Ada"]'},
  },
};

const workspaceEntry: TableSpec = {
  keys: {
    path: {
      types: ['string'],
      doc: 'The folder, relative to the root; `.` makes the root a workspace. It may not exist yet.',
      example: '"apps/web"',
      required: true,
    },
    description: {types: ['string'], doc: 'Shown in lists.', example: '"The shop window"'},
    framework: {
      types: ['string'],
      doc: 'What it is built with.',
      example: '"react"',
      unsupported: always('nothing depends on it'),
    },
    runtime: {
      types: ['string'],
      doc: 'What it runs on.',
      example: '"node"',
      unsupported: always('use `[deps]` for tools that must be there'),
    },
    package_manager: {
      types: ['string'],
      doc: 'npm, pnpm, yarn or bun.',
      example: '"pnpm"',
      unsupported: always('it is taken from package.json and the lockfile'),
    },
  },
};

/** `[workspace]` and `[workspace.<name>]`. */
const workspace: TableSpec = {
  keys: {
    members: {types: ['strings', 'string'], doc: 'Globs of member folders.', example: '["packages/*"]'},
    parallel: {
      types: ['boolean'],
      doc: 'Members run side by side.',
      example: 'true',
      unsupported: unless(true, 'workspaces run side by side unless one depends on the other; use --jobs=1'),
      inherent: 'Workspaces always run side by side unless one depends on the other.',
    },
  },
  names: [
    {
      placeholder: '<name>',
      sample: 'web',
      fits: isTable,
      spec: {types: ['table'], doc: 'A member.', example: '{path = "apps/web"}', table: workspaceEntry},
    },
  ],
};

const hookValue: Pick<KeySpec, 'types' | 'table'> = {
  types: ['strings', 'string', 'table'],
  table: {
    id: 'hookCommands',
    keys: {commands: {types: ['strings', 'string'], doc: 'Shell lines.', example: '["echo done"]'}},
  },
};

/** `[hooks]` of the lifecycle and phases dialects. */
const hooks: TableSpec = {
  keys: {
    before_all: {...hookValue, doc: 'Once, before everything else of the run.', example: '["setup"]'},
    after_all: {
      ...hookValue,
      doc: 'Once, after everything else, also after a failure; `PACELINE_STATUS` tells.',
      example: '["setup"]',
    },
    on_error: {...hookValue, doc: 'Once, when the run has failed.', example: '"echo failed"'},
    on_success: {...hookValue, doc: 'Once, when the run has succeeded.', example: '"echo fine"'},
    on_init: {...hookValue, doc: 'The same as `after_init`.', example: '"echo ready"'},
  },
  names: [
    {
      placeholder: 'before_<phase>',
      sample: 'before_build',
      pattern: /^before_./s,
      spec: {
        ...hookValue,
        doc: 'Phases that must have succeeded before, or shell lines that belong to the phase.',
        example: '["setup"]',
      },
    },
    {
      placeholder: 'after_<phase>',
      sample: 'after_build',
      pattern: /^after_./s,
      spec: {
        ...hookValue,
        doc: 'Phases that follow, and that dependents wait for too; or shell lines that belong to the phase.',
        example: '["setup"]',
      },
    },
  ],
};

/** `[env]` of the lifecycle and phases dialects. */
const env: TableSpec = {
  keys: {
    detect: {
      types: ['string'],
      doc: '`auto`: take the profile from PACELINE_ENV, GGEN_ENV, NODE_ENV, then `production` under CI, then `development`.',
      example: '"auto"',
      choices: ['auto', 'none'],
    },
  },
  names: [
    {
      placeholder: '<profile>',
      sample: 'production',
      fits: isTable,
      spec: {
        types: ['table'],
        doc: 'Variables that hold when this profile is chosen.',
        example: '{RUST_LOG = "warn"}',
        table: {
          id: 'envProfile',
          keys: {
            commands: {
              types: ['table'],
              doc: 'Commands of phases under this profile.',
              example: '{build = "tsc"}',
              table: anyName('<phase>', 'build', {
                types: ['string', 'strings'],
                doc: 'Shell lines instead of its own.',
                example: '"cargo build --release"',
              }),
            },
          },
          names: variables.names ?? [],
        },
      },
    },
    {
      placeholder: 'NAME',
      sample: 'RUST_LOG',
      fits: isNoTable,
      spec: {
        types: ['scalar'],
        doc: `A variable for every phase; \`\${NAME}\` in its value is replaced.`,
        example: '"debug"',
      },
    },
  ],
};

/** Tables that mean the same in each dialect. */
const sharedTables: Readonly<Record<string, KeySpec>> = {
  pipelines: {
    types: ['table'],
    doc: 'Named lists of phases, run in this order by `paceline run <name>`.',
    example: '{release = ["build"]}',
    table: anyName('<name>', 'release', {
      types: ['strings', 'string'],
      doc: 'Phases, in order.',
      example: '["setup", "build"]',
    }),
  },
  execution: {types: ['table'], doc: 'Limits.', example: '{max_parallel_phases = 4}', table: execution},
  cache: {
    types: ['table'],
    doc: 'Where results are kept, and for how long.',
    example: '{enabled = false}',
    table: cache,
  },
  state: {
    types: ['table'],
    doc: 'What is remembered of earlier runs.',
    example: '{persist_execution_state = false}',
    table: state,
  },
  deps: {
    types: ['table'],
    doc: 'Tools that must be there before the first task.',
    example: '{node = ">=24"}',
    table: anyName('<tool>', 'node', {types: ['string'], doc: 'A version range, or `*`.', example: '">=24"'}),
  },
  prefetch: {
    types: ['table'],
    doc: 'Runs first, once, beside what does not need it: install with the lockfile, so that everything after can work offline.',
    example: '{command = "npm ci"}',
    table: prefetch,
  },
  budget: {
    types: ['table'],
    doc: 'How long runs and phases may take; `paceline report` holds them against it.',
    example: '{total = "60s", build = "20s"}',
    table: budget,
  },
  service: {
    types: ['table'],
    doc: 'What tests need: databases, servers, containers. A phase names them in its `services`.',
    example: '{db = {plugin = "postgres"}}',
    table: services,
  },
};

/** Tables of the lifecycle and phases dialects. */
export const lifecycleTables: Readonly<Record<string, KeySpec>> = {
  project: {types: ['table'], doc: 'What the project is called.', example: '{name = "shop"}', table: project},
  workspace: {
    types: ['table'],
    doc: 'Members, besides those of package.json and pnpm-workspace.yaml.',
    example: '{members = ["packages/*"]}',
    table: workspace,
  },
  hooks: {
    types: ['table'],
    doc: 'What runs around phases and runs. A list names phases (or has shell lines with a blank in them), a text is a shell line.',
    example: '{before_build = ["setup"]}',
    table: hooks,
  },
  env: {types: ['table'], doc: 'Variables, for all phases and by profile.', example: '{RUST_LOG = "info"}', table: env},
  scripts: {
    types: ['table'],
    doc: 'Shortcuts: phases that run in the root only.',
    example: '{start = "node server.js"}',
    table: anyName('<name>', 'start', {types: ['string', 'strings'], doc: 'Shell lines.', example: '"node server.js"'}),
  },
  ...sharedTables,
};
