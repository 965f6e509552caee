import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, readFileSync, rmSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import type {ActionResult} from '../../src/cache/remote-api/messages.ts';
import type {EntryWriter} from '../../src/cache/store/entry-writer.ts';
import {finished, notices} from '../rig/events.ts';
import {needs} from '../rig/needs.ts';
import {endingText} from '../rig/program.ts';
import {Rig} from '../rig/rig.ts';
import {forge, onlyAction, storeOf, treeOf} from '../rig/stored.ts';

const PROJECT = {
  'packages/app/package.json': JSON.stringify({
    name: 'app',
    scripts: {build: 'mkdir -p dist && cp in.txt dist/out.txt'},
  }),
  'packages/app/make.toml': '',
  'packages/app/in.txt': 'in\n',
  'package.json': JSON.stringify({name: 'root', workspaces: ['packages/*']}),
  'turbo.json': JSON.stringify({tasks: {build: {outputs: ['dist/**'], inputs: ['in.txt']}}}),
};

/** A project whose task has been stored once. */
async function stored(): Promise<Rig> {
  const {'packages/app/make.toml': _none, ...files} = PROJECT;
  const rig = await Rig.make(files);
  const ending = await rig.run(['run', 'build']);
  expect(ending.code, endingText(ending)).toBe(0);
  return rig;
}

type Change = (result: ActionResult, writer: EntryWriter, rig: Rig) => ActionResult;

function withFile(path: (rig: Rig) => string): Change {
  return (result, writer, rig) => ({
    ...result,
    outputFiles: [
      ...result.outputFiles,
      {path: path(rig), digest: writer.addBytes(Buffer.from('evil')), isExecutable: true},
    ],
  });
}

function withLinks(...links: readonly (readonly [path: string, target: string])[]): Change {
  return (result) => ({...result, outputSymlinks: links.map(([path, target]) => ({path, target}))});
}

function withFolder(path: string): Change {
  return (result, writer) => ({
    ...result,
    outputDirectories: [{path, treeDigest: writer.addBytes(Uint8Array.of(0x0a, 0))}],
  });
}

const FORGED: Readonly<Record<string, Change>> = {
  'a path with ..': withFile(() => '../../../evil'),
  'a path with .. inside': withFile(() => 'dist/../evil'),
  'an absolute path': withFile((rig) => join(rig.root, '../evil')),
  'a path with an empty name': withFile(() => 'dist//evil'),
  'a path with a dot': withFile(() => 'dist/./evil'),
  'a path with a zero byte': withFile(() => 'dist/evil\0'),
  'no path': withFile(() => ''),
  'a file that is no output': withFile(() => 'evil'),
  'the file that is its input': withFile(() => 'in.txt'),
  'a file twice': withFile(() => 'dist/out.txt'),
  'a file below a file': withFile(() => 'dist/out.txt/evil'),
  'a link to an absolute path': withLinks(['dist/evil', '/etc']),
  'a link out of the project': withLinks(['dist/evil', '../../../../..']),
  'a link out through another link': withLinks(['dist/a', '..'], ['dist/evil', 'a/../../../..']),
  'a link in place of the folder': withLinks(['dist', '..']),
  'a link above a file': (result, writer, rig) =>
    withFile(() => 'dist/folder/evil')(withLinks(['dist/folder', '..'])(result, writer, rig), writer, rig),
  'a link that is no output': withLinks(['evil', 'in.txt']),
  'a folder with ..': withFolder('../../../evil'),
  'an absolute folder': withFolder('/tmp/evil'),
  'a folder that is no output': withFolder('evil'),
};

