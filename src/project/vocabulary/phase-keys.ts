import {isNoTable, isTable} from '../toml/section.ts';
import {always, type KeySpec, type TableSpec} from './key-spec.ts';
import {condition, readyWhen, resources, variables} from './shared-shapes.ts';

/** What a phase may say in each of the three dialects. */
export const everyPhaseKeys: Readonly<Record<string, KeySpec>> = {
  description: {types: ['string'], doc: 'Shown in lists.', example: '"Compile the sources"'},
  category: {types: ['string'], doc: 'A heading in lists.', example: '"Release"'},
  private: {types: ['boolean'], doc: 'Only other phases may name it.', example: 'true'},
  parallel: {
    types: ['boolean'],
    doc: 'Its commands run side by side, and lists that name it make no order.',
    example: 'true',
  },
  cache: {types: ['boolean'], doc: 'Skip the phase when nothing that it depends on has changed.', example: 'true'},
  inputs: {
    types: ['string', 'strings'],
    doc: 'Globs of the files it reads; `!` excludes, `$default` is the default set.',
    example: '["src/**", "!src/**/*.test.ts"]',
  },
  outputs: {
    types: ['string', 'strings'],
    doc: 'Files and folders it writes: stored, and put back. A trailing `/` means a folder.',
    example: '["dist/"]',
  },
  incremental: {
    types: ['string', 'strings'],
    doc: 'Files kept between runs that are neither input nor output.',
    example: '["target/incremental/"]',
  },
  cache_key: {
    types: ['string', 'strings'],
    doc: "What else the result depends on: `\"a|b\"` are files; or text with `{{ hash('file') }}`, `{{ env.NAME }}`, `{{ env.NAME | default('x') }}`.",
    example: '"Cargo.lock|rust-toolchain.toml"',
  },
  closure: {
    types: ['string'],
    doc: 'Whether results of all dependencies count (`transitive`), or only those of direct ones.',
    example: '"direct"',
    choices: ['transitive', 'direct'],
  },
  pass_env: {
    types: ['string', 'strings'],
    doc: 'Names of variables that are passed on, but do not change the cache key.',
    example: '["CI"]',
  },
  cache_env: {
    types: ['string', 'strings'],
    doc: 'Names of variables that the phase gets and that change the cache key (`API_*` allowed).',
    example: '["API_URL"]',
  },
  cache_retried: {
    types: ['boolean'],
    doc: 'Keep a result that needed more than one attempt, too.',
    example: 'true',
  },
  timeout: {types: ['duration'], doc: 'Time limit of the phase.', example: '"90s"'},
  command_timeout: {types: ['duration'], doc: 'Time limit of each command.', example: '"30s"'},
  retries: {types: ['count'], doc: 'Attempts after the first failure.', example: '2'},
  retry_delay: {types: ['duration'], doc: 'Wait before the first retry; doubles with each one.', example: '"2s"'},
  directory: {
    types: ['string'],
    doc: "Where the commands run, relative to the workspace's folder.",
    example: '"generated"',
  },
  cwd: {types: ['string'], doc: 'The same as `directory`.', example: '"generated"', aliasOf: 'directory'},
  resources: {
    types: ['table'],
    doc: 'What it takes of the machine.',
    example: '{cpu = 2, memory = "2GiB"}',
    table: resources,
  },
  services: {
    types: ['strings', 'string'],
    doc: 'Services (`[service.<name>]`) that each of its tasks gets for itself, clean, before its first command; their variables are passed on.',
    example: '["db"]',
  },
  exclusive: {types: ['boolean'], doc: 'Nothing else runs beside it.', example: 'true'},
  persistent: {
    types: ['boolean'],
    doc: 'Never ends by itself (a server); dependents wait until it is ready, and it is stopped at the end.',
    example: 'true',
  },
  ready_when: {
    types: ['table'],
    doc: 'What makes a persistent phase ready.',
    example: '{log = "listening"}',
    table: readyWhen,
  },
  port: {
    types: ['port'],
    doc: 'Passed on as `PORT`; a persistent phase is ready when it answers there. 0: any.',
    example: '3000',
  },
  first_run_only: {types: ['boolean'], doc: 'Skipped when it has succeeded once in this checkout.', example: 'true'},
  requires_approval: {types: ['boolean'], doc: 'Asked about before the run starts.', example: 'true'},
  error_handling: {
    types: ['string'],
    doc: 'A failure ends the run (`stop`), is a warning (`warn`), or nothing (`continue`).',
    example: '"warn"',
    choices: ['stop', 'warn', 'continue'],
  },
  required: {
    types: ['boolean'],
    doc: '`false`: a failure is a warning, unless `error_handling` says otherwise.',
    example: 'false',
  },
  condition: {
    types: ['table', 'string'],
    doc: 'When it runs at all; a text is a shell line that must exit with 0.',
    example: '{files_exist = ["src"]}',
    table: condition,
  },
  workspaces: {
    types: ['string', 'strings'],
    doc: 'The only workspaces that it runs in, by name or folder; `.` is the root.',
    example: '["web"]',
  },
  needs_prefetch: {types: ['boolean'], doc: '`false`: does not wait for the prefetch stage.', example: 'false'},
  offline: {
    types: ['boolean'],
    doc: '`false`: package managers may use the network after the prefetch stage.',
    example: 'false',
  },
  watch: {
    types: ['boolean', 'string', 'strings'],
    doc: 'Files whose change starts the phase again.',
    example: 'true',
    unsupported: unlessFalse('there is no watch mode yet'),
  },
};

