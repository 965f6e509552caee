import {isNoTable, isTable} from '../toml/section.ts';
import {always, type KeySpec, type NameSpec, type TableSpec, unless} from './key-spec.ts';
import {cargoCondition} from './shared-shapes.ts';

const mapping = always('values are not mapped; use a script');

const valueKeys: Readonly<Record<string, KeySpec>> = {
  value: {types: ['scalar'], doc: 'The value.', example: '"release"'},
  script: {
    types: ['string', 'strings'],
    doc: 'Shell lines whose output is the value; they run once, before the first task.',
    example: '["date +%F"]',
  },
  unset: {types: ['boolean'], doc: 'The variable is taken away.', example: 'true'},
  condition: {types: ['table'], doc: 'When it is set.', example: '{env_not_set = ["MODE"]}', table: cargoCondition},
  multi_line: {
    types: ['boolean'],
    doc: 'All lines of the output, not the last one.',
    example: 'true',
    unsupported: unless(true, 'the whole output is taken'),
    inherent: 'The whole output is taken.',
  },
  source: {types: ['string'], doc: 'The variable that is mapped.', example: '"OTHER"', unsupported: mapping},
  default_value: {types: ['scalar'], doc: 'What an unknown value is mapped to.', example: '"x"', unsupported: mapping},
  mapping: {
    types: ['table'],
    doc: 'From values of the other variable to values of this one.',
    example: '{a = "b"}',
    unsupported: mapping,
  },
};

/** Whether a table in `[env]` is a variable, and not a profile. */
export function isEnvValue(value: unknown): boolean {
  return isTable(value) && ['value', 'script', 'unset', 'source'].some((key) => Object.hasOwn(value, key));
}

/** Variables as cargo-make writes them. */
export const cargoEnvNames: readonly NameSpec[] = [
  {
    placeholder: 'NAME',
    sample: 'RUST_LOG',
    fits: isNoTable,
    spec: {
      types: ['scalar', 'strings'],
      doc: `A variable; \`\${NAME}\` in its value is replaced, a list is joined with \`;\`.`,
      example: '"debug"',
    },
  },
  {
    placeholder: 'NAME',
    sample: 'BUILD_MODE',
    fits: isEnvValue,
    spec: {
      types: ['table'],
      doc: 'A variable with a script or a condition.',
      example: '{value = "release"}',
      table: {id: 'cargoEnvValue', keys: valueKeys},
    },
  },
];

/** Variables, each by its name. */
export const cargoEnvTable: TableSpec = {id: 'cargoEnv', keys: {}, names: cargoEnvNames};
