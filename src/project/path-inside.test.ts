import {mkdirSync, realpathSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {folderInside, leadsOutOf, realPath} from './path-inside.ts';
import {temporaryProject} from './temporary-project.ts';

/** A project `root/project` with links in it and around it. */
function project(): string {
  const root = join(temporaryProject({'project/inner/file': '', 'other/file': ''}), 'project');
  symlinkSync('../other', join(root, 'out'));
  symlinkSync('../other/new', join(root, 'dangling'));
  symlinkSync('inner', join(root, 'in'));
  symlinkSync('project', join(root, '../alias'));
  symlinkSync('inner/../../other', join(root, 'crooked'));
  symlinkSync('two', join(root, 'one'));
  symlinkSync('one', join(root, 'two'));
  return root;
}

test.each([
  ['', ''],
  ['inner', 'inner'],
  ['./inner/', 'inner'],
  ['in', 'in'],
  ['in/new/folder', 'in/new/folder'],
  ['new/../inner', 'inner'],
  ['..new', '..new'],
  ['one', 'one'],
])('"%s" is inside', (path, expected) => {
  expect(folderInside(project(), path)).toBe(expected);
});

test.each(['..', '../other', '/', '/etc', 'out', 'out/file', 'out/new', 'dangling', 'dangling/deep', 'crooked'])(
  '"%s" is not',
  (path) => {
    expect(folderInside(project(), path)).toBeUndefined();
  },
);

test('a path that comes back by a link is written as one that leaves', () => {
  const root = project();
  expect(folderInside(root, '../alias/inner')).toBeUndefined();
  expect(leadsOutOf(join(root, '../alias'), join(root, '../alias/inner'))).toBe(false);
});

test('the real path is that of what will be there', () => {
  const root = project();
  mkdirSync(join(root, '../other/new'));
  expect(realPath(join(root, 'dangling/x'))).toBe(realPath(join(root, '../other/new/x')));
  expect(realPath('/nowhere/at/all')).toBe('/nowhere/at/all');
});

test('what does not exist yet has the real path that it has when it is made', () => {
  const root = project();
  const part = fc.constantFrom('inner', 'out', 'in', 'crooked', 'new', 'deep');
  fc.assert(
    fc.property(fc.array(part, {maxLength: 4}), (parts) => {
      const path = join(root, ...parts);
      const before = realPath(path);
      mkdirSync(path, {recursive: true});
      expect(before).toBe(realpathSync(path));
      expect(leadsOutOf(root, path)).toBe(!`${before}/`.startsWith(`${realpathSync(root)}/`));
    }),
    {numRuns: 50},
  );
});
