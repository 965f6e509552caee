import {mkdirSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import picomatch from 'picomatch';
import {expect, test} from 'vitest';
import {matchFolders} from './member-folders.ts';
import {temporaryProject} from './temporary-project.ts';

const origin = {file: 'package.json', line: 1, column: 1};
const globs = (list: readonly string[]) => list.map((glob) => ({glob, origin}));

const tree = [
  'apps/web',
  'apps/web/node_modules/dep',
  'apps/api',
  'apps/.hidden',
  'packages/ui',
  'packages/ui/src',
  'packages/[x]',
  'packages/a+b',
  'tools/deep/er/down',
  'a/b/a',
  '.config/x',
];

function folders(root: string, list: readonly string[]): readonly string[] {
  return [...matchFolders(root, globs(list), () => true).folders.keys()];
}

test('matches the folders that picomatch matches', () => {
  const root = temporaryProject({});
  for (const folder of tree) mkdirSync(join(root, folder), {recursive: true});
  const all = folders(root, ['**', '*', '*/.hidden', '.config', '.config/*']);
  const segment = fc.constantFrom(
    'apps',
    'packages',
    '*',
    '**',
    'a*',
    '*b',
    '?pi',
    '{apps,a}',
    '{w*,ui}',
    'tools',
    'deep',
    '.config',
    '.*',
    'b',
    'a',
    '\\[x\\]',
    'a+b',
    '*i',
  );
  const glob = fc.array(segment, {minLength: 1, maxLength: 4}).map((segments) => segments.join('/'));
  fc.assert(
    fc.property(fc.array(glob, {minLength: 1, maxLength: 3}), fc.array(glob, {maxLength: 2}), (wanted, unwanted) => {
      // package managers look for package.json files under the globs
      const manifests = (list: readonly string[]) => picomatch(list.map((item) => `${item}/package.json`));
      const yes = manifests(wanted);
      const no = unwanted.length === 0 ? () => false : manifests(unwanted);
      const expected = all.filter((folder) => yes(`${folder}/package.json`) && !no(`${folder}/package.json`));
      expect(folders(root, [...wanted, ...unwanted.map((item) => `!${item}`)])).toEqual(expected.sort());
    }),
    {numRuns: 1500},
  );
});

test('says which globs match nothing and which lead out of the root', () => {
  const root = temporaryProject({'in/a/x': '', 'elsewhere/b/x': ''});
  symlinkSync(temporaryProject({'pkg/x': ''}), join(root, 'in/out'));
  symlinkSync(join(root, 'elsewhere'), join(root, 'in/same'));
  const matches = matchFolders(root, globs(['in/*', 'nowhere/*', '../x', '/etc', './in/a/']), () => true);
  expect({
    folders: [...matches.folders.keys()],
    unmatched: matches.unmatched.map(({glob}) => glob),
    outside: [...matches.outside.keys()],
    listed: matches.listed,
  }).toMatchInlineSnapshot(`
    {
      "folders": [
        "in/a",
        "in/same",
      ],
      "listed": [
        "",
        "in",
      ],
      "outside": [
        "in/out",
        "../x",
        "/etc",
      ],
      "unmatched": [
        "nowhere/*",
      ],
    }
  `);
});

test('knows sets of characters, and no wildcard stands for a dot in front', () => {
  const root = temporaryProject({'ax/f': '', 'bx/f': '', '.x/f': '', 'c-/f': ''});
  expect(folders(root, ['[ab]x'])).toEqual(['ax', 'bx']);
  expect(folders(root, ['[!ab]*'])).toEqual(['c-']);
  expect(folders(root, ['[^a-b]?'])).toEqual(['c-']);
  expect(folders(root, ['?x', '.?'])).toEqual(['.x', 'ax', 'bx']);
});

test('never enters node_modules', () => {
  const root = temporaryProject({'node_modules/a/x': '', 'a/node_modules/b/x': '', '.git/c/x': ''});
  expect(folders(root, ['**', 'node_modules/*', '.git/*', '.*'])).toEqual(['a']);
});
