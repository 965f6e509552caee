import {describe, expect, test} from 'vitest';
import type {Declared} from '../declared/declared.ts';
import {commandText, errors, lines, load, needs, phase, sequenceText, warnings, where} from '../loaded-project.ts';
import {parseDocument} from '../toml/document.ts';
import {readCargoMake} from './cargo-make.ts';

/** What a file says on another system. */
function readOn(platform: NodeJS.Platform, make: string): Declared {
  const document = parseDocument('Makefile.toml', make, () => undefined);
  if (document === undefined) throw new Error('no TOML');
  return readCargoMake(document, () => undefined, platform);
}

const ownVariables = (names: readonly {readonly name: string}[]): readonly string[] =>
  names.map(({name}) => name).filter((name) => !name.startsWith('CARGO_MAKE') && !name.endsWith('_ENV'));

describe('what a task runs', () => {
  test('a program with its arguments, through rustup when it names a toolchain', () => {
    const project = load(
      '[tasks.a]\ncommand = "cargo"\nargs = ["test", "${@}"]\n[tasks.b]\ncommand = "cargo"\nargs = ["doc"]\ntoolchain = "nightly"\n',
    );
    expect(lines(phase(project, 'a'))).toEqual(['[cargo test ${@}]']);
    expect(lines(phase(project, 'b'))).toEqual(['[rustup run nightly cargo doc]']);
  });

  test.each([
    ['script = ["one", "two"]', ['sh', '-e'], 'one\ntwo'],
    ['script = "one"\nscript_runner = "@shell"', ['sh', '-e'], 'one'],
    ["script = '''\n#!/usr/bin/env bash\none'''", ['bash'], '#!/usr/bin/env bash\none'],
    ["script = '''\n#!/bin/bash -eu\none'''", ['/bin/bash', '-eu'], '#!/bin/bash -eu\none'],
    ["script_runner = '@shell'\nscript = '''\n#!/bin/bash\none'''", ['bash', '-e'], '#!/bin/bash\none'],
    ["script = '''\n#!/usr/bin/env -S node --test\none'''", ['node', '--test'], '#!/usr/bin/env -S node --test\none'],
    ['script = "one"\nscript_runner = "python3"\nscript_runner_args = ["-u"]', ['python3', '-u'], 'one'],
    ['script = "one"\nscript_runner = "@rust"', ['rust-script'], 'one'],
    ['script = {pre = "a", main = ["b", "c"], post = "d"}', ['sh', '-e'], 'a\nb\nc\nd'],
  ])('%s', (keys, interpreter, text) => {
    expect(phase(load(`[tasks.a]\n${keys}\n`), 'a').commands).toMatchObject([{kind: 'script', interpreter, text}]);
  });

  test('a script in a file, with arguments', () => {
    expect(lines(phase(load('[tasks.a]\nscript = {file = "x.sh"}\nargs = ["1"]\n'), 'a'))).toEqual(['[sh -e x.sh 1]']);
  });

  test('a script counts more than a command, with a warning', () => {
    const project = load('[tasks.a]\ncommand = "x"\nscript = "y"\n');
    expect(lines(phase(project, 'a'))).toEqual(['<sh -e> y']);
    expect(warnings(project)).toEqual([
      'warning W_SAME_KEY make.toml:2:1 "command" does nothing where there is a "script" (Remove "command".)',
    ]);
  });

  test('nothing when it is disabled; its dependencies stay', () => {
    const task = phase(
      load('[tasks.b]\n[tasks.a]\ncommand = "x"\ndependencies = ["b"]\nrun_task = "b"\ndisabled = true\n'),
      'a',
    );
    expect([lines(task), needs(task), task.after]).toEqual([[], ['b'], []]);
  });

  test('what install_script says comes before', () => {
    expect(lines(phase(load('[tasks.a]\ninstall_script = ["get it"]\ncommand = "x"\n'), 'a'))).toEqual([
      'before: <sh -e> get it',
      '[x]',
    ]);
  });
});

