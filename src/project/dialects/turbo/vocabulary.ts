import {always, type KeySpec, type TableSpec, unless} from '../../vocabulary/key-spec.ts';

const text = (doc: string, example: string): KeySpec => ({types: ['string'], doc, example});
const texts = (doc: string, example: string): KeySpec => ({types: ['strings'], doc, example});
const flag = (doc: string, example = 'true'): KeySpec => ({types: ['boolean'], doc, example});
/** Another tool's own matter: the key is known, and nothing is done about it. */
const foreign = (spec: KeySpec, reason: string): KeySpec => ({...spec, unsupported: always(reason)});

const ownView = 'paceline chooses what it shows with --output';

const structuredInput: TableSpec = {
  id: 'structuredInput',
  keys: {
    globs: texts('Globs, relative to the package.', '["src/generated/**"]'),
    mode: {
      types: ['string'],
      doc: 'When the files are hashed: paceline hashes them just before the task, so `jit` changes nothing.',
      example: '"jit"',
      unsupported: (value) =>
        value === 'dependencyOutputs' ? 'outputs of dependencies are inputs as whole results' : undefined,
      inherent: 'inputs are hashed when the dependencies are done',
    },
    withDefaults: flag('Adds the default inputs.'),
    from: foreign(
      texts('Tasks whose outputs are meant.', '["^build"]'),
      'outputs of dependencies are inputs as whole results',
    ),
  },
};

const taskKeys: Readonly<Record<string, KeySpec>> = {
  description: text('Shown in lists.', '"Builds it"'),
  dependsOn: texts(
    '`task`, `^task`, `package#task` or `//#task`; `$NAME` is a variable, as turbo 1 wrote it.',
    '["^build"]',
  ),
  inputs: {
    types: ['mixed list'],
    doc: 'Globs of files that the result depends on.',
    example: '["src/**"]',
    items: structuredInput,
  },
  outputs: texts('Globs of files to keep; absent: only the log.', '["dist/**"]'),
  env: texts('Variables that are hashed; `*` and `!` allowed.', '["API_*"]'),
  passThroughEnv: texts('Variables that are passed and not hashed.', '["TOKEN"]'),
  dotEnv: texts('Files with variables, as turbo 1 wrote it: they are inputs.', '[".env"]'),
  cache: flag('Whether the result is kept; true unless said.', 'false'),
  persistent: flag('Never ends by itself; never cached.'),
  with: texts('Tasks that run beside it.', '["api#dev"]'),
  interactive: {
    ...flag('Reads the terminal.'),
    unsupported: unless(false, 'tasks get no terminal input'),
    inherent: 'tasks get no terminal input',
  },
  interruptible: {
    ...flag('May be restarted by a watch mode.'),
    unsupported: unless(false, 'no watch mode restarts tasks'),
    inherent: 'no watch mode restarts tasks',
  },
  outputLogs: {...text('Which logs to show.', '"new-only"'), unsupported: unless('full', ownView), inherent: ownView},
  outputMode: {
    ...text('The name of `outputLogs` in turbo 1.', '"new-only"'),
    aliasOf: 'outputLogs',
    unsupported: unless('full', ownView),
    inherent: ownView,
  },
  tags: foreign(texts('Labels.', '["ci"]'), 'labels of tasks change nothing that runs'),
};

const rootTask: TableSpec = {id: 'task', keys: taskKeys};
const packageTask: TableSpec = {
  id: 'packageTask',
  keys: {...taskKeys, extends: flag('false: nothing is inherited.', 'false')},
};

function tasks(table: TableSpec): KeySpec {
  const task: KeySpec = {
    types: ['table'],
    doc: 'A task: the package.json script of that name in each package that has it.',
    example: '{}',
    table,
  };
  const names: TableSpec = {keys: {}, names: [{placeholder: '<task>', sample: 'build', spec: task}]};
  return {types: ['table'], doc: 'The tasks, each with its settings.', example: '{"build": {}}', table: names};
}