test('forged results: none of them is used, nothing is written for them, and the task runs', async () => {
  const rig = await stored();
  const store = storeOf(rig);
  const action = onlyAction(store);
  const right = treeOf(rig.path('packages'));
  const evil = (): readonly string[] =>
    Object.keys(treeOf(join(rig.root, '..'))).filter((path) => path.includes('evil'));
  for (const [what, change] of Object.entries(FORGED)) {
    forge(store, action, (result, writer) => change(result, writer, rig));
    rmSync(rig.path('packages/app/dist'), {recursive: true});
    const ending = await rig.events(['build']);
    expect(ending.code, `${what}: ${endingText(ending)}`).toBe(0);
    expect(`${ending.stdout}${ending.stderr}`).not.toMatch(/internal error|^\s+at |W_CACHE\b/m);
    expect(finished(ending.events, 'app#build').status, what).toBe('passed');
    expect(
      notices(ending.events).filter((code) => /W_UNSAFE_RESULT|W_STORE/.test(code)),
      what,
    ).toHaveLength(1);
    expect(treeOf(rig.path('packages')), what).toEqual(right);
    expect(evil(), what).toEqual([]);
  }
});

test('a folder of outputs that became a link: nothing is written or removed behind it', async () => {
  const rig = await stored();
  const elsewhere = rig.path('../elsewhere');
  rig.write({'../elsewhere/out.txt': 'theirs', '../elsewhere/keep.txt': 'theirs'});
  rmSync(rig.path('packages/app/dist'), {recursive: true});
  symlinkSync(elsewhere, rig.path('packages/app/dist'));
  const ending = await rig.events(['build']);
  expect(ending.code, endingText(ending)).toBe(0);
  expect(finished(ending.events, 'app#build').status).toBe('passed');
  expect(readFileSync(join(elsewhere, 'keep.txt'), 'utf8')).toBe('theirs');
});

/** Swaps folders for links to outside and back, as fast as it can. */
const SWAPPER = `
  const {renameSync, symlinkSync, unlinkSync} = require('node:fs');
  const [, folder, outside] = process.argv;
  const attempt = (work) => { try { work(); } catch {} };
  process.send('ready');
  for (;;) {
    attempt(() => renameSync(folder, folder + '.away'));
    attempt(() => symlinkSync(outside, folder));
    attempt(() => unlinkSync(folder));
    attempt(() => renameSync(folder + '.away', folder));
  }
`;

const FOLDERS = 30;
const ROUNDS = 12;

test('a folder that is swapped for a link again and again while outputs are restored: nothing appears outside', async (context) => {
  needs(context, 'Linux');
  const names = Array.from({length: FOLDERS}, (_, at) => `dist/${at}`);
  const rig = await Rig.make({
    // the second time it writes nothing: whatever appears outside then, paceline has written
    'make.toml': `
      [lifecycle.build]
      command = "test ! -e ../again && for folder in ${names.join(' ')}; do mkdir -p $folder; for n in 0 1 2 3 4 5 6 7 8 9; do echo $n > $folder/$n; done; done"
      cache = true
      inputs = ["in.txt"]
      outputs = ["dist/**"]
    `,
    'in.txt': 'in',
  });
  const ending = await rig.run(['run', 'build']);
  expect(ending.code, endingText(ending)).toBe(0);
  const outside = rig.path('../outside');
  rig.write({'../again': ''});
  for (const name of names) mkdirSync(join(outside, name.slice('dist/'.length)), {recursive: true});
  const before = treeOf(outside);
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of ['dist', 'dist.away']) rmSync(rig.path(name), {recursive: true, force: true});
    for (const name of names) mkdirSync(rig.path(name), {recursive: true});
    const swapper = await swapping(rig.path('dist'), outside);
    await rig.run(['run', 'build']);
    swapper.kill('SIGKILL');
    await once(swapper, 'exit');
    expect(treeOf(outside)).toEqual(before);
  }
}, 120_000);

async function swapping(folder: string, outside: string): Promise<ChildProcess> {
  const swapper = spawn(process.execPath, ['-e', SWAPPER, folder, outside], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  onTestFinished(() => void swapper.kill('SIGKILL'));
  await once(swapper, 'message');
  return swapper;
}