describe('the graph', () => {
  const tasks = '[tasks.a]\nscript = "a"\n[tasks.b]\nscript = "b"\n';

  test('dependencies are in order, also as tables', () => {
    expect(needs(phase(load(`${tasks}[tasks.c]\ndependencies = ["b", {name = "a"}]\n`), 'c'))).toEqual(['b then a']);
  });

  test.each([
    ['"a"', ['a']],
    ['{name = "a"}', ['a']],
    ['{name = ["a", "b"]}', ['a then b']],
    ['{name = ["a", "b"], parallel = true}', ['a, b']],
    ['[{name = "a", condition = {platforms = ["windows"]}}, {name = "b"}]', ['b']],
    ['{name = "a", condition = {env_set = ["X"]}}', []],
  ])('run_task = %s', (value, after) => {
    const task = phase(load(`${tasks}[tasks.c]\nrun_task = ${value}\n`), 'c');
    expect(task.after.map(sequenceText)).toEqual(after);
  });

  test('an entry of run_task that cannot be told beforehand is named', () => {
    expect(warnings(load(`${tasks}[tasks.c]\nrun_task = {name = "a", condition = {env_set = ["X"]}}\n`))).toEqual([
      expect.stringContaining(
        'warning W_NOT_YET make.toml:6:38 "env_set" is understood, but not acted on: what follows a task must be known before the run',
      ),
    ]);
  });

  test('names mean the task behind an alias', () => {
    const project = load(
      `${tasks}[tasks.c]\nalias = "a"\n[tasks.d]\nalias = "c"\n[tasks.e]\ndependencies = ["d", "b"]\n`,
    );
    expect(needs(phase(project, 'e'))).toEqual(['a then b']);
    expect(needs(phase(project, 'c'))).toEqual(['a']);
    expect(lines(phase(project, 'd'))).toEqual([]);
  });

  test('a task takes from the one that it extends what it does not say', () => {
    const project = load(
      '[tasks.base]\ncommand = "cargo"\nargs = ["build"]\nenv = {A = "1"}\n[tasks.middle]\nextend = "base"\nargs = ["test"]\n[tasks.top]\nextend = "middle"\ndescription = "Top"\n[tasks.other]\nextend = "base"\nscript = "x"\n',
    );
    const top = phase(project, 'top');
    expect([lines(top), top.description, ownVariables(top.env)]).toEqual([['[cargo test]'], 'Top', ['A']]);
    expect(lines(phase(project, 'other'))).toEqual(['<sh -e> x']);
  });

  test('tasks that extend each other, and unknown ones to extend, are refused', () => {
    expect(errors('[tasks.a]\nextend = "b"\n[tasks.b]\nextend = "a"\n[tasks.c]\nextend = "d"\n')).toEqual([
      'error E_EXTEND_CYCLE make.toml:4:10 tasks extend each other in a circle: a -> b -> a',
      'error E_UNKNOWN_PHASE make.toml:6:10 there is no task called "d" to extend',
    ]);
  });

  test('unknown names are warnings, and stay in the plan', () => {
    const project = load('[tasks.a]\ndependencies = ["format", "lnit"]\n[tasks.lint]\nscript = "l"\n');
    expect(needs(phase(project, 'a'))).toEqual(['format then lnit']);
    expect(phase(project, 'a').needs[0]?.references.map(({optional}) => optional)).toEqual([false, false]);
    expect(warnings(project)).toEqual([
      'warning W_UNKNOWN_PHASE make.toml:2:17 "format" is built into cargo-make, not into paceline: no plan can have it (Define [tasks.format].)',
      'warning W_UNKNOWN_PHASE make.toml:2:27 there is no phase called "lnit": no plan can have it (Did you mean "lint"?)',
    ]);
  });
});

describe('variables', () => {
  test('of the file, of the profile, of the task; with scripts and conditions', () => {
    const make = `[env]
A = true
B = "\${A}/x"
C = {value = "release", condition = {env_not_set = ["C"]}}
D = {script = ["date", "true"]}
E = {unset = true}
F = ["x", "y"]
[env.ACT]
G = "act"
[config]
additional_profiles = ["more"]
[env.more]
H = 1
[tasks.a]
command = "a"
env = {I = "i"}
`;
    const task = phase(load(make, {}, {profile: 'ACT'}), 'a');
    expect(ownVariables(task.env)).toEqual(['A', 'B', 'C', 'D', 'E', 'F', 'H', 'G', 'I']);
    const source = (name: string) => task.env.find((entry) => entry.name === name);
    expect(source('A')?.source).toEqual({kind: 'value', value: 'true'});
    expect(source('B')?.source).toEqual({kind: 'expand', value: `\${A}/x`});
    expect(source('C')).toMatchObject({source: {kind: 'value', value: 'release'}, condition: {envNotSet: ['C']}});
    expect(source('D')?.source).toEqual({kind: 'script', lines: ['date', 'true']});
    expect(source('E')?.source).toEqual({kind: 'unset'});
    expect(source('F')?.source).toEqual({kind: 'value', value: 'x;y'});
    expect(ownVariables(phase(load(make), 'a').env)).not.toContain('G');
  });

  test('that scripts of cargo-make expect', () => {
    const project = load('[tasks.a]\ncommand = "a"\n');
    const values = Object.fromEntries(
      phase(project, 'a').env.map(({name, source}) => [name, 'value' in source ? source.value : '']),
    );
    expect(values).toMatchObject({
      CARGO_MAKE: 'true',
      CARGO_MAKE_TASK: 'a',
      CARGO_MAKE_CURRENT_TASK_NAME: 'a',
      CARGO_MAKE_PROFILE: 'development',
      CARGO_MAKE_WORKING_DIRECTORY: project.root,
    });
  });
});

