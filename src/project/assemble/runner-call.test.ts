import {describe, expect, test} from 'vitest';
import {lines, load, phase, warnings} from '../loaded-project.ts';
import {callsRunner, runnerCall} from './runner-call.ts';

describe('runnerCall', () => {
  test.each([
    ['ggen lifecycle run build', ['build'], true],
    ['  ggen lifecycle run "build" --root .', ['build'], true],
    ['ggen lifecycle pipeline a b c', ['a', 'b', 'c'], true],
    ["cargo make 'check:all'", ['check:all'], true],
    ['cargo make --makefile Makefile.toml --quiet build', ['build'], true],
    ['cargo lifecycle run x', ['x'], true],
    ['makers x', ['x'], true],
    ['cargo make a && cargo make b', ['a', 'b'], true],
    ['paceline run a b', ['a', 'b'], false],
    ['npx paceline run --in-order a b', ['a', 'b'], true],
    ['paceline run a && paceline run b', ['a', 'b'], true],
  ])('%s', (line, phases, ordered) => {
    expect(runnerCall(line)).toEqual({phases, ordered});
  });

  test('knows the profile', () => {
    expect(runnerCall('ggen lifecycle run deploy -e production')).toEqual({
      phases: ['deploy'],
      ordered: true,
      profile: 'production',
    });
    expect(runnerCall('cargo make -p release x && cargo make y')).toBeUndefined();
  });

  test.each([
    'ggen lifecycle run',
    'ggen lifecycle run a b',
    'ggen lifecycle readiness --detailed',
    'ggen lifecycle run $PHASE',
    'ggen lifecycle run build | tee log',
    'ggen lifecycle run build; echo done',
    'ggen lifecycle run build || true',
    'ggen lifecycle run --root ../other build',
    'cargo make --makefile other.toml x',
    'cargo make x arg',
    'cargo make --list-all-steps',
    'cargo build && cargo make x',
    'RUST_LOG=debug cargo make x',
    'paceline run build --affected',
    'echo cargo make x',
    'cargo make "$(cat name)"',
    'cargo make x # comment',
  ])('leaves alone: %s', (line) => {
    expect(runnerCall(line)).toBeUndefined();
  });
});

describe('callsRunner', () => {
  test.each([
    ['if cargo make lint; then\n  echo ok\nfi', true],
    ['set -e\nA=1 cargo make lint | tail', true],
    ['x=$(ggen lifecycle run a)', true],
    ['echo "run: cargo make lint"', false],
    ["echo 'cargo make lint'", false],
    ['# cargo make lint', false],
    ['cat <<EOF\ncargo make lint\nEOF\necho', false],
    ['cat <<EOF\nx\nEOF\ncargo make lint', true],
    ['cargo makefile', false],
  ])('%j: %s', (text, calls) => {
    expect(callsRunner(text)).toBe(calls);
  });
});

describe('commands that call a runner', () => {
  const tasks = '[tasks.a]\nscript = "a"\n[tasks.b]\nscript = "b"\n';
  const script = (text: string, extra = ''): readonly string[] =>
    lines(phase(load(`${tasks}[tasks.c]\n${extra}script = '''\n${text}\n'''\n`), 'c'));

  test('are the phases that they name', () => {
    expect(lines(phase(load(`${tasks}[tasks.c]\ncommand = "cargo"\nargs = ["make", "a"]\n`), 'c'))).toEqual(['-> a']);
    expect(script('cargo make a\ncargo make b')).toEqual(['-> a', '-> b']);
    expect(script('# first\n\necho "now a"\ncargo make a')).toEqual(['echo "now a"', '-> a']);
    expect(script('#!/bin/bash\nset -e\ncargo make a && cargo make b')).toEqual(['-> a then b']);
  });

  test.each([
    'cd x\ncargo make a',
    'A=1\ncargo make a',
    'if true; then\ncargo make a\nfi',
    'echo "a\ncargo make a\nb"; cargo make b',
    'export X=1\ncargo make a',
    'echo $HOME\ncargo make a',
  ])('stay as they are where taking the script apart could change it: %j', (text) => {
    expect(script(text)).toEqual([`<sh -e> ${text}\n`]);
  });

  test('in a bash script that goes on after a failure stay as they are', () => {
    expect(script('#!/bin/bash\necho x\ncargo make a')).toEqual(['</bin/bash> #!/bin/bash\necho x\ncargo make a\n']);
  });

  test('are named where they are not understood', () => {
    const project = load(
      '[lifecycle.a]\ncommand = "a"\n[lifecycle.b]\ncommands = ["ggen lifecycle run a | cat", "ggen lifecycle pipeline a nope", "ggen lifecycle run a -e production"]\n',
    );
    expect(lines(phase(project, 'b'))).toEqual([
      'ggen lifecycle run a | cat',
      'ggen lifecycle pipeline a nope',
      'ggen lifecycle run a -e production',
    ]);
    expect(warnings(project)).toEqual([
      expect.stringContaining('W_NESTED_RUNNER make.toml:4:13'),
      expect.stringContaining('W_UNKNOWN_PHASE make.toml:4:43 this calls phases that do not exist: nope'),
      expect.stringContaining('W_NESTED_RUNNER make.toml:4:77'),
    ]);
    expect(
      lines(
        phase(
          load(
            '[lifecycle.a]\ncommand = "a"\n[lifecycle.b]\ncommand = "ggen lifecycle run a -e production"\n',
            {},
            {profile: 'production'},
          ),
          'b',
        ),
      ),
    ).toEqual(['-> a']);
  });
});
