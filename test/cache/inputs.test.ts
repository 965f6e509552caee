import {execFileSync} from 'node:child_process';
import {rmSync, symlinkSync} from 'node:fs';
import {expect, test} from 'vitest';
import {ran, reasons, said} from '../rig/cached.ts';
import {outcomes} from '../rig/events.ts';
import {needs} from '../rig/needs.ts';
import {type Files, Rig} from '../rig/rig.ts';

const PHASE = '[lifecycle.build]\ncommand = "true"\ncache = true\noutputs = ["dist/"]';

function phase(...lines: readonly string[]): Files {
  return {'make.toml': [PHASE, ...lines].join('\n')};
}

/** Writes files, one after another; says of each whether that made the task run. */
async function counting(rig: Rig, paths: readonly string[], task = 'build'): Promise<readonly string[]> {
  await ran(rig, [task]);
  const found: string[] = [];
  for (const path of paths) {
    rig.write({[path]: 'new'});
    const {events} = await rig.events([task]);
    if (outcomes(events)[0]?.endsWith(' cached') !== true) found.push(path);
  }
  return found;
}

test('by default: everything in the folder but what .gitignore files exclude, and the outputs', async () => {
  const rig = await Rig.make({
    ...phase(),
    '.gitignore': '*.log\n/tmp/\n!keep.log\n',
    'src/.gitignore': 'generated\n!*.log\n',
    'src/deep/.gitignore': '/*.txt\n!b.txt\n',
  });
  const paths = [
    'a.txt',
    'a.log',
    'keep.log',
    'tmp/a.txt',
    'src/tmp/a.txt',
    'src/a.log',
    'src/generated/a.txt',
    'src/deep/a.txt',
    'src/deep/b.txt',
    'src/deep/further/a.txt',
    '.hidden',
    '.git/index',
    'node_modules/react/index.js',
    'dist/a.txt',
  ];
  expect(await counting(rig, paths)).toEqual([
    'a.txt',
    'keep.log',
    'src/tmp/a.txt',
    'src/a.log',
    'src/deep/b.txt',
    'src/deep/further/a.txt',
    '.hidden',
  ]);
});

test('the same with git', async (context) => {
  needs(context, 'git');
  const rig = await Rig.make({...phase(), '.gitignore': '*.log\n!keep.log\n', 'src/.gitignore': 'generated\n'});
  execFileSync('git', ['init'], {cwd: rig.root, stdio: 'ignore'});
  const paths = ['a.txt', 'a.log', 'keep.log', 'src/generated/a.txt', 'src/a.txt'];
  expect(await counting(rig, paths)).toEqual(['a.txt', 'keep.log', 'src/a.txt']);
});

test('rules of the root hold in members, and a new .gitignore counts at once', async () => {
  const rig = await Rig.make({
    ...phase(),
    'package.json': JSON.stringify({name: 'root', workspaces: ['packages/*']}),
    '.gitignore': '*.log\n',
    'packages/lib/package.json': '{"name": "lib"}',
  });
  const LIB = 'packages/lib';
  expect(await counting(rig, [`${LIB}/a.log`, `${LIB}/a.tmp`], 'lib#build')).toEqual([`${LIB}/a.tmp`]);
  rig.write({[`${LIB}/.gitignore`]: '*.tmp\n'});
  expect(await ran(rig, ['lib#build'])).toEqual(['lib#build passed']);
  rig.write({[`${LIB}/a.tmp`]: 'other', [`${LIB}/b.tmp`]: ''});
  expect(await ran(rig, ['lib#build'])).toEqual(['lib#build cached']);
  rmSync(rig.path(LIB, '.gitignore'));
  expect(await ran(rig, ['lib#build'])).toEqual(['lib#build passed']);
  rig.write({[`${LIB}/a.tmp`]: 'another'});
  expect(await ran(rig, ['lib#build'])).toEqual(['lib#build passed']);
});

test('what is ignored by the root and lies in a folder that did not change is an input once the rule goes', async () => {
  const rig = await Rig.make({...phase(), '.gitignore': 'generated\n', 'src/generated/a.txt': '1'});
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  rig.write({'.gitignore': '# nothing\n'});
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  rig.write({'src/generated/a.txt': '2'});
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
});

test('`inputs` names what counts, ignored or not; "!" takes away wherever it stands', async () => {
  const rig = await Rig.make({
    ...phase('inputs = ["!src/**/*.test.ts", "src/**", "config/*.json"]'),
    '.gitignore': 'src/generated\n',
  });
  const paths = [
    'src/a.ts',
    'src/a.test.ts',
    'src/deep/b.ts',
    'src/deep/b.test.ts',
    'src/generated/c.ts',
    'other.ts',
    'config/a.json',
    'config/deep/a.json',
  ];
  expect(await counting(rig, paths)).toEqual(['src/a.ts', 'src/deep/b.ts', 'src/generated/c.ts', 'config/a.json']);
});