/** Global settings by the name they have under `global`. */
const settings: Readonly<Record<string, KeySpec>> = {
  inputs: texts('Globs, relative to the root, of files that every result depends on.', '["tsconfig.json"]'),
  env: texts('Variables that are hashed for every task.', '["CI"]'),
  passThroughEnv: texts('Variables that every task gets, not hashed.', '["TOKEN"]'),
  concurrency: {
    types: ['scalar'],
    doc: 'Tasks at once: a number, or a share of the processors (`50%`).',
    example: '"4"',
  },
  cacheDir: text('Where results are kept.', '".cache"'),
  cacheMaxAge: text('How long results are kept (`7d`); `0`: for ever.', '"7d"'),
  cacheMaxSize: text('How much is kept (`10GB`); `0`: no limit.', '"10GB"'),
  envMode: {
    ...text('`strict`: tasks see declared variables only; `loose`: all.', '"loose"'),
    choices: ['strict', 'loose'],
  },
  ui: foreign(text("turbo's own terminal view.", '"stream"'), ownView),
  daemon: {
    ...flag("turbo's daemon."),
    unsupported: unless(false, 'there is no daemon'),
    inherent: 'there is no daemon',
  },
  noUpdateNotifier: {
    ...flag('No word about new versions.'),
    unsupported: unless(true, 'paceline never asks for new versions of itself'),
    inherent: 'paceline never asks for new versions of itself',
  },
  dangerouslyDisablePackageManagerCheck: {
    ...flag('No complaint about a missing packageManager.'),
    unsupported: unless(true, 'paceline does without that check'),
    inherent: 'paceline does without that check',
  },
  remoteCache: {
    types: ['table'],
    doc: "the protocol of turbo's own remote cache",
    example: '{}',
    closed: true,
  },
  experimentalObservability: {types: ['table'], doc: "turbo's own export of telemetry", example: '{}', closed: true},
};

/** The names that global settings have at the top level. */
export const topLevelNames: Readonly<Record<string, string>> = {
  inputs: 'globalDependencies',
  env: 'globalEnv',
  passThroughEnv: 'globalPassThroughEnv',
};

const shared: Readonly<Record<string, KeySpec>> = {
  $schema: {...text('For editors.', '"https://turborepo.com/schema.json"'), inherent: 'it is for editors'},
  tags: foreign(texts('Labels of the package.', '["lib"]'), 'labels of packages change nothing that runs'),
  boundaries: {types: ['table'], doc: 'rules about imports between packages', example: '{}', closed: true},
};

/** The turbo.json of the root. */
export const rootVocabulary: TableSpec = {
  keys: {
    ...shared,
    tasks: tasks(rootTask),
    pipeline: {...tasks(rootTask), doc: 'The name of `tasks` in turbo 1.', aliasOf: 'tasks'},
    ...Object.fromEntries(Object.entries(settings).map(([name, spec]) => [topLevelNames[name] ?? name, spec])),
    global: {
      types: ['table'],
      doc: 'The global settings, as `futureFlags.globalConfiguration` wants them.',
      example: '{"env": ["CI"]}',
      table: {keys: settings},
    },
    globalDotEnv: texts('Files with variables that every result depends on, as turbo 1 wrote it.', '[".env"]'),
    extends: foreign(texts('For packages only.', '["//"]'), 'the root has nothing to extend, turbo ignores it too'),
    futureFlags: {
      types: ['table'],
      doc: 'Behaviour of coming versions of turbo.',
      example: '{"globalConfiguration": true}',
      table: {
        keys: {globalConfiguration: {...flag('Allows `global`.'), inherent: '`global` is always understood'}},
        names: [
          {
            placeholder: '<flag>',
            sample: 'errorsOnlyShowHash',
            spec: foreign({types: ['anything'], doc: 'A flag.', example: 'true'}, 'it is about turbo itself'),
          },
        ],
      },
    },
    agentGuidance: foreign(flag('Writes AGENTS.md.'), 'paceline writes no such file'),
    allowNoPackageManager: {
      ...flag('An older name of `dangerouslyDisablePackageManagerCheck`.'),
      inherent: 'paceline does without that check',
    },
    experimentalUI: foreign(flag('An older name of `ui`.'), ownView),
    experimentalSpaces: {types: ['table'], doc: 'a service of turbo that has ended', example: '{}', closed: true},
    setup: {types: ['table'], doc: "turbo's own installation of tools", example: '{}', closed: true},
  },
};

/** The turbo.json of a package. */
export const packageVocabulary: TableSpec = {
  keys: {
    ...shared,
    extends: texts('`//`, then packages whose tasks are taken over.', '["//"]'),
    tasks: tasks(packageTask),
    pipeline: {...tasks(packageTask), doc: 'The name of `tasks` in turbo 1.', aliasOf: 'tasks'},
    ...Object.fromEntries(
      Object.entries(rootVocabulary.keys)
        .filter(
          ([name]) =>
            name.startsWith('global') || name === 'futureFlags' || (Object.hasOwn(settings, name) && !(name in shared)),
        )
        .map(([name, spec]) => [
          name,
          {
            types: spec.types,
            doc: spec.doc,
            example: spec.example,
            unsupported: always("only the root's turbo.json may say it"),
          },
        ]),
    ),
  },
};
