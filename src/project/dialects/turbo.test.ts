import {availableParallelism} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {Phase, PhaseReference} from '../project.ts';
import {diagnosticLine, temporaryProject} from '../temporary-project.ts';
import type {DialectResult} from './dialect.ts';
import {hasTurbo, readTurbo, validateTurbo} from './turbo.ts';

type Files = Readonly<Record<string, string | object>>;

interface Reading {
  readonly result: DialectResult;
  readonly said: readonly string[];
  /** Of each workspace. */
  readonly phases: Readonly<Record<string, readonly string[]>>;
  phase(workspace: string, name: string): Phase;
}

function read(files: Files): Reading {
  const said: string[] = [];
  const result = readTurbo({
    root: temporaryProject(files),
    env: {},
    report: (diagnostic) => said.push(diagnosticLine(diagnostic)),
  });
  const phases = result.found.members.map((member) => [
    member.name,
    [...result.phasesOf(member).values()].map(phaseLine),
  ]);
  return {
    result,
    said,
    phases: Object.fromEntries(phases),
    phase: (workspace, name) => {
      const member = result.found.members.find((candidate) => candidate.name === workspace)!;
      return [...result.phasesOf(member)].find(([key]) => key === name)![1];
    },
  };
}

function phaseLine({name, commands, needs, caching, persistent}: Phase): string {
  const runs = commands.map((command) => (command.kind === 'shell' ? command.line : command.kind)).join(' | ');
  const references = needs.flatMap((sequence) => sequence.references.map(referenceText));
  return `${name} [${runs}] <- ${references.join(' ') || 'nothing'}${caching.enabled ? '' : ' uncached'}${persistent ? ' persistent' : ''}`;
}

function referenceText({where, phase}: PhaseReference): string {
  return where.kind === 'own' ? phase : where.kind === 'dependencies' ? `^${phase}` : `${where.name}#${phase}`;
}

const packages = {
  'package.json': {name: 'top', workspaces: ['packages/*'], scripts: {build: 'turbo run build', format: 'prettier .'}},
  'packages/lib/package.json': {name: 'lib', scripts: {build: 'tsc', lint: 'eslint'}},
  'packages/web/package.json': {
    name: 'web',
    scripts: {build: 'vite build', dev: 'vite'},
    dependencies: {lib: '*', vite: '7'},
  },
  'packages/docs/package.json': {name: 'docs'},
};

test('a task is the script of its name in the packages that have it', () => {
  const {phases, said, phase, result} = read({
    ...packages,
    'turbo.json': {
      tasks: {
        build: {dependsOn: ['^build'], outputs: ['dist/**'], description: 'Builds'},
        lint: {dependsOn: ['transit']},
        transit: {dependsOn: ['^transit']},
        dev: {cache: false, persistent: true},
        '//#format': {},
      },
    },
  });
  expect(said).toEqual([]);
  expect(phases).toMatchInlineSnapshot(`
    {
      "//": [
        "format [prettier .] <- nothing",
      ],
      "docs": [
        "lint [] <- transit",
        "transit [] <- ^transit",
      ],
      "lib": [
        "build [tsc] <- ^build",
        "lint [eslint] <- transit",
        "transit [] <- ^transit",
      ],
      "web": [
        "build [vite build] <- ^build",
        "lint [] <- transit",
        "transit [] <- ^transit",
        "dev [vite] <- nothing uncached persistent",
      ],
    }
  `);
  expect([...result.rootPhases.keys()]).toEqual(['format']);
  expect(phase('web', 'build')).toMatchObject({
    description: 'Builds',
    origin: {file: 'turbo.json', line: 3},
    caching: {outputs: ['dist/**'], env: ['VITE_*']},
    needs: [{ordered: false, references: [{optional: true, origin: {file: 'turbo.json', line: 5, column: 9}}]}],
  });
  expect(phase('lib', 'lint').caching).toEqual({
    enabled: true,
    outputs: [],
    incremental: [],
    env: [],
    passEnv: [],
    extraKey: [],
    closure: 'transitive',
  });
});

test('in a single package the tasks are those of the root', () => {
  const {phases} = read({
    'package.json': {name: 'one', scripts: {build: 'tsc', prebuild: 'rm'}},
    'turbo.jsonc': '{"tasks": {"build": {},}}',
  });
  expect(phases).toEqual({'//': ['build [rm | tsc] <- nothing']});
});

