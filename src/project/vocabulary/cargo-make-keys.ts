import {isTable} from '../toml/section.ts';
import {cargoEnvNames, cargoEnvTable} from './cargo-env-keys.ts';
import {cargoTask} from './cargo-task-keys.ts';
import {closedTables} from './closed-tables.ts';
import {always, type KeySpec, type TableSpec, unless} from './key-spec.ts';
import {lifecycleTables} from './project-keys.ts';

const taskName: Pick<KeySpec, 'types'> = {types: ['string']};

/** A switch that changes nothing when it is on, because paceline never does what it switches off. */
function neverDone(doc: string, reason: string): KeySpec {
  return {types: ['boolean'], doc, example: 'true', unsupported: unless(true, reason), inherent: 'It never does.'};
}

function ignored(types: KeySpec['types'], doc: string, example: string, reason: string): KeySpec {
  return {types, doc, example, unsupported: always(reason)};
}

const config: TableSpec = {
  keys: {
    skip_core_tasks: neverDone(
      'The tasks that cargo-make brings along are not there.',
      'paceline has no built-in tasks',
    ),
    default_to_workspace: {
      types: ['boolean'],
      doc: 'Tasks that do not say `workspace` run in the members.',
      example: 'true',
    },
    min_version: {
      types: ['string'],
      doc: 'The version of cargo-make whose keys the file needs.',
      example: '"0.36.0"',
      unsupported: newerThanKnown,
      inherent: 'Keys up to cargo-make 0.37 are known.',
    },
    init_task: {...taskName, doc: 'Once, before everything else.', example: '"setup"'},
    end_task: {...taskName, doc: 'Once, after everything else.', example: '"setup"'},
    on_error_task: {...taskName, doc: 'Once, when the run has failed.', example: '"setup"'},
    additional_profiles: {
      types: ['strings'],
      doc: 'Profiles whose variables hold besides those of the chosen one.',
      example: '["production"]',
    },
    time_summary: neverDone('Show the time of each task.', 'a run always ends with the time of each task'),
    skip_git_env_info: neverDone('Leave out the CARGO_MAKE_GIT variables.', 'they are never set'),
    skip_rust_env_info: neverDone('Leave out the CARGO_MAKE_RUST variables.', 'they are never set'),
    skip_crate_env_info: neverDone('Leave out the CARGO_MAKE_CRATE variables.', 'they are never set'),
    reduce_output: ignored(['boolean'], 'Show less.', 'true', 'what is shown is chosen on the command line'),
    default_to_shell: ignored(
      ['boolean'],
      'Unknown to cargo-make as well.',
      'true',
      'a `script` runs in a shell, a `command` does not',
    ),
    load_script: ignored(
      ['string', 'strings'],
      'Before the file is loaded.',
      '"true"',
      'reading a project runs nothing',
    ),
    main_project_member: ignored(
      ['string'],
      'The member whose crate variables hold.',
      '"core"',
      'there are no crate variables',
    ),
    load_cargo_aliases: ignored(['boolean'], 'Aliases of cargo as tasks.', 'true', 'only tasks of the file are there'),
    modify_core_tasks: ignored(
      ['table'],
      'Changes to built-in tasks.',
      '{private = true}',
      'there are no built-in tasks',
    ),
    unstable_features: ignored(['strings'], 'Features under test.', '["CTRL_C_HANDLING"]', 'none of them is there'),
  },
};

function newerThanKnown(value: unknown): string | undefined {
  const [major = 0, minor = 0] = String(value).split('.').map(Number);
  return major > 0 || minor > 37 ? 'keys of cargo-make after 0.37 are not known' : undefined;
}

const env: TableSpec = {
  keys: {},
  names: [
    ...cargoEnvNames,
    {
      placeholder: '<profile>',
      sample: 'production',
      fits: isTable,
      spec: {
        types: ['table'],
        doc: 'Variables that hold when this profile is chosen.',
        example: '{RUST_LOG = "warn"}',
        table: cargoEnvTable,
      },
    },
  ],
};

const {project, pipelines, execution, cache, state, deps, prefetch, budget, service} = lifecycleTables;

/** A make.toml or Makefile.toml with `[tasks.<task>]` tables. */
export const cargoMakeKeys: TableSpec = {
  keys: {
    tasks: {
      types: ['table'],
      doc: 'The tasks.',
      example: '{build = {command = "cargo"}}',
      table: {
        keys: {},
        names: [
          {
            placeholder: '<task>',
            sample: 'build',
            spec: {types: ['table'], doc: 'A task.', example: '{command = "cargo"}', table: cargoTask},
          },
        ],
      },
    },
    config: {types: ['table'], doc: 'How the runner works.', example: '{default_to_workspace = true}', table: config},
    env: {
      types: ['table'],
      doc: 'Variables, for all tasks and by profile.',
      example: '{RUST_LOG = "info"}',
      table: env,
    },
    env_files: ignored(
      ['strings', 'mixed list', 'tables'],
      'Files with variables.',
      '["./prod.env"]',
      'write the variables into [env]',
    ),
    env_scripts: ignored(
      ['strings'],
      'Scripts that print variables.',
      '["true"]',
      'use `NAME = { script = [...] }` in [env]',
    ),
    extend: ignored(
      ['string', 'table', 'tables'],
      'Another file that this one builds upon.',
      '"base.toml"',
      'only this file is read',
    ),
    plugins: ignored(['table'], 'Code of their own.', '{impl = {x = {script = ""}}}', 'there are no plugins'),
    ...Object.fromEntries(
      Object.entries({project, pipelines, execution, cache, state, deps, prefetch, budget, service}).flatMap(
        ([name, spec]) => (spec === undefined ? [] : [[name, spec]]),
      ),
    ),
    ...closedTables,
  },
};
