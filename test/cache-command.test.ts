import {execFileSync} from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {DiskStore} from '../src/cache/store/disk-store.ts';
import {needs} from './rig/needs.ts';
import {endingText} from './rig/program.ts';
import {Rig} from './rig/rig.ts';
import {actionOf, bytesLike, publish} from './support/stored-result.ts';

const DAY = 86_400_000;

/** A folder that is no project, and the store that is used there: three results, one of which has a large file. */
async function storeRig(): Promise<{readonly rig: Rig; readonly store: DiskStore}> {
  const rig = await Rig.make({'notes.txt': ''});
  const store = new DiskStore(join(rig.env.HOME!, '.cache/paceline'));
  publish(store, actionOf('one'), [bytesLike(1, 2000)]);
  publish(store, actionOf('two'), [bytesLike(2, 2000)]);
  publish(store, actionOf('three'), [bytesLike(3, 200_000)]);
  return {rig, store};
}

function age(path: string, days: number): void {
  const at = (Date.now() - days * DAY) / 1000;
  if (lstatSync(path).isDirectory()) for (const name of readdirSync(path)) age(join(path, name), days);
  utimesSync(path, at, at);
}

test('stats: outside of a project it is the store of the user', async () => {
  const {rig, store} = await storeRig();
  age(store.folder.entry(actionOf('one')), 3);
  const {code, stdout, stderr} = await rig.run(['cache', 'stats']);
  expect(code, stderr).toBe(0);
  expect(stdout).toBe(
    [
      store.directory,
      '  results      3',
      '  large files  1',
      '  size         200 KiB (kept up to 10 GiB)',
      '  last used    less than a minute ago, the oldest 3 days ago (kept for 30 days)',
      '',
    ].join('\n'),
  );
  const json = JSON.parse((await rig.run(['cache', 'stats', '--json'])).stdout);
  expect(json).toMatchObject({directory: store.directory, entries: 3, blobs: 1, bytes: store.written});
  expect(json.limits).toEqual({maxBytes: 10 * 2 ** 30, maxAgeMs: 30 * DAY});
});

test('the config says where and how much, the environment says where first', async () => {
  const rig = await Rig.make({
    'make.toml': '[cache]\ndirectory = ".results"\nmax_cache_size_mb = 5\ncache_ttl_seconds = 7200\n',
  });
  const stats = async (env: Record<string, string>) =>
    JSON.parse((await rig.run(['cache', 'stats', '--json'], {env})).stdout);
  expect(await stats({})).toMatchObject({
    directory: rig.path('.results'),
    entries: 0,
    limits: {maxBytes: 5 * 2 ** 20, maxAgeMs: 7_200_000},
  });
  expect(await stats({PACELINE_CACHE_DIR: '/nowhere'})).toMatchObject({directory: '/nowhere'});
});