describe('settings', () => {
  test('of a task', () => {
    const task = phase(
      load(
        '[tasks.a]\ncommand = "cargo"\nargs = ["audit"]\ncwd = "${CARGO_MAKE_WORKING_DIRECTORY}/x"\nprivate = true\nignore_errors = true\ncategory = "c"\ncondition = {files_exist = ["f"]}\ncondition_script = ["test 1"]\ninstall_crate = "cargo-audit"\ncache = true\ninputs = ["src/**"]\n',
      ),
      'a',
    );
    expect(task).toMatchObject({
      private: true,
      onFailure: 'ignore',
      category: 'c',
      directory: './x',
      condition: {filesExist: ['f'], script: ['test 1']},
      tools: [
        {
          name: 'cargo-audit',
          probe: ['cargo', 'audit', '--help'],
          install: 'cargo install cargo-audit',
          required: true,
        },
      ],
      caching: {enabled: true, inputs: ['src/**']},
    });
    expect(errors('[tasks.a]\ncommand = "a"\ncwd = "${HOME}/x"\n')).toEqual([
      expect.stringContaining('E_VALUE make.toml:3:7'),
    ]);
  });

  test.each([
    [
      '{crate_name = "cargo-deny", binary = "cargo-deny", test_arg = "--version", min_version = "0.17"}',
      {name: 'cargo-deny', probe: ['cargo-deny', '--version'], range: '>=0.17', install: 'cargo install cargo-deny'},
    ],
    [
      '{crate_name = "x", version = "1.2.3"}',
      {name: 'x', probe: ['x', '--version'], range: '=1.2.3', install: 'cargo install x --version 1.2.3'},
    ],
    [
      '{rustup_component_name = "clippy", binary = "cargo-clippy"}',
      {name: 'clippy', probe: ['cargo-clippy', '--help'], install: 'rustup component add clippy'},
    ],
  ])('install_crate = %s', (value, tool) => {
    expect(phase(load(`[tasks.a]\ncommand = "a"\ninstall_crate = ${value}\n`), 'a').tools).toMatchObject([tool]);
  });

  test('install_crate = false is none', () => {
    expect(phase(load('[tasks.a]\ncommand = "a"\ninstall_crate = false\n'), 'a').tools).toEqual([]);
  });

  test('of one system go over the others, or take their place', () => {
    const make =
      '[tasks.a]\ncommand = "a"\nargs = ["1"]\n[tasks.a.mac]\nargs = ["2"]\n[tasks.a.windows]\nclear = true\nscript = "w"\n[tasks.b]\nmac_alias = "a"\n';
    const texts = (platform: NodeJS.Platform) => readOn(platform, make).phases.get('a')?.commands?.map(commandText);
    expect([texts('linux'), texts('darwin'), texts('win32')]).toEqual([['[a 1]'], ['[a 2]'], ['<sh -e> w']]);
    expect([readOn('linux', make), readOn('darwin', make)].map(({phases}) => phases.get('b')?.aliasOf?.text)).toEqual([
      undefined,
      'a',
    ]);
  });

  test('of the run', () => {
    const project = load(
      '[config]\ninit_task = "a"\nend_task = "b"\non_error_task = "b"\nskip_core_tasks = true\nmin_version = "0.36.0"\n[tasks.a]\nscript = "a"\n[tasks.b]\nscript = "b"\n',
    );
    expect(
      Object.values(project.hooks).map((steps: typeof project.hooks.beforeAll) =>
        steps.map((step) => (step.kind === 'phase' ? step.reference.phase : '')),
      ),
    ).toEqual([['a'], ['b'], ['b'], []]);
    expect(warnings(project)).toEqual([]);
    expect(warnings(load('[config]\nmin_version = "0.99.0"\n[tasks.a]\nscript = "a"\n'))).toEqual([
      expect.stringContaining('W_NOT_YET'),
    ]);
  });
});

test('tasks run in the root, or in the members when they or the file say so', () => {
  const files = {'package.json': {workspaces: ['p/*']}, 'p/one/package.json': {name: 'one'}};
  const tasks =
    '[tasks.a]\nscript = "a"\n[tasks.b]\nscript = "b"\nworkspace = true\n[tasks.c]\nscript = "c"\nworkspace = false\n';
  const plain = load(tasks, files);
  expect(['a', 'b', 'c'].map((name) => where(plain, name))).toEqual([['//'], ['one'], ['//']]);
  const everywhere = load(`[config]\ndefault_to_workspace = true\n${tasks}`, files);
  expect(['a', 'b', 'c'].map((name) => where(everywhere, name))).toEqual([['one'], ['one'], ['//']]);
  expect(where(load('[config]\ndefault_to_workspace = true\n[tasks.a]\nscript = "a"\n'), 'a')).toEqual(['//']);
});
