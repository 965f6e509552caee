import {delimiter} from 'node:path';
import {expect, test} from 'vitest';
import type {Invocation} from './rig/invocation.ts';
import {Rig} from './rig/rig.ts';

/** Runs to the one invocation of `rig <name>`, and lets it pass. */
async function invoked(
  rig: Rig,
  name: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Invocation> {
  const program = rig.start(['run', ...words], {env});
  const invocation = await rig.command(name).nextInvocation();
  invocation.exit(0);
  expect(await program.ended).toMatchObject({code: 0});
  return invocation;
}

test('a command knows its run, its task and its project', async () => {
  const rig = await Rig.make({
    'package.json': JSON.stringify({name: 'root', workspaces: ['apps/*']}),
    'make.toml': '[lifecycle.build]\ncommand = "exec rig build"',
    'apps/web/package.json': JSON.stringify({name: 'web'}),
  });
  const {env, cwd} = await invoked(rig, 'build', ['web#build']);
  expect(env).toMatchObject({
    PACELINE_TASK: 'web#build',
    PACELINE_WORKSPACE: 'web',
    PACELINE_PHASE: 'build',
    PACELINE_ROOT: rig.root,
  });
  expect(env.PACELINE_RUN_ID).toBe((await rig.recorded()).id);
  expect(cwd).toBe(rig.path('apps/web'));
});

test('variables: the command line wins over the phase, that over the profile, that over [env], that over what was inherited', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [env]
      A = "env"
      B = "env"
      C = "env"
      D = "env"
      MIXED = "\${A}-\${FROM_OUTSIDE}"
      [env.production]
      B = "profile"
      C = "profile"
      D = "profile"
      [lifecycle.build]
      command = "exec rig build"
      env = { C = "phase", D = "phase" }
    `,
  });
  const outside = {A: 'outside', B: 'outside', C: 'outside', D: 'outside', E: 'outside', FROM_OUTSIDE: 'there'};
  const {env} = await invoked(
    rig,
    'build',
    ['build', '-e', 'production', '-D', 'D=line', '--define', 'F=a=b'],
    outside,
  );
  expect(env).toMatchObject({
    A: 'env',
    B: 'profile',
    C: 'phase',
    D: 'line',
    E: 'outside',
    F: 'a=b',
    MIXED: 'env-there',
  });
  const without = await invoked(rig, 'build', ['build'], outside);
  expect(without.env).toMatchObject({A: 'env', B: 'env', C: 'phase', D: 'phase'});
});

test('an env profile may replace the commands of a phase', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.deploy]
      command = "exec rig plain"
      env.production.commands = ["exec rig live"]
      [env.staging.commands]
      deploy = "exec rig stage"
    `,
  });
  await invoked(rig, 'plain', ['deploy']);
  await invoked(rig, 'live', ['deploy', '--env', 'production']);
  await invoked(rig, 'stage', ['deploy', '-e', 'staging']);
  expect((await rig.recorded()).profile).toBe('staging');
});

test('words behind -- go to the last command of the tasks that were named, as they are', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.build]
      command = "exec rig build"
      [lifecycle.test]
      commands = ["rig first", "exec rig test"]
      depends_on = ["build"]
    `,
  });
  const odd = ['--watch', 'with blank', "it's", '$HOME', 'a;b', '', '*', '--', '-x'];
  const program = rig.start(['run', 'test', '--jobs', '1', '--', ...odd]);
  const build = await rig.command('build').nextInvocation();
  expect(build.args).toEqual([]);
  build.exit(0);
  const first = await rig.command('first').nextInvocation();
  expect(first.args).toEqual([]);
  first.exit(0);
  const last = await rig.command('test').nextInvocation();
  expect(last.args).toEqual(odd);
  last.exit(0);
  expect(await program.ended).toMatchObject({code: 0});
  const {command} = await rig.recorded();
  expect(command.slice(0, 2)).toEqual(['run', 'test']);
  expect(command.slice(-odd.length - 1)).toEqual(['--', ...odd]);
});

test('package.json scripts run directly, with what npm would tell them', async () => {
  const manifest = {name: 'web', version: '1.2.3', scripts: {build: 'exec rig build --flag'}, config: {port: 8080}};
  const rig = await Rig.make({
    'package.json': JSON.stringify({name: 'root', workspaces: ['apps/*']}),
    'apps/web/package.json': JSON.stringify(manifest),
    'package-lock.json': '{}',
  });
  rig.install('npm', 'echo npm was called >&2; exit 1');
  const {env, args, cwd} = await invoked(rig, 'build', ['build']);
  expect(args).toEqual(['--flag']);
  expect(cwd).toBe(rig.path('apps/web'));
  expect(env).toMatchObject({
    npm_lifecycle_event: 'build',
    npm_lifecycle_script: 'exec rig build --flag',
    npm_package_name: 'web',
    npm_package_version: '1.2.3',
    npm_package_config_port: '8080',
    npm_package_json: rig.path('apps/web/package.json'),
    INIT_CWD: rig.root,
  });
});

test('node_modules/.bin of the workspace, then of the root, comes first on PATH', async () => {
  const rig = await Rig.make({
    'package.json': JSON.stringify({name: 'root', workspaces: ['apps/*']}),
    'apps/web/package.json': JSON.stringify({name: 'web', scripts: {build: 'only-root && both && exec rig build'}}),
    'node_modules/.bin/only-root': '#!/bin/sh\ntrue\n',
    'node_modules/.bin/both': '#!/bin/sh\nexit 1\n',
    'apps/web/node_modules/.bin/both': '#!/bin/sh\ntrue\n',
  });
  for (const path of ['node_modules/.bin/only-root', 'node_modules/.bin/both', 'apps/web/node_modules/.bin/both'])
    rig.makeExecutable(path);
  const {env} = await invoked(rig, 'build', ['build']);
  expect(env.PATH?.split(delimiter).slice(0, 2)).toEqual([
    rig.path('apps/web/node_modules/.bin'),
    rig.path('node_modules/.bin'),
  ]);
});

test('a phase runs where its `directory` says, in the shell that it says', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.build]
      command = "[[ -n $BASH_VERSION ]] && exec rig build"
      shell = "bash"
      directory = "sub"
    `,
    'sub/file.txt': '',
  });
  const {cwd} = await invoked(rig, 'build', ['build']);
  expect(cwd).toBe(rig.path('sub'));
});

test('a command has no standard input, so that nothing waits for an answer', async () => {
  const rig = await Rig.make({'make.toml': '[lifecycle.build]\ncommand = "cat; echo done"'});
  // ours stays open, and nobody writes to it
  expect(await rig.run(['run', 'build'], {stdin: 'pipe'})).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('done\n'),
  });
});

test('a condition that does not hold skips the phase and says why', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.build]
      command = "true"
      condition = { files_exist = ["there.txt"] }
      [lifecycle.behind]
      command = "true"
      depends_on = ["build"]
    `,
  });
  const {code, stdout} = await rig.run(['run', 'behind']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^○ build .*skipped: there\.txt does not exist$/m);
  rig.write({'there.txt': ''});
  expect((await rig.run(['run', 'behind'])).stdout).toMatch(/^✓ build/m);
});
