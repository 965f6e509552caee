import {execFileSync} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {outcomes} from './rig/events.ts';
import {needs} from './rig/needs.ts';
import {Rig} from './rig/rig.ts';

function packageFile(name: string, dependencies: readonly string[] = []): string {
  return JSON.stringify({
    name,
    version: '1.0.0',
    dependencies: Object.fromEntries(dependencies.map((other) => [other, '*'])),
    scripts: {build: 'true'},
  });
}

/** lib <- ui <- web, lib <- api; docs stands alone. */
const SHOP = {
  'package.json': JSON.stringify({name: 'shop', workspaces: ['apps/*', 'libs/*', 'docs']}),
  'libs/lib/package.json': packageFile('@shop/lib'),
  'libs/ui/package.json': packageFile('@shop/ui', ['@shop/lib']),
  'apps/web/package.json': packageFile('web', ['@shop/ui']),
  'apps/api/package.json': packageFile('api', ['@shop/lib']),
  'docs/package.json': packageFile('docs'),
};

const LIB = '@shop/lib#build';
const UI = '@shop/ui#build';

async function built(rig: Rig, ...words: readonly string[]): Promise<readonly string[]> {
  const {events} = await rig.events(['build', ...words]);
  return events.flatMap((event) => (event.kind === 'task-finished' ? [event.task as string] : [])).sort();
}

test('--filter chooses workspaces by name, glob, path, with their dependencies and dependents', async () => {
  const rig = await Rig.make(SHOP);
  // what a chosen one needs comes along
  expect(await built(rig, '--filter', 'web')).toEqual([LIB, UI, 'web#build'].sort());
  expect(await built(rig, '--filter', 'web', '--only')).toEqual(['web#build']);
  expect(await built(rig, '--filter', '@shop/*', '--only')).toEqual([LIB, UI].sort());
  expect(await built(rig, '--filter', 'lib', '--only')).toEqual([LIB]);
  expect(await built(rig, '--filter', './apps/web', '--only')).toEqual(['web#build']);
  expect(await built(rig, '--filter', './apps/*', '--only')).toEqual(['api#build', 'web#build']);
  expect(await built(rig, '--filter', 'web...', '--only')).toEqual([LIB, UI, 'web#build'].sort());
  expect(await built(rig, '--filter', '...@shop/ui', '--only')).toEqual([UI, 'web#build'].sort());
  expect(await built(rig, '--filter', '...^@shop/ui', '--only')).toEqual(['web#build']);
  expect(await built(rig, '--filter', 'web^...', '--only')).toEqual([LIB, UI].sort());
  expect(await built(rig, '--filter', '!docs', '--filter', '!web', '--only')).toEqual([LIB, UI, 'api#build'].sort());
  expect(await built(rig, '--filter', 'api', '--filter', 'docs', '--only')).toEqual(['api#build', 'docs#build']);
  expect(await built(rig)).toEqual([LIB, UI, 'api#build', 'docs#build', 'web#build'].sort());
});

test('a filter that matches nothing is an error with the nearest name', async () => {
  const rig = await Rig.make(SHOP);
  const {code, stderr} = await rig.run(['run', 'build', '--filter', 'wbe']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/E_UNKNOWN_WORKSPACE$/m);
  expect(stderr).toContain('Did you mean "web"?');
});

