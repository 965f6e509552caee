import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import fc from 'fast-check';
import {parse} from 'smol-toml';
import {expect, test} from 'vitest';
import {tableText} from './draft/toml-text.ts';
import {draftMakeToml} from './init.ts';
import {loadProject} from './load.ts';
import type {Phase, Project} from './project.ts';
import {temporaryProject} from './temporary-project.ts';

/** What a run of any phase would do, in lines: `web#build [tsc] <- ^build`. Phases that run nothing and only pass `^x` on are left out. */
function behaviour(project: Project, everyEnv: readonly string[] = []): readonly string[] {
  const lines = [...project.workspaces.values()].flatMap(({name, phases}) =>
    [...phases.values()].map((phase) => `${name}#${phaseText(phase, everyEnv)}`),
  );
  return lines.filter((line) => !/#(\S+) \[\] <- \^\1$/.test(line)).sort();
}

function phaseText({name, commands, needs, caching, persistent}: Phase, everyEnv: readonly string[]): string {
  const lines = commands.map((command) => ('line' in command ? command.line : command.kind));
  const references = needs.flatMap(({references}) =>
    references.map(({where, phase}) =>
      where.kind === 'workspace' ? `${where.name}#${phase}` : where.kind === 'own' ? phase : `^${phase}`,
    ),
  );
  const {inputs, outputs, passEnv} = caching;
  const env = [...new Set([...everyEnv, ...caching.env])];
  const kept = caching.enabled && lines.length > 0 ? ` ${JSON.stringify({inputs, outputs, env, passEnv})}` : '';
  return `${name} [${lines.join(' | ')}] <- ${references.join(' ')}${kept}${persistent ? ' persistent' : ''}`;
}

/** What the project does before, with the draft, and what the draft says. */
function drafted(root: string) {
  const before = loadProject(root, {env: {}});
  const draft = draftMakeToml(root);
  for (const {file, text} of [{file: 'make.toml', text: draft.text}, ...draft.others]) {
    mkdirSync(dirname(join(root, file)), {recursive: true});
    writeFileSync(join(root, file), text);
  }
  const after = loadProject(root, {env: {}});
  expect(after.dialect).toBe('lifecycle');
  expect(after.diagnostics).toEqual([]);
  return {before, after, draft};
}

const scriptFiles = {
  'package.json': {
    name: 'top',
    workspaces: ['packages/*'],
    engines: {node: '>=24', vscode: '1'},
    scripts: {build: 'npm run build -ws', release: 'changeset publish', prepare: 'husky'},
  },
  'package-lock.json': {},
  'tsconfig.base.json': {compilerOptions: {strict: true}},
  'packages/lib/package.json': {name: 'lib', scripts: {build: 'tsc', test: 'vitest run', pretest: 'rm -rf "a\tb"'}},
  'packages/lib/tsconfig.json': '{"extends": "../../tsconfig.base.json", "compilerOptions": {"outDir": "dist"}} // end',
  'packages/web/package.json': {name: 'web', scripts: {build: 'tsc -p .', dev: 'vite'}, dependencies: {lib: '*'}},
  'packages/web/tsconfig.json': {extends: ['../../tsconfig.base.json'], compilerOptions: {outDir: './dist/'}},
};

test('drafts from scripts', () => {
  const root = temporaryProject(scriptFiles);
  const {draft, before, after} = drafted(root);
  expect(draft.text).toMatchInlineSnapshot(`
    "# Written by \`paceline init\`. Try: paceline list, paceline run build --dry-run
    # A phase without a command runs the package.json script of its name in each workspace that has one.
    # depends_on: "x" is a phase of the same workspace, "^x" of the workspaces that it depends on.

    [project]
    name = "top"

    # Tools that must be there before the first task.
    [deps]
    node = ">=24"

    # Runs first, and only when the lockfile has changed. Package managers stay offline after it.
    [prefetch]
    command = "npm ci"

    # A change in one of these makes every stored result useless.
    [state]
    force_rerun_if_changed = ["package-lock.json", "tsconfig.base.json"]

    # The script "release" of the root: changeset publish
    [lifecycle.release]
    workspaces = ["."]
    offline = false
    # cache = true   # skip it when nothing has changed; then say what it writes:
    # outputs = []

    # The script "build" of 2 packages
    [lifecycle.build]
    depends_on = ["^build"]
    outputs = ["dist/"]
    cache = true

    # The script "test" of lib: vitest run
    [lifecycle.test]
    depends_on = ["^test"]
    # cache = true   # skip it when nothing has changed; then say what it writes:
    # outputs = []

    # The script "dev" of web: vite
    [lifecycle.dev]
    # persistent = true   # if it runs until it is stopped; then say when it is ready:
    # ready_when = {port = 3000}
    "
  `);
  expect(draft.decisions.map(({what, why}) => `${what}: ${why}`)).toMatchInlineSnapshot(`
    [
      "2 workspaces, not listed in the file: they and their dependencies are read from package.json and pnpm-workspace.yaml",
      ""release" may use the network: its script publishes, deploys or installs",
      ""build" is cached; it writes dist/: it is a plain \`tsc\` call, and tsconfig.json says where it writes",
      ""dev" is not persistent: nothing but its name says that it runs on; what needs it waits for its end",
      "the root's own "build" left out: the packages have scripts of that name, which the root usually only starts",
      "[deps] asks for node >=24: "engines" in package.json",
      "[prefetch] runs \`npm ci\`: package-lock.json is there; it is skipped while nothing changes in it",
    ]
  `);
  const cached = behaviour(after).map((line) => line.replace(/ \{.*$/, ''));
  const wanted = behaviour(before).filter((line) => !/#(?:prepare|pretest) /.test(line));
  expect(cached).toEqual(wanted);
});

test('drafts from turbo.json, with what packages say for themselves', () => {
  const root = temporaryProject({
    'package.json': {
      name: 'top',
      workspaces: ['packages/*'],
      packageManager: 'pnpm@9.0.0',
      scripts: {format: 'prettier .', build: 'turbo build'},
    },
    'pnpm-lock.yaml': '',
    'packages/lib/package.json': {name: 'lib', scripts: {build: 'tsc', lint: 'eslint .'}},
    'packages/lib/turbo.json': {
      extends: ['//'],
      tasks: {build: {outputs: ['lib/**'], env: []}, lint: {extends: false}},
    },
    'packages/ui/package.json': {name: 'ui', scripts: {build: 'tsc', lint: 'eslint .'}, dependencies: {lib: '*'}},
    'packages/web/package.json': {
      name: 'web',
      scripts: {build: 'vite build', lint: 'eslint .', dev: 'vite'},
      dependencies: {ui: '*', vite: '7'},
    },
    'turbo.json': {
      globalDependencies: ['tsconfig.base.json'],
      globalEnv: ['CI'],
      concurrency: '3',
      cacheMaxAge: '7d',
      tasks: {
        build: {
          dependsOn: ['^build'],
          outputs: ['dist/**', '!dist/cache/**'],
          env: ['NODE_ENV'],
          inputs: ['$TURBO_DEFAULT$', '!**/*.md', '$TURBO_ROOT$/x'],
        },
        lint: {dependsOn: ['transit'], description: 'Says "no"'},
        transit: {dependsOn: ['^transit']},
        dev: {cache: false, persistent: true, dependsOn: ['ui#build', '//#format']},
        '//#format': {outputs: []},
      },
    },
  });
  const {draft, before, after} = drafted(root);
  expect([draft.text, ...draft.others.map(({file, text}) => `--- ${file}\n${text}`)].join('')).toMatchInlineSnapshot(`
    "# Written by \`paceline init\`. Try: paceline list, paceline run build --dry-run
    # A phase without a command runs the package.json script of its name in each workspace that has one.
    # depends_on: "x" is a phase of the same workspace, "^x" of the workspaces that it depends on.

    [project]
    name = "top"

    # Runs first, and only when the lockfile has changed. Package managers stay offline after it.
    [prefetch]
    command = "pnpm install --frozen-lockfile"

    [execution]
    max_parallel_phases = 3

    [cache]
    cache_ttl_seconds = 604800

    # A change in one of these makes every stored result useless.
    [state]
    force_rerun_if_changed = ["package.json", "pnpm-lock.yaml", "tsconfig.base.json"]

    # The script "format" of the root.
    [lifecycle.format]
    workspaces = ["."]
    outputs = []
    env = ["CI", "VITE_*"]
    cache = true

    # The script "build" of 3 packages.
    [lifecycle.build]
    depends_on = ["^build"]
    inputs = ["$default", "!**/*.md", "../../x"]
    outputs = ["dist/**", "!dist/cache/**"]
    env = ["CI", "VITE_*", "NODE_ENV"]
    cache = true

    # No package has such a script: order passes through it.
    [lifecycle.transit]
    depends_on = ["^transit"]

    # The script "dev" of 1 package.
    [lifecycle.dev]
    depends_on = ["ui#build", "//#format"]
    persistent = true

    # The script "lint" of 2 packages.
    [lifecycle.lint]
    workspaces = ["packages/ui", "packages/web"]
    description = "Says \\"no\\""
    depends_on = ["transit"]
    outputs = []
    env = ["CI", "VITE_*"]
    cache = true
    --- packages/lib/make.toml
    # What is particular to this package; the rest is in the make.toml of the root.

    [lifecycle.build]
    outputs = ["lib/**"]
    env = ["CI", "VITE_*"]
    "
  `);
  expect(behaviour(after)).toEqual(behaviour(before, ['CI', 'VITE_*']));
  expect(after.limits.jobs).toBe(before.limits.jobs);
  expect(after.cache).toMatchObject({maxAgeMs: 7 * 86_400_000, globalInputs: before.cache.globalInputs});
});

test('a phase whose script only some packages have holds nobody up', () => {
  const root = temporaryProject({
    'package.json': {workspaces: ['*']},
    'a/package.json': {name: 'a', scripts: {build: 'tsc', codegen: 'gen'}},
    'b/package.json': {name: 'b', scripts: {build: 'tsc'}},
    'turbo.json': {tasks: {build: {dependsOn: ['codegen']}, codegen: {}}},
  });
  const {before, after} = drafted(root);
  expect(behaviour(after)).toEqual(behaviour(before));
  const [codegen] = [...after.workspaces.values()].flatMap(({phases}) =>
    [...phases.values()].flatMap(({needs}) => needs[0]?.references ?? []),
  );
  expect(codegen).toMatchObject({phase: 'codegen', optional: true});
});

test('caches a plain tsc call only when what it writes and reads is plain', () => {
  const draft = (script: string, tsconfig: object | string) =>
    draftMakeToml(temporaryProject({'package.json': {scripts: {types: script}}, 'tsconfig.json': tsconfig})).text.match(
      /^(?:outputs|cache) = .*/gm,
    ) ?? [];
  const dist = {compilerOptions: {outDir: 'dist'}};
  expect(draft('tsc', dist)).toEqual(['outputs = ["dist/"]', 'cache = true']);
  expect(draft('tsc --noEmit', {})).toEqual(['outputs = []', 'cache = true']);
  expect(draft('tsc -p . --outDir out', dist)).toEqual(['outputs = ["out/"]', 'cache = true']);
  expect(draft('tsc', {compilerOptions: {outDir: 'dist', incremental: true}})).toEqual([
    'outputs = ["dist/", "*.tsbuildinfo"]',
    'cache = true',
  ]);
  const unsure: readonly (readonly [string, object | string])[] = [
    ['tsc && cp a b', dist],
    ['tsc -b', dist],
    ['tsc --watch', dist],
    ['tsc', {}],
    ['tsc', {compilerOptions: {outDir: '../dist'}}],
    ['tsc', {extends: '@tsconfig/node24', compilerOptions: {outDir: 'dist'}}],
    ['tsc', {include: ['../shared'], compilerOptions: {outDir: 'dist'}}],
    ['tsc -p other.json', dist],
    ['tsc', '{'],
  ];
  for (const [script, tsconfig] of unsure) expect(draft(script, tsconfig), script).toEqual([]);
});

test('an empty folder gets a file that says so', () => {
  const {text, decisions} = draftMakeToml(temporaryProject({}));
  expect(() => parse(text)).not.toThrow();
  expect(decisions.map(({what}) => what)).toEqual(['no phases']);
});

test('writes any name and value as TOML', () => {
  const text = fc.string({unit: 'binary'}).map((value) => value.toWellFormed());
  const value = fc.oneof(text, fc.boolean(), fc.integer(), fc.array(text));
  fc.assert(
    fc.property(text, fc.dictionary(text, value), text, (name, keys, comment) => {
      const read = parse(tableText({path: ['lifecycle', name], comment: [comment], keys, remarks: [comment]}));
      expect(read).toEqual({lifecycle: {[name]: keys}});
    }),
  );
});

test('any script name comes back as a phase', () => {
  const name = fc.string({minLength: 1}).filter((text) => !/^(?:pre|post|\^)|#/.test(text));
  fc.assert(
    fc.property(fc.uniqueArray(name, {minLength: 1, maxLength: 4}), (names) => {
      const scripts = Object.fromEntries(names.map((script) => [script, 'echo "hi"\n']));
      const root = temporaryProject({'package.json': {name: 'one', scripts}});
      const {before, after} = drafted(root);
      expect(behaviour(after)).toEqual(behaviour(before));
    }),
    {numRuns: 60},
  );
});
