import {closedPerformance, closedTables} from './closed-tables.ts';
import type {TableSpec} from './key-spec.ts';
import {lifecyclePhase} from './phase-keys.ts';
import {lifecycleTables} from './project-keys.ts';

/** A make.toml with `[lifecycle.<phase>]` tables. */
export const lifecycleKeys: TableSpec = {
  keys: {
    lifecycle: {
      types: ['table'],
      doc: 'The phases.',
      example: '{build = {command = "tsc"}}',
      table: {
        keys: {},
        names: [
          {
            placeholder: '<phase>',
            sample: 'build',
            spec: {types: ['table'], doc: 'A phase.', example: '{command = "tsc"}', table: lifecyclePhase},
          },
        ],
      },
    },
    ...lifecycleTables,
    ...closedTables,
    ...closedPerformance,
  },
};