test('a task is named by workspace and phase', async () => {
  const rig = await Rig.make(SHOP);
  expect(outcomes((await rig.events(['api#build'])).events)).toEqual([`${LIB} passed`, 'api#build passed']);
  expect(await rig.run(['run', 'apy#build'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Did you mean "api#build"?'),
  });
  expect(await rig.run(['run', 'api#biuld'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Did you mean "api#build"?'),
  });
});

test('--only runs the tasks that are named, without what they need and without hooks', async () => {
  const rig = await Rig.make({
    'make.toml':
      '[hooks]\nbefore_all = "exit 1"\nafter_all = "exit 1"\n[lifecycle.build]\ncommand = "exit 1"\n[lifecycle.test]\ncommand = "true"\ndepends_on = ["build"]',
  });
  const {code, events} = await rig.events(['test', '--only']);
  expect(code).toBe(0);
  expect(outcomes(events)).toEqual(['test passed']);
});

function git(folder: string, ...words: readonly string[]): void {
  const identity = [
    '-c',
    'user.name=Rig',
    '-c',
    'user.email=rig@localhost',
    '-c',
    'commit.gpgsign=false',
    '-c',
    'init.defaultBranch=main',
  ];
  execFileSync('git', [...identity, ...words], {
    cwd: folder,
    stdio: 'pipe',
    env: {PATH: process.env.PATH ?? '', HOME: folder, GIT_CONFIG_NOSYSTEM: '1'},
  });
}

async function checkout(): Promise<Rig> {
  const rig = await Rig.make(SHOP);
  git(rig.root, 'init', '--quiet');
  git(rig.root, 'add', '.');
  git(rig.root, 'commit', '--quiet', '-m', 'first');
  return rig;
}

test('--affected runs what changed since the base and its dependents: committed, not committed, and new files', async (context) => {
  needs(context, 'git');
  const rig = await checkout();
  expect((await rig.run(['run', 'build', '--affected'])).stdout).toBe('Nothing is affected.\n');
  writeFileSync(rig.path('docs/new.md'), 'x');
  expect(await built(rig, '--affected', '--only')).toEqual(['docs#build']);
  git(rig.root, 'checkout', '--quiet', '-b', 'work');
  git(rig.root, 'add', '.');
  git(rig.root, 'commit', '--quiet', '-m', 'docs');
  expect(await built(rig, '--affected', '--only')).toEqual(['docs#build']);
  writeFileSync(rig.path('libs/ui/package.json'), `${packageFile('@shop/ui', ['@shop/lib'])}\n`);
  expect(await built(rig, '--affected', '--only')).toEqual([UI, 'docs#build', 'web#build'].sort());
  expect(await built(rig, '--affected=HEAD', '--only')).toEqual([UI, 'web#build'].sort());
  expect(await built(rig, '--affected=HEAD', '--filter', 'web', '--only')).toEqual(['web#build']);
});

test('--affected: a file that belongs to no workspace affects everything, and that is said', async (context) => {
  needs(context, 'git');
  const rig = await checkout();
  writeFileSync(rig.path('package-lock.json'), '{}');
  const {code, stderr, stdout} = await rig.run(['run', 'build', '--affected', '--dry-run']);
  expect(code).toBe(0);
  expect(stderr).toContain('everything counts as affected: package-lock.json changed');
  expect(stdout).toContain('5 tasks would run.');
});

test('--affected: what changed need not have the phase, and programs can read that there is nothing to do', async (context) => {
  needs(context, 'git');
  const rig = await checkout();
  writeFileSync(rig.path('libs/lib/package.json'), '{"name":"@shop/lib","scripts":{"generate":"true"}}');
  git(rig.root, 'commit', '--quiet', '-a', '-m', 'generate');
  writeFileSync(rig.path('docs/new.md'), 'x');
  const words = ['run', 'generate', '--affected=HEAD'];
  expect(await rig.run(words)).toMatchObject({code: 0, stdout: 'Nothing is affected.\n'});
  expect(await rig.run([...words, '--output', 'ndjson'])).toMatchObject({code: 0, stdout: ''});
  const dry = await rig.run([...words, '--dry-run=json']);
  expect(JSON.parse(dry.stdout)).toMatchObject({tasks: [], plan: {nodes: []}});
  expect(await rig.run(['run', 'build', '--filter', 'docs^...'])).toMatchObject({
    code: 0,
    stdout: 'The filter leaves no workspace.\n',
  });
});

test('--affected with a base that is not there says so, and everything runs', async (context) => {
  needs(context, 'git');
  const rig = await checkout();
  const {code, stderr, stdout} = await rig.run(['run', 'build', '--affected=no-such-base', '--dry-run']);
  expect(code).toBe(0);
  expect(stderr).toContain('"no-such-base" is not known here');
  expect(stdout).toContain('5 tasks would run.');
});

test('--affected in a shallow clone that does not reach the base says so, and everything runs', async (context) => {
  needs(context, 'git');
  const origin = await checkout();
  writeFileSync(origin.path('docs/one.md'), 'x');
  git(origin.root, 'checkout', '--quiet', '-b', 'work');
  git(origin.root, 'add', '.');
  git(origin.root, 'commit', '--quiet', '-m', 'docs');
  const rig = await Rig.make({});
  git(
    rig.root,
    'clone',
    '--quiet',
    '--depth',
    '1',
    '--branch',
    'work',
    '--no-single-branch',
    `file://${origin.root}`,
    '.',
  );
  const {code, stderr, stdout} = await rig.run(['run', 'build', '--affected=origin/main', '--dry-run']);
  expect(code).toBe(0);
  expect(stderr).toContain('this clone is shallow and does not reach "origin/main"');
  expect(stdout).toContain('5 tasks would run.');
});

test('--affected outside a git checkout says so, and everything runs', async () => {
  const rig = await Rig.make(SHOP);
  const {code, stderr, stdout} = await rig.run(['run', 'build', '--affected', '--dry-run']);
  expect(code).toBe(0);
  expect(stderr).toContain('this is not a git checkout');
  expect(stdout).toContain('5 tasks would run.');
});