test('`package#task` replaces the general settings as a whole', () => {
  const {phase} = read({
    ...packages,
    'turbo.json': {
      tasks: {
        build: {dependsOn: ['^build'], outputs: ['dist/**'], env: ['A']},
        'web#build': {
          inputs: ['src/**', '$TURBO_ROOT$/tsconfig.json', '!$TURBO_ROOT$/x'],
          dependsOn: ['lib#build', '//#format'],
        },
        '//#format': {},
      },
    },
  });
  expect(phase('web', 'build')).toMatchObject({
    caching: {inputs: ['src/**', '../../tsconfig.json', '!../../x', 'package.json'], outputs: [], env: ['VITE_*']},
    needs: [{references: [{where: {kind: 'workspace', name: 'lib'}}, {where: {kind: 'workspace', name: '//'}}]}],
  });
});

test('the turbo.json of a package overrides field by field', () => {
  const root = {
    tasks: {
      build: {dependsOn: ['^build'], outputs: ['dist/**'], env: ['A'], cache: false},
      lint: {env: ['L']},
      dev: {persistent: true, inputs: ['a', 'b']},
    },
  };
  const {phases, phase, said, result} = read({
    ...packages,
    'turbo.json': root,
    'packages/lib/turbo.json': {
      extends: ['//'],
      tasks: {build: {outputs: ['$TURBO_EXTENDS$', 'types/**'], cache: true}, lint: {extends: false}},
    },
    'packages/web/turbo.json': {
      extends: ['//', 'lib'],
      tasks: {build: {env: ['W'], dependsOn: []}, dev: {extends: false, inputs: ['c']}},
    },
  });
  expect(said).toEqual([]);
  expect(phases).toMatchInlineSnapshot(`
    {
      "//": [],
      "docs": [],
      "lib": [
        "build [tsc] <- ^build",
      ],
      "web": [
        "build [vite build] <- nothing",
        "dev [vite] <- nothing",
      ],
    }
  `);
  expect(phase('lib', 'build').caching).toMatchObject({outputs: ['dist/**', 'types/**'], env: ['A'], enabled: true});
  expect(phase('web', 'build').caching).toMatchObject({outputs: ['dist/**', 'types/**'], env: ['VITE_*', 'W']});
  expect(phase('web', 'dev').caching.inputs).toEqual(['c', 'package.json']);
  expect(phase('web', 'dev').origin).toMatchObject({file: 'packages/web/turbo.json'});
  expect(result.files).toEqual(['turbo.json', 'packages/lib/turbo.json', 'packages/web/turbo.json']);
});

test('reads inputs in all their forms', () => {
  const inputs = (value: unknown, more: object = {}) =>
    read({...packages, 'turbo.json': {tasks: {build: {inputs: value, ...more}}}}).phase('web', 'build').caching.inputs;
  expect(inputs([])).toBe(undefined);
  expect(inputs(['$TURBO_DEFAULT$', '!README.md'])).toEqual(['$default', '!README.md']);
  expect(inputs(['src/**', {mode: 'jit', globs: ['gen/**']}])).toEqual(['src/**', 'gen/**', 'package.json']);
  expect(inputs([{globs: ['x'], withDefaults: true}])).toEqual(['$default', 'x']);
  expect(inputs(null, {dotEnv: ['.env']})).toEqual(['$default', '.env']);
});

test('reads the global settings, at the top and under `global`', () => {
  const {result, said} = read({
    ...packages,
    'package-lock.json': {},
    'turbo.json': {
      globalDependencies: ['tsconfig.json'],
      globalEnv: ['CI'],
      globalPassThroughEnv: ['TOKEN'],
      concurrency: '50%',
      cacheDir: '.cache',
      cacheMaxAge: '2w',
      cacheMaxSize: '1GB',
      futureFlags: {globalConfiguration: true},
      global: {env: ['X'], envMode: 'loose'},
      tasks: {},
    },
  });
  expect(said).toEqual([]);
  expect(result.cache).toEqual({
    enabled: true,
    directory: '.cache',
    maxAgeMs: 14 * 86_400_000,
    maxBytes: 1e9,
    globalInputs: ['package.json', 'package-lock.json', 'tsconfig.json'],
    globalEnv: ['CI', 'X'],
    globalPassEnv: ['TOKEN', '*'],
  });
  expect(result.limits.jobs).toBe(Math.max(1, Math.floor(availableParallelism() / 2)));
  const wrong = read({
    ...packages,
    'turbo.json': {concurrency: '0', cacheMaxAge: 'soon', cacheMaxSize: '0', tasks: {}},
  });
  expect(wrong.said).toMatchInlineSnapshot(`
    [
      "error E_VALUE turbo.json:2:18 "0" must be a number of at least 1, or a share like "50%"",
      "error E_VALUE turbo.json:3:18 "soon" must be a time like "7d" or "24h"",
    ]
  `);
});