function unlessFalse(reason: string): (value: unknown) => string | undefined {
  return (value) => (value === false ? undefined : reason);
}

const commandKeys: Readonly<Record<string, KeySpec>> = {
  commands: {
    types: ['strings', 'string'],
    doc: 'Shell lines, run in order; the first failure stops. `[]`: the phase only names others. Neither this nor `command`: the package.json script of that name.',
    example: '["tsc -b", "node check.js"]',
    aliasOf: 'command',
  },
  command: {types: ['string'], doc: 'One shell line.', example: '"tsc -b"'},
  shell: {types: ['string'], doc: 'What runs the lines; `sh` when absent.', example: '"bash"', choices: ['sh', 'bash']},
};

const dependsOn: KeySpec = {
  types: ['strings', 'string'],
  doc: 'Phases that must have succeeded: `build`; `^build` in the workspaces it depends on; `web#build` in that one; `//#build` in the root.',
  example: '["setup"]',
};

/** What `[lifecycle.X.env.<profile>]` may change when that profile is chosen: everything but the graph's names. */
const profilePhase: TableSpec = {
  id: 'profilePhase',
  keys: {...commandKeys, ...everyPhaseKeys, depends_on: dependsOn},
  names: [
    {
      placeholder: 'NAME',
      sample: 'RUST_LOG',
      pattern: /^[A-Z_][A-Z0-9_]*$/,
      spec: {types: ['scalar'], doc: 'A variable of the phase under this profile.', example: '"debug"'},
    },
  ],
};

/** `env` of a lifecycle phase, in its three meanings. */
const phaseEnv: KeySpec = {
  types: ['table', 'strings'],
  doc: 'A list: names of variables that change the cache key. A table: variables (`NAME = "value"`), and what changes under an env profile (`env.production.commands = [...]`).',
  example: '["CI"]',
  table: {
    id: 'phaseEnv',
    keys: {},
    names: [
      {
        placeholder: '<profile>',
        sample: 'production',
        fits: isTable,
        spec: {
          types: ['table'],
          doc: 'Keys of the phase that hold under this profile.',
          example: '{commands = ["tsc"]}',
          table: profilePhase,
        },
      },
      {
        placeholder: 'NAME',
        sample: 'RUST_LOG',
        fits: isNoTable,
        spec: {types: ['scalar'], doc: `A variable; \`\${NAME}\` in its value is replaced.`, example: '"debug"'},
      },
    ],
  },
};

/** `[lifecycle.X]`. */
export const lifecyclePhase: TableSpec = {
  id: 'lifecyclePhase',
  keys: {...commandKeys, depends_on: dependsOn, ...everyPhaseKeys, env: phaseEnv},
};

/** `[phases.X]`. */
export const phasesPhase: TableSpec = {
  id: 'phasesPhase',
  keys: {
    ...lifecyclePhase.keys,
    requires: {
      types: ['strings', 'string'],
      doc: 'Phases that must have succeeded, like `depends_on`.',
      example: '["setup"]',
    },
    hooks: {
      types: ['table'],
      doc: 'Around this phase.',
      example: '{before = ["echo start"]}',
      table: {
        id: 'phaseHooks',
        keys: {
          before: {types: ['strings', 'string'], doc: 'Shell lines (or phases) before it.', example: '["echo start"]'},
          after: {types: ['strings', 'string'], doc: 'Shell lines (or phases) after it.', example: '["echo end"]'},
        },
      },
    },
    coverage_threshold: {
      types: ['number'],
      doc: 'Least test coverage in percent.',
      example: '80',
      unsupported: always('coverage is not measured'),
    },
  },
};

/** `[prefetch]`: a phase of its own that runs first. */
export const prefetch: TableSpec = {
  id: 'prefetch',
  keys: {
    ...commandKeys,
    ...Object.fromEntries(
      [
        'description',
        'parallel',
        'cache',
        'inputs',
        'outputs',
        'incremental',
        'cache_key',
        'pass_env',
        'cache_env',
        'cache_retried',
        'timeout',
        'command_timeout',
        'retries',
        'retry_delay',
        'directory',
        'cwd',
        'resources',
        'exclusive',
        'first_run_only',
        'error_handling',
        'required',
        'condition',
      ].flatMap((key) => {
        const spec = everyPhaseKeys[key];
        return spec === undefined ? [] : [[key, spec]];
      }),
    ),
    env: {
      types: ['table', 'strings'],
      doc: 'A list: names of variables that change the cache key. A table: variables.',
      example: '{CI = "1"}',
      table: variables,
    },
  },
};
