import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {actionOf} from '../../test/support/stored-result.ts';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import {capture} from './capture.ts';
import {EMPTY_DIGEST} from './digest.ts';
import {FileIndex} from './file-index.ts';
import {findOutputs} from './output-files.ts';
import {OutputWriter} from './output-writer.ts';
import {fileGlobs} from './patterns/file-globs.ts';
import type {ActionResult} from './remote-api/messages.ts';
import {missingOutputs, type OutputPlace, removeOutputs, unsafePath, writeOutputs} from './restore.ts';
import {DiskStore} from './store/disk-store.ts';
import type {StoredEntry} from './store/stored-entry.ts';

/** The result of a workspace `lib` that left these outputs in `dist`, stored; and a fresh checkout. */
async function stored(make: (dist: string) => void): Promise<{
  result: ActionResult;
  entry: StoredEntry;
  place: OutputPlace;
  at: (path: string) => string;
}> {
  const from = temporaryFolder();
  mkdirSync(join(from, 'lib/dist'), {recursive: true});
  make(join(from, 'lib/dist'));
  const store = new DiskStore(temporaryFolder());
  const writer = store.write();
  const found = findOutputs(from, fileGlobs(['lib/dist/**']), undefined);
  const {outputs} = await capture(found, {root: from, folder: 'lib', index: new FileIndex(from), writer});
  const stdoutDigest = writer.addBytes(Buffer.from('log'));
  writer.seal({...outputs, exitCode: 0, stdoutDigest, executionMs: 1, completedAt: 1});
  writer.publish(actionOf('build'));
  const entry = store.read(actionOf('build'))!;
  expect(entry.verify()).toBe(true);
  const root = temporaryFolder();
  mkdirSync(join(root, 'lib'));
  const place = {root, folder: 'lib', index: new FileIndex(root)};
  return {result: entry.result, entry, place, at: (path) => join(root, 'lib', path)};
}

function plain(dist: string): void {
  writeFileSync(join(dist, 'a'), 'a');
  mkdirSync(join(dist, 'deep/empty'), {recursive: true});
  writeFileSync(join(dist, 'deep/b'), 'b'.repeat(200_000));
  chmodSync(join(dist, 'deep/b'), 0o751);
  symlinkSync('deep/b', join(dist, 'link'));
}

function names(folder: string): readonly string[] {
  return readdirSync(folder, {recursive: true, encoding: 'utf8'}).sort();
}

test('everything is written, and then nothing is missing, without another look', async () => {
  const {result, entry, place, at} = await stored(plain);
  const missing = missingOutputs(result, place, 0);
  expect([missing.files.length, missing.links.length, missing.folders.length]).toEqual([2, 1, 1]);
  await writeOutputs(missing, entry, place, new OutputWriter());
  expect(names(at('dist'))).toEqual(['a', 'deep', 'deep/b', 'deep/empty', 'link']);
  expect(readFileSync(at('dist/deep/b'), 'utf8')).toBe('b'.repeat(200_000));
  expect(lstatSync(at('dist/deep/b')).mode & 0o7777).toBe(0o751);
  expect(lstatSync(at('dist/a')).mode & 0o7777).toBe(0o644);
  expect(readlinkSync(at('dist/link'))).toBe('deep/b');
  const {hashed} = place.index;
  expect(missingOutputs(result, place, 0)).toEqual({files: [], links: [], folders: []});
  expect(place.index.hashed - hashed).toBe(0);
  entry.close();
});

test('the umask does not count', async () => {
  const {result, entry, place, at} = await stored(plain);
  const before = process.umask(0o077);
  try {
    await writeOutputs(missingOutputs(result, place, 0), entry, place, new OutputWriter());
  } catch (error) {
    process.umask(before);
    throw error;
  }
  process.umask(before);
  expect(lstatSync(at('dist/deep/b')).mode & 0o7777).toBe(0o751);
  entry.close();
});

test('nothing is written through a link in the way', async () => {
  const {result, entry, place, at} = await stored(plain);
  const outside = temporaryFolder();
  mkdirSync(at('dist'));
  symlinkSync(outside, at('dist/deep'));
  await expect(writeOutputs(missingOutputs(result, place, 0), entry, place, new OutputWriter())).rejects.toThrow(
    'deep is a link or a file where a folder should be',
  );
  expect(readdirSync(outside)).toEqual([]);
  entry.close();
});

test('a link in the way of a file is replaced, and what it led to is left alone', async () => {
  const {result, entry, place, at} = await stored(plain);
  const outside = temporaryFolder();
  writeFileSync(join(outside, 'file'), 'mine');
  mkdirSync(at('dist'));
  symlinkSync(join(outside, 'file'), at('dist/a'));
  await writeOutputs(missingOutputs(result, place, 0), entry, place, new OutputWriter());
  expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('mine');
  expect(lstatSync(at('dist/a')).isFile()).toBe(true);
  entry.close();
});

