import type {KeySpec} from './key-spec.ts';

/** The tables that are answered by one warning for the whole table, and what they are about. */
const subjects: Readonly<Record<string, string>> = {
  monitoring: 'monitoring of the built application; what a run does is in `paceline history`',
  security: 'rules about what commands may do; commands run as written',
  backup: 'backups',
  integrations: 'settings of other services',
  quality_gates: 'thresholds of other tools; make the tool fail in a phase of its own',
  production: 'a checklist of requirements',
};

const profiling = 'profiling of the built application';

function closed(doc: string): KeySpec {
  return {types: ['anything'], doc, example: '{}', closed: true};
}

/** Closed tables of every dialect. */
export const closedTables: Readonly<Record<string, KeySpec>> = Object.fromEntries(
  Object.entries(subjects).map(([name, doc]) => [name, closed(doc)]),
);

/** `[performance]` is about the built application in the lifecycle dialect, and about the runner in the phases dialect. */
export const closedPerformance: Readonly<Record<string, KeySpec>> = {performance: closed(profiling)};
