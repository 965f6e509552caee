import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {needs} from '../../test/rig/needs.ts';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import {isPlainName, NotAFolderError, SafeFolders} from './safe-folder.ts';

/** A workspace, a folder beside it that nobody may reach, and folders entered from the workspace. */
function place(): {base: string; outside: string; folders: SafeFolders} {
  const root = temporaryFolder();
  const [base, outside] = [join(root, 'workspace'), join(root, 'outside')];
  mkdirSync(base);
  mkdirSync(outside);
  return {base, outside, folders: new SafeFolders(base)};
}

function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

test('a folder is entered, and made where that is asked for', () => {
  const {base, folders} = place();
  writeFileSync(`${folders.enter('a/b', true)}/file`, '1');
  expect(readFileSync(join(base, 'a/b/file'), 'utf8')).toBe('1');
  expect(readdirSync(folders.enter('a', false))).toEqual(['b']);
  expect(readdirSync(folders.enter('', false))).toEqual(['a']);
  expect(() => folders.enter('a/c', false)).toThrow('ENOENT');
  expect(existsSync(join(base, 'a/c'))).toBe(false);
  folders.close();
});

test.for(['..', '../outside', 'a/../..', '.', 'a//b', '/etc'])('%s is no folder below', (path) => {
  const {folders} = place();
  folders.enter('a', true);
  expect(() => folders.enter(path, true)).toThrow(NotAFolderError);
  folders.close();
});

test('no link is followed, at any depth', () => {
  const {base, outside, folders} = place();
  mkdirSync(join(base, 'a'));
  mkdirSync(join(outside, 'b'));
  symlinkSync(outside, join(base, 'a/link'));
  symlinkSync('a', join(base, 'inner'));
  for (const path of ['a/link', 'a/link/b', 'inner']) expect(() => folders.enter(path, true)).toThrow(NotAFolderError);
  folders.close();
});

test('a file in the way is no folder', () => {
  const {base, folders} = place();
  writeFileSync(join(base, 'a'), '');
  expect(() => folders.enter('a', true)).toThrow(NotAFolderError);
  expect(() => folders.enter('a/b', true)).toThrow(NotAFolderError);
  folders.close();
});

test('a link that takes the place of a folder which is entered leads nowhere', (context) => {
  needs(context, 'Linux');
  const {base, outside, folders} = place();
  const inside = folders.enter('a/b', true);
  renameSync(join(base, 'a'), join(base, 'moved'));
  mkdirSync(join(outside, 'b'));
  symlinkSync(outside, join(base, 'a'));
  writeFileSync(`${inside}/file`, '1');
  expect(existsSync(join(outside, 'b/file'))).toBe(false);
  expect(readFileSync(join(base, 'moved/b/file'), 'utf8')).toBe('1');
  folders.close();
});

test('folders are left when others are entered, and in the end', (context) => {
  needs(context, 'Linux');
  const {folders} = place();
  const before = openDescriptors();
  for (let at = 0; at < 50; at++) folders.enter(`a${at}/b/c`, true);
  expect(openDescriptors()).toBe(before + 3);
  expect(() => folders.enter('a1/nothing', false)).toThrow('ENOENT');
  folders.close();
  expect(openDescriptors()).toBe(before - 1);
});

test('the workspace itself may lie behind a link', () => {
  const {base} = place();
  symlinkSync(base, `${base}-link`);
  const folders = new SafeFolders(`${base}-link`);
  expect(realpathSync(folders.enter('', false))).toBe(realpathSync(base));
  folders.close();
});

test('plain names stay in their folder', () => {
  expect(['', '.', '..', 'a/b', '/', 'a\0'].filter(isPlainName)).toEqual([]);
  expect(['a', '...', '.a', 'a.', ' ', '\\'].filter((one) => !isPlainName(one))).toEqual([]);
});