test('reads what version 1 wrote', () => {
  const {phases, phase, said} = read({
    ...packages,
    'turbo.json':
      '{"pipeline": {"build": {"dependsOn": ["^build", "$API_KEY"], "env": ["$OLD"], "outputMode": "full"}}}',
  });
  expect(said).toEqual([]);
  expect(phases.lib).toEqual(['build [tsc] <- ^build']);
  expect(phase('lib', 'build').caching.env).toEqual(['OLD', 'API_KEY']);
});

test('`with` runs a persistent task beside', () => {
  const files = {
    ...packages,
    'packages/api/package.json': {name: 'api', scripts: {dev: 'node .', seed: 'x'}},
    'turbo.json': {
      tasks: {
        dev: {persistent: true, cache: false},
        seed: {},
        'web#dev': {persistent: true, with: ['api#dev']},
        'api#dev': {persistent: true, with: ['web#dev', 'seed', 'api#dev']},
      },
    },
  };
  const {phases, said} = read(files);
  expect([phases.web, phases.api]).toEqual([
    ['dev [vite] <- api#dev uncached persistent'],
    ['dev [node .] <- seed uncached persistent', 'seed [x] <- nothing'],
  ]);
  expect(said).toMatchInlineSnapshot(`
    [
      "warning W_NOT_YET turbo.json:17:9 "with" is honoured in part: "web#dev" runs beside this one already; a request for "api#dev" alone does not start it",
      "warning W_NOT_YET turbo.json:18:9 "with" is honoured in part: "api#seed" is not persistent, so it runs before "api#dev", not beside it",
    ]
  `);
});

test('a task that nobody knows is an error; one that turbo.json leaves out runs uncached', () => {
  const {said, phases} = read({
    ...packages,
    'packages/web/turbo.json': {extends: ['nobody'], tasks: {'lib#build': {}}},
    'turbo.json': {
      tasks: {
        build: {dependsOn: ['^biuld', 'lint', 'lub#build', 'lib#nothing']},
        'wep#build': {},
        '//#format': {dependsOn: ['lint']},
      },
    },
  });
  expect(said).toMatchInlineSnapshot(`
    [
      "warning W_EXTENDS packages/web/turbo.json:3:5 the turbo.json of a package must start its "extends" with "//"; it is read as if it did (Write "extends": ["//"].)",
      "error E_UNKNOWN_WORKSPACE packages/web/turbo.json:3:5 no package is called "nobody"",
      "error E_VALUE packages/web/turbo.json:6:5 "lib#build": a package's turbo.json names its own tasks only, without "#"",
      "error E_UNKNOWN_PHASE turbo.json:5:9 no turbo.json and no package.json knows the task "biuld" (Did you mean "build"?)",
      "error E_UNKNOWN_WORKSPACE turbo.json:7:9 no package is called "lub" (Did you mean "lib"?)",
      "error E_UNKNOWN_PHASE turbo.json:8:9 no turbo.json and no package.json knows the task "nothing"",
      "error E_UNKNOWN_WORKSPACE turbo.json:11:5 "wep#build" is about a package that turbo.json does not know (Did you mean "web"?)",
    ]
  `);
  expect(phases.lib).toEqual(['build [tsc] <- ^biuld lint lub#build lib#nothing', 'lint [eslint] <- nothing uncached']);
});

test('a package without the task does not get the one of the root', () => {
  const {phases} = read({...packages, 'turbo.json': {tasks: {'//#format': {}, 'web#build': {dependsOn: ['format']}}}});
  expect(phases.web).toEqual(['build [vite build] <- nothing']);
});