test('a folder with files in the way of a file is an error, and stays', async () => {
  const {result, entry, place, at} = await stored(plain);
  mkdirSync(at('dist/a'), {recursive: true});
  writeFileSync(at('dist/a/mine'), 'mine');
  await expect(writeOutputs(missingOutputs(result, place, 0), entry, place, new OutputWriter())).rejects.toThrow();
  expect(readFileSync(at('dist/a/mine'), 'utf8')).toBe('mine');
  entry.close();
});

const file = (path: string) => ({path, digest: EMPTY_DIGEST, isExecutable: false});

function resultOf(more: Partial<ActionResult>): ActionResult {
  return {
    outputFiles: [],
    outputDirectories: [],
    outputSymlinks: [],
    exitCode: 0,
    stdoutDigest: EMPTY_DIGEST,
    executionMs: 1,
    completedAt: 1,
    ...more,
  };
}

test.for<readonly [string, Partial<ActionResult>, string | undefined]>([
  ['outputs', {outputFiles: [file('dist/a'), file('dist/b/c')]}, undefined],
  ['a link to another folder of the project', {outputSymlinks: [{path: 'dist/l', target: '../../other/x'}]}, undefined],
  ['a path up', {outputFiles: [file('dist/../../x')]}, 'dist/../../x'],
  ['an absolute path', {outputFiles: [file('/etc/passwd')]}, '/etc/passwd'],
  ['an empty path', {outputFiles: [file('')]}, ''],
  ['a path with two slashes', {outputFiles: [file('dist//a')]}, 'dist//a'],
  ['a NUL', {outputFiles: [file('dist/a\0b')]}, 'dist/a\0b'],
  ['a file that is no output', {outputFiles: [file('src/a')]}, 'src/a'],
  ['a folder that is no output', {outputDirectories: [{path: 'src', treeDigest: EMPTY_DIGEST}]}, 'src'],
  ['a folder up', {outputDirectories: [{path: 'dist/../..', treeDigest: EMPTY_DIGEST}]}, 'dist/../..'],
  ['a path twice', {outputFiles: [file('dist/a')], outputSymlinks: [{path: 'dist/a', target: 'b'}]}, 'dist/a'],
  ['a file in a file', {outputFiles: [file('dist/a'), file('dist/a/b')]}, 'dist/a'],
  [
    'a file behind a link',
    {outputFiles: [file('dist/l/b')], outputSymlinks: [{path: 'dist/l', target: 'x'}]},
    'dist/l',
  ],
  ['an absolute link', {outputSymlinks: [{path: 'dist/l', target: '/etc'}]}, 'dist/l'],
  ['a link out of the project', {outputSymlinks: [{path: 'dist/l', target: '../../../x'}]}, 'dist/l'],
  ['an empty link', {outputSymlinks: [{path: 'dist/l', target: ''}]}, 'dist/l'],
])('a result with %s', ([, more, unsafe]) => {
  expect(unsafePath(resultOf(more), 'lib', fileGlobs(['lib/dist/**']))).toBe(unsafe);
});

/** A workspace with files, and its root as a place. */
function workspace(files: readonly string[]): {place: OutputPlace; at: (path: string) => string} {
  const root = temporaryFolder();
  for (const path of files) {
    mkdirSync(join(root, 'lib', path, '..'), {recursive: true});
    writeFileSync(join(root, 'lib', path), path);
  }
  return {place: {root, folder: 'lib', index: new FileIndex(root)}, at: (path) => join(root, 'lib', path)};
}

const inDist = (path: string): boolean => path === 'lib/dist' || path.startsWith('lib/dist/');

test('only what is named is removed, and the folders of outputs that are empty then', () => {
  const {place, at} = workspace(['dist/a', 'dist/b', 'dist/deep/c', 'dist/deep/d/e', 'src/f']);
  removeOutputs(['lib/dist/a', 'lib/dist/deep/d/e', 'lib/dist/deep/c', 'lib/dist/missing'], place, inDist);
  expect(names(at('.'))).toEqual(['dist', 'dist/b', 'src', 'src/f']);
  removeOutputs(['lib/dist/b', 'lib/src/f'], place, inDist);
  // a folder that holds no outputs stays
  expect(names(at('.'))).toEqual(['src']);
});

test('nothing behind a link, outside of the workspace or in a folder with files is removed', () => {
  const {place, at} = workspace(['dist/a/b']);
  const outside = temporaryFolder();
  writeFileSync(join(outside, 'x'), '');
  writeFileSync(join(place.root, 'y'), '');
  symlinkSync(outside, at('dist/link'));
  removeOutputs(['lib/dist/link/x', 'lib/../y', 'lib/dist/a', 'lib/dist/a/../../../y'], place, inDist);
  expect(existsSync(join(outside, 'x'))).toBe(true);
  expect(existsSync(join(place.root, 'y'))).toBe(true);
  expect(existsSync(at('dist/a/b'))).toBe(true);
  removeOutputs(['lib/dist/link'], place, inDist);
  expect(existsSync(at('dist/link'))).toBe(false);
  expect(existsSync(join(outside, 'x'))).toBe(true);
  rmSync(at('dist'), {recursive: true});
});
