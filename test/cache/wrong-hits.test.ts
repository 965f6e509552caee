import {readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync} from 'node:fs';
import {expect, test} from 'vitest';
import {ran, said} from '../rig/cached.ts';
import {outcomes} from '../rig/events.ts';
import {type Files, Rig} from '../rig/rig.ts';

const MEMBERS: Files = {
  'package.json': '{"name": "all", "private": true, "workspaces": ["packages/*"]}',
  'make.toml': '',
};

function member(name: string, needs: string, ...lines: readonly string[]): Files {
  return {
    [`packages/${name}/package.json`]: `{"name": "${name}"}`,
    [`packages/${name}/make.toml`]: [
      `[lifecycle.build]\ndepends_on = [${needs}]\ncache = true`,
      'outputs = ["dist/"]',
      ...lines,
    ].join('\n'),
  };
}

test('a .gitignore that ignores itself counts, also when it is edited after other folders have changed', async () => {
  const rig = await Rig.make({
    'make.toml': '[lifecycle.build]\ncommand = "mkdir dist; cat src/* > dist/all"\ncache = true\noutputs = ["dist/"]',
    'src/one.txt': 'one ',
    'src/two.log': 'two ',
    'src/.gitignore': '*.log\n.gitignore\n',
  });
  await rig.events(['build']);
  // `dist` is new in the root folder: that is walked again, `src` is not
  await rig.events(['build']);
  rig.write({'src/.gitignore': '# nothing\n'});
  expect(outcomes((await rig.events(['build'])).events)).toEqual(['build passed']);
  rig.write({'src/two.log': 'changed '});
  expect(outcomes((await rig.events(['build'])).events)).toEqual(['build passed']);
});

test('a .gitignore in a folder without folders counts after another folder has changed', async () => {
  const rig = await Rig.make({
    'make.toml': '[lifecycle.build]\ncommand = "mkdir dist; cat src/* > dist/all"\ncache = true\noutputs = ["dist/"]',
    'src/one.txt': 'one ',
    'src/two.log': 'two ',
    'src/.gitignore': '*.log\n',
  });
  await rig.events(['build']);
  await rig.events(['build']);
  rig.write({'src/.gitignore': '# nothing\n'});
  await rig.events(['build']);
  rig.write({'src/two.log': 'changed '});
  expect(outcomes((await rig.events(['build'])).events)).toEqual(['build passed']);
});

test('a link to a folder among the outputs of a dependency is an input', async () => {
  const rig = await Rig.make({
    ...MEMBERS,
    ...member('a', '', 'command = "mkdir -p dist; cp -a src/. dist"'),
    ...member(
      'b',
      '"a#build"',
      'command = "mkdir dist; ls ../a/dist > dist/list; readlink ../a/dist/link >> dist/list || true"',
    ),
    'packages/a/src/x.txt': 'x',
    'packages/a/one/y.txt': 'y',
    'packages/a/two/y.txt': 'y',
  });
  await rig.events(['build']);
  for (const target of ['../one', '../two']) {
    rmSync(rig.path('packages/a/src/link'), {force: true});
    symlinkSync(target, rig.path('packages/a/src/link'));
    expect(outcomes((await rig.events(['build'])).events)).toEqual(['a#build passed', 'b#build passed']);
    expect(readlinkSync(rig.path('packages/a/dist/link'))).toBe(target);
    expect(readFileSync(rig.path('packages/b/dist/list'), 'utf8')).toBe(`link\nx.txt\n${target}\n`);
  }
});

/** Writes a file for each source, and does not look again at those that it knows. */
const INCREMENTAL = `
mkdir -p dist .memo
for file in ../a/dist/*; do
  name=\${file##*/}
  if cmp -s $file .memo/$name; then continue; fi
  cp $file dist/$PREFIX$name
  cp $file .memo/$name
done
`;

test('an incremental task starts afresh when a dependency has other outputs, or when its own settings are others', async () => {
  const incremental = (prefix: string): Files =>
    member('b', '"a#build"', 'incremental = [".memo/"]', 'command = "sh build.sh"', `env.PREFIX = "${prefix}"`);
  const rig = await Rig.make({
    ...MEMBERS,
    ...member('a', '', 'command = "mkdir dist; cp src/* dist"'),
    ...incremental(''),
    'packages/b/build.sh': INCREMENTAL,
    'packages/a/src/one.txt': 'one',
    'packages/a/src/two.txt': 'two',
  });
  const built = async (): Promise<string> => {
    await rig.events(['build']);
    return (await rig.startProgram(['ls', 'packages/b/dist']).ended).stdout;
  };
  expect(await built()).toBe('one.txt\ntwo.txt\n');
  rmSync(rig.path('packages/a/src/two.txt'));
  expect(await built()).toBe('one.txt\n');
  rig.write({'packages/a/dist/stray.txt': 'stray'});
  rmSync(rig.path('packages/b/dist/one.txt'));
  rig.write({'packages/b/other.txt': 'another name'});
  expect(await built()).toBe('one.txt\nstray.txt\n');
  rmSync(rig.path('packages/a/dist/stray.txt'));
  expect(await built()).toBe('one.txt\n');
  rig.write(incremental('new-'));
  expect(await built()).toBe('new-one.txt\n');
});