test('`$default` is the default set, from which "!" takes away, and to which globs add', async () => {
  const rig = await Rig.make({
    ...phase('inputs = ["$default", "!**/*.test.ts", "generated/**"]'),
    '.gitignore': 'generated\nother\n',
  });
  const paths = ['src/a.ts', 'src/a.test.ts', 'generated/a.ts', 'generated/a.test.ts', 'other/a.ts'];
  expect(await counting(rig, paths)).toEqual(['src/a.ts', 'generated/a.ts']);
});

test('`inputs = []`: nothing of the folder but package.json and .env files', async () => {
  const rig = await Rig.make({...phase('inputs = []'), 'package.json': '{}', '.gitignore': '.env*'});
  const paths = ['src/a.ts', 'a.txt', 'package.json', '.env', '.env.local', 'src/.env'];
  expect(await counting(rig, [...paths.slice(0, 2), ...paths.slice(3)])).toEqual(['.env', '.env.local']);
  rig.write({'package.json': '{"version": "2.0.0"}'});
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
});

test('globs reach files of other folders of the project', async () => {
  const rig = await Rig.make({
    'make.toml': `${PHASE}\ninputs = ["src/**", "../app/schema/*.json"]`,
    'package.json': JSON.stringify({name: 'root', workspaces: ['packages/*']}),
    'packages/lib/package.json': '{"name": "lib"}',
    'packages/app/package.json': '{"name": "app"}',
  });
  const paths = ['packages/app/schema/a.json', 'packages/app/src/a.ts', 'packages/lib/src/a.ts'];
  expect(await counting(rig, paths, 'lib#build')).toEqual(['packages/app/schema/a.json', 'packages/lib/src/a.ts']);
});

test('the root has none of its members', async () => {
  const rig = await Rig.make({
    ...phase(),
    'package.json': JSON.stringify({name: 'root', workspaces: ['packages/*']}),
    'packages/lib/package.json': '{"name": "lib"}',
  });
  const paths = ['packages/lib/a.txt', 'packages/a.txt', 'a.txt'];
  expect(await counting(rig, paths, '//#build')).toEqual(['packages/a.txt', 'a.txt']);
});

test('folders count only through their files', async () => {
  const rig = await Rig.make({...phase(), 'src/a.txt': '1'});
  await ran(rig, ['build']);
  rig.write({'src/empty/x': ''});
  rmSync(rig.path('src/empty/x'));
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
});

test('incremental files are no inputs, wherever they lie', async () => {
  const rig = await Rig.make(phase('incremental = ["*.tsbuildinfo"]'));
  expect(await counting(rig, ['a.tsbuildinfo', 'a.txt'])).toEqual(['a.txt']);
});

test('a link that leads out of the project makes the task uncacheable, and says so', async () => {
  const rig = await Rig.make({...phase(), '../outside/a.txt': '1'});
  symlinkSync('../outside', rig.path('folder'));
  for (const _ of [1, 2]) {
    const {events} = await rig.events(['build']);
    expect(outcomes(events)).toEqual(['build passed']);
    expect(said(events, 'W_UNCACHEABLE')).toEqual([
      `build is not cached: the link folder leads out of the project, to ${rig.path('../outside')}.`,
    ]);
  }
  rmSync(rig.path('folder'));
  await ran(rig, ['build']);
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
});

test.for(['true', 'false'])(
  'what needs a task of unknowable inputs and without outputs runs, too: cache = %s',
  async (cached) => {
    const rig = await Rig.make({
      'make.toml': `
      [lifecycle.generate]
      command = "true"
      cache = ${cached}
      [lifecycle.build]
      command = "true"
      cache = true
      inputs = []
      outputs = []
      depends_on = ["generate"]
    `,
      '../outside/a.txt': '1',
    });
    symlinkSync('../outside', rig.path('folder'));
    for (const _ of [1, 2]) {
      const {events} = await rig.events(['build']);
      expect(outcomes(events)).toEqual(['generate passed', 'build passed']);
      expect(said(events, 'W_UNCACHEABLE')).toEqual([
        cached === 'true'
          ? `generate is not cached: the link folder leads out of the project, to ${rig.path('../outside')}.`
          : 'build is not cached: the inputs of a task that it needs are not known.',
      ]);
    }
  },
);

test('pipes, sockets and dangling links among the inputs do no harm', async () => {
  const rig = await Rig.make({...phase(), 'src/a.txt': '1'});
  execFileSync('mkfifo', [rig.path('src/pipe')]);
  symlinkSync('nowhere', rig.path('src/dangling'));
  symlinkSync('.', rig.path('src/circle'));
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
  rig.write({'src/nowhere': 'here'});
  const {events} = await rig.events(['build']);
  expect(reasons(events).build).toBe('src/dangling changed, src/nowhere added');
});