test('verify: says what is broken, removes it and ends with 1', async () => {
  const {rig, store} = await storeRig();
  expect(await rig.run(['cache', 'verify'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Sound: 3 results and 1 large file (200 KiB).\n'),
  });
  const path = store.folder.entry(actionOf('one'));
  const bytes = readFileSync(path);
  bytes[3]! ^= 1;
  chmodSync(path, 0o644);
  writeFileSync(path, bytes);
  const {code, stdout} = await rig.run(['cache', 'verify', '--json']);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({entries: 2, blobs: 1, problems: [{path}]});
  expect(existsSync(path)).toBe(false);
  expect(await rig.run(['cache', 'verify'])).toMatchObject({code: 0});
});

test('gc: the limits of the command count', async () => {
  const {rig, store} = await storeRig();
  age(store.directory, 2);
  age(store.folder.entry(actionOf('one')), 20);
  age(store.folder.entry(actionOf('two')), 3);
  const sentence = async (...words: string[]) => (await rig.run(['cache', 'gc', ...words])).stdout;
  expect(await sentence()).toContain('Removed 0 results (0 B); 200 KiB remain in ');
  expect(await sentence('--max-age=7d')).toContain('Removed 1 result (2.3 KiB); ');
  const {stdout} = await rig.run(['cache', 'gc', '--max-size', '201KB', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({collected: {entries: 1, blobs: 0}});
  expect(store.read(actionOf('three'))?.verify()).toBe(true);
  expect(await sentence('--max-size', '0')).toContain('Removed 1 result and 1 large file');
  for (const words of [
    ['--max-age', 'soon'],
    ['--max-size', 'big'],
  ])
    expect(await rig.run(['cache', 'gc', ...words])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('E_USAGE'),
    });
});

test('clear: removes everything and says what that was', async () => {
  const {rig, store} = await storeRig();
  const {code, stdout} = await rig.run(['cache', 'clear']);
  expect(code).toBe(0);
  expect(stdout).toBe(`Removed 3 results and 1 large file (200 KiB) from ${store.directory}.\n`);
  expect(readdirSync(store.directory)).toEqual([]);
  expect((await rig.run(['cache', 'clear'])).stdout).toContain('Removed 0 results (0 B)');
});

test('a store that may not be written is said in a sentence', async (context) => {
  needs(context, 'a mount of its own');
  const {rig, store} = await storeRig();
  age(store.directory, 40);
  const under = ['unshare', '--mount', 'sh', '-c', `mount --bind -o ro "$0" "$0" && exec "$@"`, store.directory];
  for (const words of [['gc'], ['clear']]) {
    const ending = await rig.run(['cache', ...words], {under});
    expect(ending.code, endingText(ending)).toBe(2);
    expect(ending.stderr).toMatch(/^error Cannot write to the cache .* E_CACHE_WRITE$/m);
  }
  expect(await rig.run(['cache', 'verify'], {under})).toMatchObject({code: 0});
});

/** A checkout with two workspaces whose builds are 40 days old. */
async function buildRig(): Promise<Rig> {
  const rig = await Rig.make({
    'make.toml': '[workspace.web]\npath = "web"\n[workspace.api]\npath = "api"\n',
    'web/make.toml': `
      [lifecycle.build]
      command = "true"
      outputs = ["bundle/**", "src/**/*.gen.js", "../outside/**", "kept/*.js", "linked/**"]
    `,
    'api/make.toml': '[lifecycle.build]\ncommand = "true"\noutputs = ["dist/**"]\n',
    '.gitignore': 'target/\nnode_modules/\ncoverage/\n',
    'outside/file': 'x',
    'target/debug/app': 'x'.repeat(5000),
    'node_modules/.cache/tool/x': 'x',
    'node_modules/left-pad/index.js': 'x',
    'web/bundle/a.js': 'x'.repeat(2048),
    'web/src/new.js': 'not yet added',
    'web/src/new.gen.js': 'x',
    'web/kept/hand.js': 'not yet added',
    'web/build/mine.txt': 'not ignored',
    'web/coverage/index.html': 'x',
    'api/dist/committed.js': 'x',
    'elsewhere/sources/file': 'x',
  });
  symlinkSync('../elsewhere/sources', rig.path('web/linked'));
  const git = (...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@y.z', ...words], {cwd: rig.root, stdio: 'pipe'});
  git('init', '--quiet');
  git('add', 'make.toml', 'web/make.toml', '.gitignore', 'api');
  git('commit', '--quiet', '-m', 'x');
  for (const folder of [
    'target',
    'node_modules',
    'web/bundle',
    'web/src',
    'web/kept',
    'web/build',
    'web/coverage',
    'api',
    'outside',
    'elsewhere',
  ])
    age(rig.path(folder), 40);
  return rig;
}

const OLD = ['node_modules/.cache', 'target', 'web/bundle', 'web/coverage'];

test('prune-builds: lists what is old and built, and nothing else', async () => {
  const rig = await buildRig();
  const {code, stdout, stderr} = await rig.run(['cache', 'prune-builds']);
  expect(code, stderr).toBe(0);
  expect(stdout).toBe(
    [
      'node_modules/.cache       1 B  40 days',
      'target                4.9 KiB  40 days',
      'web/bundle              2 KiB  40 days',
      'web/coverage              1 B  40 days',
      'Nothing was removed; --yes removes them.',
      '',
    ].join('\n'),
  );
  for (const path of OLD) expect(existsSync(rig.path(path))).toBe(true);
  const json = JSON.parse((await rig.run(['cache', 'prune-builds', '--json'])).stdout);
  expect(json.folders.map(({path, removed}: {path: string; removed: boolean}) => [path, removed])).toEqual(
    OLD.map((path) => [path, false]),
  );
});

test('prune-builds --yes: removes them, and all else stays', async () => {
  const rig = await buildRig();
  const ending = await rig.run(['cache', 'prune-builds', '--older-than', '30d', '--yes']);
  expect(ending.code, endingText(ending)).toBe(0);
  expect(ending.stdout).toContain('Removed 4 folders (6.9 KiB).\n');
  for (const path of OLD) expect(existsSync(rig.path(path)), path).toBe(false);
  for (const path of [
    'outside/file',
    'node_modules/left-pad/index.js',
    'web/src/new.js',
    'web/kept/hand.js',
    'web/build/mine.txt',
    'web/linked/file',
    'api/dist/committed.js',
  ])
    expect(existsSync(rig.path(path)), path).toBe(true);
  expect((await rig.run(['cache', 'prune-builds'])).stdout).toBe('No build folder is that old.\n');
});

test('prune-builds: one file that was written lately keeps the whole folder', async () => {
  const rig = await buildRig();
  writeFileSync(rig.path('target/debug/new'), 'x');
  age(rig.path('web/bundle/a.js'), 20);
  const folders = async (...words: string[]) =>
    JSON.parse((await rig.run(['cache', 'prune-builds', '--json', ...words])).stdout).folders.map(
      ({path}: {path: string}) => path,
    );
  expect(await folders()).toEqual(['node_modules/.cache', 'web/coverage']);
  expect(await folders('--older-than=10d')).toEqual(['node_modules/.cache', 'web/bundle', 'web/coverage']);
  expect(await folders('--older-than=41d')).toEqual([]);
});

test('prune-builds: a folder with a checkout, the store or a workspace in it stays', async () => {
  const rig = await buildRig();
  rig.write({
    'make.toml': `
      [cache]
      directory = "target/results"
      [workspace.inner]
      path = "web/coverage/inner"
      [workspace.web]
      path = "web"
    `,
  });
  mkdirSync(rig.path('web/coverage/inner'), {recursive: true});
  mkdirSync(rig.path('node_modules/.cache/clone/.git'), {recursive: true});
  age(rig.path('web/coverage'), 40);
  age(rig.path('node_modules'), 40);
  const {stdout} = await rig.run(['cache', 'prune-builds', '--json']);
  expect(JSON.parse(stdout).folders.map(({path}: {path: string}) => path)).toEqual(['web/bundle']);
});

test('prune-builds: a workspace behind a link is left alone', async () => {
  const rig = await buildRig();
  rig.write({'elsewhere/bundle/a.js': 'x'});
  age(rig.path('elsewhere'), 40);
  execFileSync('mv', [rig.path('web'), rig.path('moved')]);
  symlinkSync('elsewhere', rig.path('web'));
  const {stdout} = await rig.run(['cache', 'prune-builds', '--yes', '--json']);
  expect(JSON.parse(stdout).folders.map(({path}: {path: string}) => path)).toEqual(['node_modules/.cache', 'target']);
  expect(existsSync(rig.path('elsewhere/bundle/a.js'))).toBe(true);
});

test('prune-builds: without git nothing is known, and nothing removed', async () => {
  const rig = await Rig.make({'make.toml': '[lifecycle.build]\ncommand = "true"', 'dist/a': 'x'});
  age(rig.path('dist'), 40);
  const {code, stderr} = await rig.run(['cache', 'prune-builds', '--yes']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/E_NO_GIT$/m);
  expect(existsSync(rig.path('dist/a'))).toBe(true);
});

test.for([
  ['y', true],
  ['n', false],
  ['', false],
] as const)('prune-builds in a terminal asks; %j removes: %s', async ([answer, removed], context) => {
  needs(context, 'a terminal');
  const rig = await buildRig();
  const program = rig.startInTerminal(['cache', 'prune-builds']);
  await program.printed(/Remove 4 folders\? \[y\/N\]/);
  program.type(`${answer}\r`);
  expect(await program.ended).toMatchObject({code: 0});
  expect(existsSync(rig.path('target'))).toBe(!removed);
});
