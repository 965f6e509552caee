import {describe, expect, test} from 'vitest';
import {loadProject} from '../load.ts';
import {
  commandText,
  errors,
  type Files,
  lines,
  load,
  needs,
  phase,
  sequenceText,
  warnings,
  where,
} from '../loaded-project.ts';
import type {Project, WorkspaceName} from '../project.ts';
import {temporaryProject} from '../temporary-project.ts';

const members: Files = {
  'package.json': {name: 'shop', workspaces: ['apps/*'], scripts: {build: 'paceline run build', lint: 'eslint .'}},
  'apps/web/package.json': {
    name: 'web',
    dependencies: {lib: '*'},
    scripts: {compile: 'tsc -b', prelint: 'echo pre', lint: 'eslint src'},
  },
  'apps/lib/package.json': {name: 'lib'},
};

describe('commands', () => {
  test('run in order; command counts when both are there, with a warning', () => {
    const project = load(
      '[lifecycle.build]\ncommands = ["a", "b"]\n[lifecycle.test]\ncommand = "c"\ncommands = ["d"]\n',
    );
    expect(lines(phase(project, 'build'))).toEqual(['a', 'b']);
    expect(lines(phase(project, 'test'))).toEqual(['c']);
    expect(warnings(project)).toEqual([
      'warning W_SAME_KEY make.toml:5:1 "commands" and "command" say the same thing; "command" counts (Remove "commands".)',
    ]);
  });

  test('are those of the package.json script of that name when the phase says none', () => {
    const project = load(
      '[lifecycle.lint]\n[lifecycle.compile]\ndescription = "x"\n[lifecycle.all]\ndepends_on = ["lint", "compile"]\n',
      members,
    );
    expect(lines(phase(project, 'lint', 'web'))).toEqual(['before: echo pre', 'eslint src']);
    expect(phase(project, 'lint', 'web').commands[1]).toMatchObject({
      packageScript: 'lint',
      origin: {file: 'apps/web/package.json'},
    });
    expect(where(project, 'lint')).toEqual(['web']);
    expect(where(project, 'compile')).toEqual(['web']);
    expect(where(project, 'all')).toEqual(['lib', 'web']);
  });

  test('a root script that starts paceline is not what the phase does', () => {
    const project = load('[lifecycle.build]\n[lifecycle.lint]\n', members);
    expect([...project.rootPhases.keys()]).toEqual(['lint']);
  });

  test('an empty list is a phase that only names others', () => {
    expect(lines(phase(load('[lifecycle.all]\ncommands = []\n'), 'all'))).toEqual([]);
  });

  test('bash runs them where the phase says so, also those of a profile', () => {
    const make =
      '[lifecycle.build]\nshell = "bash"\ncommand = "a"\n[lifecycle.build.env.production]\ncommands = ["b"]\n';
    expect(phase(load(make), 'build').commands[0]).toMatchObject({line: 'a', shell: 'bash'});
    expect(phase(load(make, {}, {profile: 'production'}), 'build').commands[0]).toMatchObject({
      line: 'b',
      shell: 'bash',
    });
  });
});