test('every key is honoured or named', () => {
  const {said} = read({
    ...packages,
    'turbo.json': `{
  "$schema": "https://turborepo.com/schema.json", // for editors
  "ui": "tui",
  "extends": ["//"],
  "noUpdateNotifier": true,
  "globalDependancies": ["x"],
  "remoteCache": {"enabled": true, "teamId": "t"},
  "boundaries": {"tags": {}},
  "futureFlags": {"errorsOnlyShowHash": true},
  "tasks": {
    "build": {"output": ["dist/**"], "outputLogs": "new-only", "cache": "no", "tags": ["a"], "cache": true},
    "dev": {"interactive": true, "interruptible": true, "persistent": true, "outputLogs": "full",
      "inputs": [{"mode": "dependencyOutputs", "from": ["^build"], "glob": "x"}]}
  },
}`,
    'packages/lib/turbo.json': {extends: ['//'], globalEnv: ['X'], tags: ['t'], tasks: {}},
  });
  expect(said).toMatchInlineSnapshot(`
    [
      "warning W_SAME_KEY turbo.json:11:94 "cache" is written twice; the last one counts",
      "warning W_NOT_YET turbo.json:3:3 "ui" is understood, but not acted on: paceline chooses what it shows with --output",
      "warning W_NOT_YET turbo.json:4:3 "extends" is understood, but not acted on: the root has nothing to extend, turbo ignores it too",
      "warning W_UNKNOWN_KEY turbo.json:6:3 "globalDependancies" is no key of a turbo.json: it does nothing (Did you mean "globalDependencies"?)",
      "warning W_CLOSED_TABLE turbo.json:7:3 "remoteCache" is about something that paceline does not do: the protocol of turbo's own remote cache",
      "warning W_CLOSED_TABLE turbo.json:8:3 "boundaries" is about something that paceline does not do: rules about imports between packages",
      "warning W_NOT_YET turbo.json:9:19 "errorsOnlyShowHash" is understood, but not acted on: it is about turbo itself",
      "warning W_UNKNOWN_KEY turbo.json:11:15 "output" is no key of "tasks.build": it does nothing (Did you mean "outputs"?)",
      "warning W_NOT_YET turbo.json:11:38 "outputLogs" is understood, but not acted on: paceline chooses what it shows with --output",
      "warning W_NOT_YET turbo.json:11:79 "tags" is understood, but not acted on: labels of tasks change nothing that runs",
      "warning W_NOT_YET turbo.json:12:13 "interactive" is understood, but not acted on: tasks get no terminal input",
      "warning W_NOT_YET turbo.json:12:34 "interruptible" is understood, but not acted on: no watch mode restarts tasks",
      "warning W_NOT_YET turbo.json:13:19 "mode" is understood, but not acted on: outputs of dependencies are inputs as whole results",
      "warning W_NOT_YET turbo.json:13:48 "from" is understood, but not acted on: outputs of dependencies are inputs as whole results",
      "warning W_UNKNOWN_KEY turbo.json:13:68 "glob" is no key of "tasks.dev.inputs": it does nothing (Did you mean "globs"?)",
      "warning W_NOT_YET packages/lib/turbo.json:5:3 "globalEnv" is understood, but not acted on: only the root's turbo.json may say it",
      "warning W_NOT_YET packages/lib/turbo.json:8:3 "tags" is understood, but not acted on: labels of packages change nothing that runs",
    ]
  `);
});

test('a turbo.json that is no JSON is one error with its place', () => {
  const {said, phases} = read({...packages, 'turbo.json': '{\n  "tasks": {\n    "build": {]\n'});
  expect(said).toMatchInlineSnapshot(`
    [
      "error E_JSON turbo.json:3:15 this is not JSON: expected a "key" or "}" but found "]"",
    ]
  `);
  expect(phases.web).toEqual([]);
});

test('validates a file by itself', () => {
  const root = temporaryProject({
    ...packages,
    'turbo.json': {ui: 'tui', tasks: {build: {dependsOn: ['^build', 'x'], outputs: []}}},
    'packages/lib/turbo.json': {extends: ['//'], tasks: {build: {outputs: []}}},
  });
  expect(hasTurbo(root)).toBe(true);
  expect(hasTurbo(join(root, 'packages'))).toBe(false);
  const {diagnostics, ...rest} = validateTurbo(join(root, 'turbo.json'));
  expect(rest).toEqual({dialect: 'turbo', phases: ['build'], keys: {honoured: 2, warned: 1, closed: 0}});
  expect(diagnostics.map(({code}) => code)).toEqual(['W_NOT_YET', 'E_UNKNOWN_PHASE']);
  expect(validateTurbo(join(root, 'packages/lib/turbo.json'))).toEqual({
    dialect: 'turbo',
    phases: ['build'],
    keys: {honoured: 2, warned: 0, closed: 0},
    diagnostics: [],
  });
});