test('what an incremental tool of the root keeps is no input of members', async () => {
  const rig = await Rig.make({
    ...MEMBERS,
    'make.toml': `[lifecycle.gen]
command = "date +%N > memo; mkdir gen; cp in.txt gen"
workspaces = ["."]
cache = true
outputs = ["gen/"]
incremental = ["memo"]`,
    ...member('a', '"//#gen"', 'command = "mkdir dist; cp ../../gen/in.txt dist"'),
    'in.txt': 'one',
  });
  await rig.events(['build']);
  expect(outcomes((await rig.events(['gen', '--force'])).events)).toEqual(['gen passed']);
  expect(outcomes((await rig.events(['build'])).events)).toEqual(['gen cached', 'a#build cached']);
});

test('a task whose result cannot be stored starts without what it left, and keeps what it leaves as its own', async () => {
  const rig = await Rig.make({
    ...MEMBERS,
    ...member('a', '', 'command = "mkdir -p dist; cp -a src/. dist"'),
    ...member('b', '"a#build"', 'command = "mkdir -p dist; for file in src/*; do echo $file > dist/${file##*/}; done"'),
    'packages/a/src/x.txt': 'x',
    'packages/b/src/one.txt': '',
    'packages/b/src/two.txt': '',
  });
  const built = async (): Promise<string> => {
    expect((await rig.events(['build'])).code).toBe(0);
    return (await rig.startProgram(['ls', 'packages/b/dist']).ended).stdout;
  };
  expect(await built()).toBe('one.txt\ntwo.txt\n');
  // leads out of the project: what it stands for is not known to b either
  symlinkSync('/etc/hostname', rig.path('packages/a/src/link'));
  rmSync(rig.path('packages/b/src/two.txt'));
  rig.write({'packages/b/src/three.txt': ''});
  expect(await built()).toBe('one.txt\nthree.txt\n');
  rmSync(rig.path('packages/a/src/link'));
  rmSync(rig.path('packages/b/src/three.txt'));
  expect(await built()).toBe('one.txt\n');
  expect(outcomes((await rig.events(['build'])).events)).toEqual(['a#build cached', 'b#build cached']);
});

test('what a file put among the outputs of a dependency leads to is not stored', async () => {
  const rig = await Rig.make({
    ...MEMBERS,
    ...member('a', '', 'command = "mkdir dist; cp src/* dist"'),
    ...member('b', '"a#build"', 'command = "mkdir dist; cat ../a/dist/* src/* > dist/all"'),
    'packages/a/src/x.txt': 'x',
    'packages/b/src/y.txt': 'y',
  });
  await rig.events(['build']);
  rig.write({'packages/a/dist/stray.txt': 'stray', 'packages/b/src/y.txt': 'z'});
  const {events} = await rig.events(['build']);
  expect(outcomes(events)).toEqual(['a#build cached', 'b#build passed']);
  expect(said(events, 'W_FOREIGN_OUTPUT')).toEqual([
    'The result of b#build is not stored: packages/a/dist/stray.txt lies among the outputs of a#build, which did not write it. Remove it, or exclude it from `outputs` with "!".',
  ]);
  rmSync(rig.path('packages/a/dist/stray.txt'));
  expect(outcomes((await rig.events(['build'])).events)).toEqual(['a#build cached', 'b#build passed']);
  expect(readFileSync(rig.path('packages/b/dist/all'), 'utf8')).toBe('xz');
});

test('a file that turns up among outputs is seen, however often nothing was there', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.lib]
      command = "mkdir -p lib/deep && cp lib.txt lib/deep/x"
      cache = true
      inputs = ["lib.txt"]
      outputs = ["lib/**"]

      [lifecycle.app]
      command = "mkdir -p app && cat lib/deep/* app.txt > app/x"
      depends_on = ["lib"]
      cache = true
      inputs = ["app.txt"]
      outputs = ["app/**"]
    `,
    'lib.txt': 'lib\n',
    'app.txt': '0',
  });
  await ran(rig, ['app']);
  for (const text of ['1', '2', '3']) {
    rig.write({'app.txt': text});
    expect(await ran(rig, ['app'])).toEqual(['app passed', 'lib cached']);
    expect(await ran(rig, ['app'])).toEqual(['app cached', 'lib cached']);
  }
  rig.write({'lib/deep/foreign': 'foreign\n', 'app.txt': '4'});
  const {events} = await rig.events(['app']);
  expect(said(events, 'W_FOREIGN_OUTPUT')).toEqual([
    expect.stringContaining('lib/deep/foreign lies among the outputs of lib, which did not write it'),
  ]);
  expect(readFileSync(rig.path('app/x'), 'utf8')).toBe('foreign\nlib\n4');
  // the same inputs again, as far as keys know: what was made with the foreign file must not come back
  rmSync(rig.path('lib/deep/foreign'));
  rmSync(rig.path('app'), {recursive: true});
  expect(await ran(rig, ['app'])).toEqual(['app passed', 'lib cached']);
  expect(readFileSync(rig.path('app/x'), 'utf8')).toBe('lib\n4');
});

test('an incremental task starts afresh when another file says which files it takes', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.build]
      command = 'mkdir -p dist .memo; for f in $(ls -A src); do grep -qx "src/$f" .gitignore || cp src/$f dist/; done'
      cache = true
      outputs = ["dist/"]
      incremental = [".memo/"]
    `,
    '.gitignore': 'dist\n.memo\n',
    'src/.env': 'A=1',
    'src/one.txt': 'one',
  });
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  expect(readdirSync(rig.path('dist')).sort()).toEqual(['.env', 'one.txt']);
  // it counts as an input all the same
  rig.write({'.gitignore': 'dist\n.memo\nsrc/.env\n'});
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  expect(readdirSync(rig.path('dist'))).toEqual(['one.txt']);
});