describe('workspaces', () => {
  test('a phase runs in every member, or in those that it names; "." is the root', () => {
    const project = load(
      '[lifecycle.build]\ncommand = "b"\n[lifecycle.e2e]\ncommand = "e"\nworkspaces = ["apps/web", "."]\n',
      members,
    );
    expect(where(project, 'build')).toEqual(['lib', 'web']);
    expect(where(project, 'e2e')).toEqual(['//', 'web']);
    expect([...project.rootPhases.keys()]).toEqual(['build', 'e2e']);
    expect(project.workspaces.get('web' as WorkspaceName)?.dependencies).toEqual(['lib']);
  });

  test('a phase in which nothing differs is the same value in all of them', () => {
    const project = load('[lifecycle.build]\ncommand = "b"\n', members);
    expect(phase(project, 'build', 'web')).toBe(phase(project, 'build', 'lib'));
  });

  test('[workspace.X] names folders that need not exist; "." makes the root one of them', () => {
    const project = load(
      '[workspace.main]\npath = "."\n[workspace.api]\npath = "services/api"\ndescription = "The API"\n[lifecycle.build]\ncommand = "b"\n[lifecycle.check]\ncommand = "c"\nworkspaces = ["main"]\n',
    );
    expect(where(project, 'build')).toEqual(['//', 'api']);
    expect(where(project, 'check')).toEqual(['//']);
    expect(project.workspaces.get('api' as WorkspaceName)).toMatchObject({
      directory: 'services/api',
      description: 'The API',
    });
    expect(where(load('[workspace.main]\npath = "."\n[lifecycle.build]\ncommand = "b"\n'), 'build')).toEqual(['//']);
  });

  test('a folder outside the root is refused', () => {
    expect(errors('[workspace.api]\npath = "../api"\n[lifecycle.build]\ncommand = "b"\n')).toEqual([
      expect.stringContaining('error E_OUTSIDE_ROOT make.toml:2:8'),
    ]);
  });

  test("a member's own make.toml adds phases, overrides single keys, and adds variables", () => {
    const project = load('[lifecycle.build]\ncommand = "b"\ntimeout = 60\nenv = {A = "1"}\n[env]\nE = "root"\n', {
      ...members,
      'apps/web/make.toml':
        '[lifecycle.build]\ncommand = "vite build"\nenv = {B = "2"}\n[lifecycle.serve]\ncommand = "vite"\n[env]\nE = "web"\n',
    });
    const build = phase(project, 'build', 'web');
    expect(lines(build)).toEqual(['vite build']);
    expect(build.limits.timeoutMs).toBe(60_000);
    expect(build.env.map(({name, source}) => [name, 'value' in source ? source.value : source.kind])).toEqual([
      ['E', 'root'],
      ['E', 'web'],
      ['A', '1'],
      ['B', '2'],
    ]);
    expect(build.origin).toMatchObject({file: 'apps/web/make.toml', line: 1});
    expect(where(project, 'serve')).toEqual(['web']);
    expect(lines(phase(project, 'build', 'lib'))).toEqual(['b']);
    expect(project.files).toEqual([
      'make.toml',
      'apps/web/make.toml',
      'package.json',
      'apps/lib/package.json',
      'apps/web/package.json',
    ]);
  });

  test("tables of the whole project in a member's file are named", () => {
    const project = load('[lifecycle.build]\ncommand = "b"\n', {
      ...members,
      'apps/web/make.toml': '[pipelines]\nx = ["build"]\n',
    });
    expect(warnings(project)).toEqual([expect.stringContaining('W_ROOT_ONLY apps/web/make.toml:1:2')]);
  });

  test('an unknown workspace is named', () => {
    const project = load('[lifecycle.build]\ncommand = "b"\nworkspaces = ["wbe"]\n', members);
    expect(warnings(project)).toEqual([
      'warning W_UNKNOWN_WORKSPACE make.toml:3:15 there is no workspace called "wbe" (Did you mean "web"?)',
    ]);
  });
});

describe('names of phases', () => {
  test('in depends_on are a set, of four forms', () => {
    const project = load(
      '[lifecycle.a]\ncommand = "a"\n[lifecycle.b]\ncommand = "b"\ndepends_on = ["a", "^b", "lib#a", "//#a"]\n',
      members,
    );
    expect(needs(phase(project, 'b', 'web'))).toEqual(['a, ^b, lib#a, //#a']);
    expect(phase(project, 'b', 'web').needs[0]?.references.map(({optional}) => optional)).toEqual([
      false,
      true,
      false,
      false,
    ]);
  });

  test('that do not exist are refused, all of them, with their places', () => {
    const make =
      '[lifecycle.setup]\ncommand = "s"\n[lifecycle.b]\ncommand = "b"\ndepends_on = ["setpu", "^nope", "lib#setup", "lbi#setup"]\n';
    expect(errors(make, members)).toEqual([
      'error E_UNKNOWN_PHASE make.toml:5:15 there is no phase called "setpu" (Did you mean "setup"?)',
      'error E_UNKNOWN_PHASE make.toml:5:24 there is no phase called "nope" (Known: setup, b.)',
      'error E_UNKNOWN_WORKSPACE make.toml:5:46 there is no workspace called "lbi" (Did you mean "lib#setup"?)',
    ]);
  });

  test('may have colons, blanks and a prototype in them', () => {
    const project = load(
      '[lifecycle."check:it all"]\ncommand = "c"\n[lifecycle.constructor]\ncommand = "x"\ndepends_on = ["check:it all", "__proto__"]\n[lifecycle.__proto__]\ncommand = "y"\n',
    );
    expect(needs(phase(project, 'constructor'))).toEqual(['check:it all, __proto__']);
    expect(lines(phase(project, '__proto__'))).toEqual(['y']);
  });

  test('in [pipelines] are in order', () => {
    const project = load(
      '[lifecycle.a]\ncommand = "a"\n[lifecycle.b]\ncommand = "b"\n[pipelines]\nrelease = ["b", "a"]\n',
    );
    expect([...project.pipelines.values()].map(({name, sequence}) => [name, sequenceText(sequence)])).toEqual([
      ['release', 'b then a'],
    ]);
  });
});

