import {closedTables} from './closed-tables.ts';
import type {TableSpec} from './key-spec.ts';
import {phasesPhase} from './phase-keys.ts';
import {lifecycleTables} from './project-keys.ts';

/** A make.toml with `[phases.<phase>]` tables. */
export const phasesKeys: TableSpec = {
  keys: {
    phases: {
      types: ['table'],
      doc: 'The phases.',
      example: '{build = {commands = ["tsc"]}}',
      table: {
        keys: {},
        names: [
          {
            placeholder: '<phase>',
            sample: 'build',
            spec: {types: ['table'], doc: 'A phase.', example: '{commands = ["tsc"]}', table: phasesPhase},
          },
        ],
      },
    },
    lifecycle: {
      types: ['table'],
      doc: 'The same as `[project]`, in this dialect.',
      example: '{name = "shop"}',
      table: {
        keys: {
          name: {types: ['string'], doc: "The project's name.", example: '"shop"'},
          version: {types: ['string'], doc: 'Its version.', example: '"2.0.0"'},
        },
      },
    },
    performance: {
      types: ['table'],
      doc: 'How the runner works.',
      example: '{max_workers = 8}',
      table: {
        keys: {
          parallel_execution: {types: ['boolean'], doc: '`false`: one task at a time.', example: 'false'},
          max_workers: {types: ['count'], doc: 'Tasks at once.', example: '8'},
          cache_enabled: {types: ['boolean'], doc: 'Skip phases whose result is known.', example: 'false'},
          cache_dir: {types: ['string'], doc: 'Where results are kept, relative to the root.', example: '".cache"'},
        },
      },
    },
    ...lifecycleTables,
    ...closedTables,
  },
};
