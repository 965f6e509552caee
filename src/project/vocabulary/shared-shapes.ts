import {isNoTable, isTable} from '../toml/section.ts';
import {always, anyName, type KeySpec, type TableSpec} from './key-spec.ts';

/** Variables by name; a dotted name (`logging.level`) nests in TOML and is put together again. */
export const variables: TableSpec = {
  id: 'variables',
  keys: {},
  names: [
    {
      placeholder: 'NAME',
      sample: 'LOG_LEVEL',
      fits: isNoTable,
      spec: {types: ['scalar'], doc: `A variable; \`\${NAME}\` in its value is replaced.`, example: '"debug"'},
    },
    {
      placeholder: 'name.part',
      sample: 'logging',
      fits: isTable,
      spec: {
        types: ['table'],
        doc: 'The first part of a dotted variable name.',
        example: '{level = "debug"}',
        get table() {
          return variables;
        },
      },
    },
  ],
};

const conditionKeys: Readonly<Record<string, KeySpec>> = {
  files_exist: {types: ['strings'], doc: 'All of these files exist.', example: '["Cargo.toml"]'},
  files_not_exist: {types: ['strings'], doc: 'None of these files exists.', example: '["done.txt"]'},
  env_set: {types: ['strings'], doc: 'All of these variables are set.', example: '["CI"]'},
  env_not_set: {types: ['strings'], doc: 'None of these variables is set.', example: '["CI"]'},
  env: {
    types: ['table'],
    doc: 'These variables have these values.',
    example: '{CI = "true"}',
    table: anyName('NAME', 'CI', {types: ['scalar'], doc: 'The value that the variable must have.', example: '"true"'}),
  },
  env_true: {
    types: ['strings'],
    doc: 'All of these variables are `true`, `yes` or a number other than 0.',
    example: '["CI"]',
  },
  env_false: {types: ['strings'], doc: 'All of these variables are `false`, `no`, `0` or empty.', example: '["CI"]'},
  platforms: {types: ['strings'], doc: 'The system is one of `linux`, `mac`, `windows`.', example: '["mac"]'},
  profiles: {types: ['strings'], doc: 'The env profile in force is one of these.', example: '["production"]'},
  script: {types: ['string', 'strings'], doc: 'Shell lines that exit with 0.', example: '"test -d src"'},
  fail_message: {types: ['string'], doc: 'Shown when the condition does not hold.', example: '"no sources"'},
};

/** When a phase runs at all. */
export const condition: TableSpec = {id: 'condition', keys: conditionKeys};

/** Conditions of cargo-make that need what paceline does not look at. */
export const cargoCondition: TableSpec = {
  id: 'cargoCondition',
  keys: {
    ...conditionKeys,
    channels: {
      types: ['strings'],
      doc: 'The Rust channel is one of these.',
      example: '["stable"]',
      unsupported: always('the Rust channel is not looked at'),
    },
    rust_version: {
      types: ['table'],
      doc: 'The Rust version is in this range.',
      example: '{min = "1.75.0"}',
      unsupported: always('use `[deps]` for tool versions'),
    },
    crate_version: {
      types: ['table'],
      doc: 'The crate version is in this range.',
      example: '{min = "1.0.0"}',
      unsupported: always('the crate version is not looked at'),
    },
    files_modified: {
      types: ['table'],
      doc: 'Outputs are older than inputs.',
      example: '{input = ["src/**"], output = ["target/**"]}',
      unsupported: always('use `inputs`, `outputs` and `cache = true` instead, which compare contents'),
    },
    env_contains: {
      types: ['table'],
      doc: 'These variables contain these texts.',
      example: '{CI = "t"}',
      unsupported: always('only whole values are compared'),
    },
    os: {
      types: ['strings'],
      doc: 'The operating system is one of these.',
      example: '["linux"]',
      unsupported: always('use `platforms` instead'),
    },
    condition_type: {
      types: ['string'],
      doc: 'How the parts are joined.',
      example: '"Or"',
      unsupported: always('all parts of a condition must hold'),
    },
  },
};

/** What makes a phase that never ends ready. */
export const readyWhen: TableSpec = {
  id: 'readyWhen',
  keys: {
    log: {types: ['pattern'], doc: 'A regular expression over its output.', example: '"listening"'},
    port: {types: ['port'], doc: 'A TCP port that accepts connections.', example: '3000', yieldsTo: ['log']},
    host: {types: ['string'], doc: 'Where the port is; `127.0.0.1` when absent.', example: '"localhost"'},
    command: {
      types: ['string'],
      doc: 'A shell line that exits with 0.',
      example: '"curl -fs localhost:3000"',
      yieldsTo: ['log', 'port'],
    },
  },
};

export const resources: TableSpec = {
  id: 'resources',
  keys: {
    cpu: {types: ['number'], doc: 'Slots that the phase takes; 1 when absent.', example: '2'},
    memory: {types: ['size'], doc: 'Memory that the phase needs.', example: '"2GiB"'},
  },
};