describe('hooks', () => {
  const phases = ['lint', 'build', 'report'].map((name) => `[lifecycle.${name}]\ncommand = "${name} it"\n`).join('');

  test('of any phase: names make needs and followers, lines belong to the phase', () => {
    const project = load(
      `${phases}[hooks]\nbefore_build = ["lint", "echo in between"]\nafter_build = ["report"]\nafter_lint = {commands = ["echo linted"]}\nbefore_report = "date"\n`,
    );
    const build = phase(project, 'build');
    expect(needs(build)).toEqual(['lint']);
    expect(build.after.map(sequenceText)).toEqual(['report']);
    expect(lines(build)).toEqual(['before: echo in between', 'build it']);
    expect(lines(phase(project, 'lint'))).toEqual(['lint it', 'after: echo linted']);
    expect(lines(phase(project, 'report'))).toEqual(['before: date', 'report it']);
    expect(warnings(project)).toEqual([]);
  });

  test('that name what does not exist are reported', () => {
    const project = load(`${phases}[hooks]\nbefore_build = ["lnit"]\nafter_buidl = ["lint"]\npre_build = ["lint"]\n`);
    expect(needs(phase(project, 'build'))).toEqual([]);
    expect(warnings(project)).toEqual([
      'warning W_UNKNOWN_KEY make.toml:10:1 "pre_build" is no key of [hooks]: it does nothing (Remove it; docs/reference/make-toml.md lists the keys there are.)',
      'warning W_UNKNOWN_PHASE make.toml:8:17 there is no phase called "lnit": the hook leaves it out (Did you mean "lint"?)',
      'warning W_UNKNOWN_PHASE make.toml:9:1 "after_buidl" is a hook of a phase that does not exist: it never runs (Did you mean "after_build"?)',
    ]);
  });

  test('of the run', () => {
    const project = load(
      `${phases}[hooks]\nbefore_all = ["lint", "echo go"]\nafter_all = []\non_error = "echo failed"\non_success = ["report"]\n`,
    );
    const text = Object.fromEntries(
      Object.entries(project.hooks).map(([name, steps]: [string, Project['hooks']['beforeAll']]) => [
        name,
        steps.map((step) => (step.kind === 'phase' ? step.reference.phase : commandText(step.command))),
      ]),
    );
    expect(text).toEqual({
      beforeAll: ['lint', 'echo go'],
      afterAll: [],
      onError: ['echo failed'],
      onSuccess: ['report'],
    });
  });
});

describe('env profiles', () => {
  const make = `[env]
detect = "auto"
LOG = "info"
URL = "\${HOST}/x"
[env.production]
LOG = "warn"
logging.level = "error"
commands.build = "build --release"
[lifecycle.build]
command = "build"
env.MODE = "phase"
[lifecycle.deploy]
command = "deploy"
[lifecycle.deploy.env.production]
description = "for real"
commands = ["deploy --prod"]
TARGET = "live"
`;

  test('the more specific comes later; ggen and paceline variables first', () => {
    const project = load(make, {}, {profile: 'production'});
    const build = phase(project, 'build');
    expect(build.env.map(({name, source}) => [name, source])).toEqual([
      ['GGEN_ENV', {kind: 'value', value: 'production'}],
      ['PACELINE_ENV', {kind: 'value', value: 'production'}],
      ['LOG', {kind: 'value', value: 'info'}],
      ['URL', {kind: 'expand', value: '\u0024{HOST}/x'}],
      ['LOG', {kind: 'value', value: 'warn'}],
      ['logging.level', {kind: 'value', value: 'error'}],
      ['MODE', {kind: 'value', value: 'phase'}],
    ]);
    expect(lines(build)).toEqual(['build --release']);
    const deploy = phase(project, 'deploy');
    expect([lines(deploy), deploy.description, deploy.env.at(-1)?.name]).toEqual([
      ['deploy --prod'],
      'for real',
      'TARGET',
    ]);
    expect(project.profiles).toEqual(['production']);
  });

  test.each([
    [{}, 'development'],
    [{CI: 'true'}, 'production'],
    [{CI: 'false'}, 'development'],
    [{NODE_ENV: 'production'}, 'production'],
    [{NODE_ENV: 'test', CI: '1'}, 'production'],
    [{GGEN_ENV: 'staging', CI: '1'}, 'staging'],
    [{PACELINE_ENV: 'qa', GGEN_ENV: 'staging'}, 'qa'],
  ])('detect = "auto" under %j is %s', (env, profile) => {
    expect(load(make, {}, {env}).profile).toBe(profile);
  });

  test('without detect none is chosen; an unknown one is named', () => {
    const without = make.replace('detect = "auto"\n', '');
    expect(load(without, {}, {env: {CI: '1'}}).profile).toBeUndefined();
    expect(warnings(load(without, {}, {profile: 'prodution'}))).toEqual([
      'warning W_UNKNOWN_PROFILE make.toml:1:1 no file mentions the env profile "prodution": it changes nothing but GGEN_ENV and PACELINE_ENV (Did you mean "production"?)',
    ]);
  });

  test('commands for a phase that does not exist are named', () => {
    expect(warnings(load('[env.production]\ncommands.biuld = "x"\n[lifecycle.build]\ncommand = "b"\n'))).toEqual([
      'warning W_UNKNOWN_PHASE make.toml:2:10 there is no phase called "biuld" to change (Did you mean "build"?)',
    ]);
  });
});

describe('settings of a phase', () => {
  test('become its parts', () => {
    const project = load(`[lifecycle.dev]
command = "vite"
persistent = true
port = 3000
timeout = "1m30s"
command_timeout = 5
retries = 2
retry_delay = "500ms"
directory = "app"
resources = {cpu = 2, memory = "1GiB"}
exclusive = true
required = false
first_run_only = true
requires_approval = true
condition = {files_exist = ["a"], env = {X = 1}}
cache = true
inputs = ["src/**"]
outputs = "dist/"
cache_key = "Cargo.lock|v-{{x"
pass_env = ["CI"]
env = ["FOO_*"]
closure = "direct"
[execution]
timeout_seconds = 300
retry_attempts = 9
max_parallel_phases = 3
grace = "2s"
run_timeout = "10m"
`);
    expect(phase(project, 'dev')).toMatchObject({
      persistent: true,
      readyWhen: {kind: 'port', port: 3000, host: '127.0.0.1'},
      env: [{name: 'PORT', source: {kind: 'value', value: '3000'}}],
      limits: {timeoutMs: 90_000, commandTimeoutMs: 5000, retries: 2, retryDelayMs: 500},
      directory: 'app',
      resources: {cpu: 2, memoryBytes: 2 ** 30, exclusive: true},
      onFailure: 'warn',
      firstRunOnly: true,
      requiresApproval: true,
      condition: {filesExist: ['a'], envEquals: {X: '1'}},
      caching: {
        enabled: true,
        inputs: ['src/**'],
        outputs: ['dist/'],
        passEnv: ['CI'],
        env: ['FOO_*'],
        closure: 'direct',
      },
    });
    expect(project.limits).toEqual({jobs: 3, graceMs: 2000, timeoutMs: 600_000});
  });

  test('wrong types and values are refused with what was wanted', () => {
    expect(
      errors(
        '[lifecycle.a]\ncommand = ["x"]\ntimeout = "soon"\nretries = -1\nerror_handling = "explode"\ndepends_on = [1]\n',
      ),
    ).toEqual([
      'error E_TYPE make.toml:2:11 "command" must be a text, but is a list of texts',
      'error E_TYPE make.toml:3:11 "timeout" must be a time like "90s" or "2m", or a number of seconds, but is a text',
      'error E_TYPE make.toml:4:11 "retries" must be a whole number of at least 0, but is a number',
      'error E_VALUE make.toml:5:18 "error_handling" must be one of "stop", "warn", "continue"',
      'error E_TYPE make.toml:6:14 "depends_on" must be a list of texts or a text, but is a list',
    ]);
  });

  test('closed tables are answered by one warning each, and what is not there yet by its reason', () => {
    const project = load('[lifecycle.a]\ncommand = "a"\nwatch = ["src/**"]\n[monitoring]\nx = 1\ny = {z = 2}\n');
    expect(warnings(project)).toEqual([
      'warning W_NOT_YET make.toml:3:1 "watch" is understood, but not acted on: there is no watch mode yet',
      expect.stringContaining(
        'warning W_CLOSED_TABLE make.toml:4:2 [monitoring] is about something that paceline does not do',
      ),
    ]);
  });
});

describe('tables for the whole project', () => {
  test('[deps], [cache], [state], [prefetch] and [scripts]', () => {
    const project = load(`[lifecycle.build]
command = "b"
[deps]
rust = ">=1.75"
docker = "*"
[cache]
enable_caching = false
cache_directory = ".c"
cache_ttl_seconds = 60
max_cache_size_mb = 2
[state]
state_file = "s.json"
persist_execution_state = false
skip_if_exists = ["x"]
force_rerun_if_changed = ["make.toml"]
[prefetch]
command = "npm ci"
inputs = ["package-lock.json"]
[scripts]
check = "ggen lifecycle run build"
build = "other"
`);
    expect(project.tools.map(({name, probe, range}) => [name, probe, range])).toEqual([
      ['rust', ['rustc', '--version'], '>=1.75'],
      ['docker', ['docker', '--version'], undefined],
    ]);
    expect(project.cache).toEqual({
      enabled: false,
      directory: '.c',
      maxAgeMs: 60_000,
      maxBytes: 2 ** 21,
      globalInputs: ['make.toml'],
      globalEnv: [],
      globalPassEnv: [],
    });
    expect(project.state).toEqual({file: 's.json', history: false, skipIfExists: ['x']});
    expect(project.prefetch && lines(project.prefetch)).toEqual(['npm ci']);
    expect(lines(phase(project, 'check'))).toEqual(['-> build']);
    expect(warnings(project)).toEqual([
      'warning W_SAME_NAME make.toml:21:1 the script "build" has the name of a phase, which counts (Rename the script; the phase is in line 1.)',
    ]);
  });

  test('[scripts] are phases of the root only', () => {
    const project = load('[lifecycle.build]\ncommand = "b"\n[scripts]\nstart = "node ."\n', members);
    expect(where(project, 'start')).toEqual(['//']);
  });
});

describe('reading', () => {
  test('a text that is no TOML is refused with the place and what was expected', () => {
    expect(errors('[lifecycle.build]\ncommands = ["a" "b"]\n')).toEqual([
      'error E_TOML make.toml:2:17 this is not TOML: expected a comma, or the closing bracket',
    ]);
    expect(errors('[a]\nx = {{ name }}\n')[0]).toContain('it may be a template');
    expect(errors('[a]\nx = 1\n[a]\ny = 2\n')).toEqual([
      expect.stringContaining('make.toml:3:2 this is not TOML: expected a name that is not defined yet'),
    ]);
  });

  test('a folder with nothing in it has no project', () => {
    const root = temporaryProject({'readme.txt': ''});
    expect(() => loadProject(root, {env: {}})).toThrow(
      expect.objectContaining({code: 'E_NO_PROJECT', hint: expect.stringContaining('paceline init')}),
    );
  });

  test('a file of another name can be asked for', () => {
    const root = temporaryProject({'other.toml': '[lifecycle.a]\ncommand = "a"\n', 'make.toml': ''});
    expect([...loadProject(root, {env: {}, file: 'other.toml'}).rootPhases.keys()]).toEqual(['a']);
    expect(() => loadProject(root, {env: {}, file: 'none.toml'})).toThrow(
      expect.objectContaining({code: 'E_NO_PROJECT'}),
    );
  });

  test('make.toml comes before Makefile.toml, turbo.json and scripts', () => {
    const all = {
      'make.toml': '[lifecycle.a]\ncommand = "a"\n',
      'Makefile.toml': '[tasks.b]\ncommand = "b"\n',
      'turbo.json': {tasks: {c: {}}},
      'package.json': {scripts: {c: 'x'}},
    };
    const dialects = ['make.toml', 'Makefile.toml', 'turbo.json', 'package.json'].map((_, index, names) => {
      const left = Object.fromEntries(Object.entries(all).filter(([name]) => names.indexOf(name) >= index));
      return loadProject(temporaryProject(left), {env: {}}).dialect;
    });
    expect(dialects).toEqual(['lifecycle', 'cargo-make', 'turbo', 'scripts']);
  });
});

test('a phase that has neither a command nor a script anywhere is left out, which is said', () => {
  const text = '[lifecycle.docs]\ndescription = "x"\n[lifecycle.lint]\n[lifecycle.all]\ncommands = []\n';
  const project = loadProject(temporaryProject({...members, 'make.toml': text}), {env: {}});
  expect(warnings(project)).toEqual([
    expect.stringContaining('W_NO_COMMAND make.toml:1:12 the phase "docs" has no command'),
  ]);
});
