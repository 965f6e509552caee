import fc from 'fast-check';
import picomatch from 'picomatch';
import {expect, test} from 'vitest';
import {fileGlobs, globProblem, resolvedGlob} from './file-globs.ts';

const files = [
  'package.json',
  'README.md',
  '.env',
  'src/a.ts',
  'src/a.test.ts',
  'src/b/c.tsx',
  'src/b/.d.ts',
  'dist/app.js',
  'dist/types/app.d.ts',
  '.next/cache/x',
  '.next/server/app.js',
  'app/(shop)/[id]/page.tsx',
  'a/node_modules/b/c.js',
  '!odd',
];

test.each<{patterns: string[]; matched: string[]; roots: string[]}>([
  {patterns: [], matched: [], roots: []},
  {patterns: ['**'], matched: files, roots: ['']},
  {patterns: ['dist/app.js/**', '*/app.js/**'], matched: ['dist/app.js'], roots: ['']},
  {
    patterns: ['app*/**', 'src/[ab]*/**'],
    matched: ['src/b/c.tsx', 'src/b/.d.ts', 'app/(shop)/[id]/page.tsx'],
    roots: [''],
  },
  {patterns: ['.'], matched: files, roots: ['']},
  {patterns: ['dist'], matched: ['dist/app.js', 'dist/types/app.d.ts'], roots: ['dist']},
  {patterns: ['./dist/'], matched: ['dist/app.js', 'dist/types/app.d.ts'], roots: ['dist']},
  {patterns: ['dist/**', '!dist/types'], matched: ['dist/app.js'], roots: ['dist']},
  {patterns: ['!**/cache/**', '.next/**'], matched: ['.next/server/app.js'], roots: ['.next']},
  {patterns: ['package.json', 'package.json/'], matched: ['package.json'], roots: ['package.json']},
  {patterns: ['*'], matched: ['package.json', 'README.md', '.env', '!odd'], roots: ['']},
  {patterns: ['.*'], matched: ['.env'], roots: ['']},
  {patterns: ['src/*'], matched: ['src/a.ts', 'src/a.test.ts'], roots: ['src']},
  {
    patterns: ['src/**/*.{ts,tsx}', '!**/*.test.*'],
    matched: ['src/a.ts', 'src/b/c.tsx', 'src/b/.d.ts'],
    roots: ['src'],
  },
  {patterns: ['{src,dist}/*.[jt]s'], matched: ['src/a.ts', 'src/a.test.ts', 'dist/app.js'], roots: ['src', 'dist']},
  {patterns: ['src/?.ts', 'src//b/../b'], matched: ['src/a.ts', 'src/b/c.tsx', 'src/b/.d.ts'], roots: ['src']},
  {patterns: ['**/app.js'], matched: ['dist/app.js', '.next/server/app.js'], roots: ['']},
  {patterns: ['**/node_modules'], matched: ['a/node_modules/b/c.js'], roots: ['']},
  {patterns: ['app/(shop)/\\[id\\]/*'], matched: ['app/(shop)/[id]/page.tsx'], roots: ['app/(shop)/[id]']},
  {patterns: ['*/(shop)*/**'], matched: ['app/(shop)/[id]/page.tsx'], roots: ['']},
  {
    patterns: ['src/!(c|d).ts', './!(a)/**/*.js'],
    matched: ['src/a.ts', 'src/a.test.ts', 'dist/app.js', '.next/server/app.js'],
    roots: [''],
  },
  {patterns: ['src/@(a|b)*.ts', '[!a-z]*.md'], matched: ['README.md', 'src/a.ts', 'src/a.test.ts'], roots: ['']},
  {patterns: ['\\!odd'], matched: ['!odd'], roots: ['!odd']},
  {patterns: ['!**'], matched: [], roots: []},
  {patterns: ['/etc/**', '../x', ''], matched: [], roots: []},
])('$patterns', ({patterns, matched, roots}) => {
  const globs = fileGlobs(patterns);
  expect(files.filter((file) => globs.matches(file))).toEqual(matched);
  expect(globs.roots).toEqual(roots);
});

test('knows the folders in which there is nothing to find', () => {
  const globs = fileGlobs([
    'src/**/*.ts',
    'lib/*/x/*.js',
    'dist',
    '!**/node_modules/**',
    '!dist/types',
    '!src/gen/**/*',
  ]);
  const folders = [
    '',
    'src',
    'src/a/b',
    'src/node_modules',
    'src/node_modules/a',
    'src/gen',
    'src/gen/a',
    'lib',
    'lib/a',
    'lib/a/x',
  ];
  const others = ['lib/a/y', 'lib/a/x/z', 'dist', 'dist/a', 'dist/types', 'dist/types/a', 'other'];
  expect([...folders, ...others].filter((folder) => globs.mayMatchBelow(folder))).toEqual([
    '',
    'src',
    'src/a/b',
    'lib',
    'lib/a',
    'lib/a/x',
    'dist',
    'dist/a',
  ]);
});

test('compiles equal lists once', () => {
  expect(fileGlobs(['a/**', '!b'])).toBe(fileGlobs(['a/**', '!b']));
});

test.each([
  ['', 'is empty'],
  ['!', 'is empty'],
  ['/abs/**', 'is absolute'],
  ['!C:/abs', 'is absolute'],
  ['../x/**', 'has ".." where it leads out or follows a wildcard'],
  ['a/../../x', 'has ".." where it leads out or follows a wildcard'],
  ['{a,../b}', 'has ".." where it leads out or follows a wildcard'],
  ['a/*/../b', 'has ".." where it leads out or follows a wildcard'],
  ['f{1..3}', 'has a range in braces, which must be a list such as {1,2,3}'],
  ['@(a/b|c)', 'has a "/" within "(...)"; braces such as {a/b,c} may have one'],
  ['{a,b}'.repeat(9), 'stands for more than 256 patterns'],
  ['a/../b', undefined],
  ['{a..,b}/*', undefined],
  ['!dist/**', undefined],
])('%j %s', (pattern, problem) => {
  expect(globProblem(pattern)).toBe(problem);
});

test.each([
  ['packages/a', 'src/**', 'packages/a/src/**'],
  ['packages/a', './dist/', 'packages/a/dist/'],
  ['packages/a', '../shared/**', 'packages/shared/**'],
  ['packages/a', '!../../x/*.ts', '!x/*.ts'],
  ['packages/a', '../../../x', undefined],
  ['packages/a', '$TURBO_ROOT$/x', 'x'],
  ['packages/a', '!$TURBO_ROOT$/x/**', '!x/**'],
  ['packages/a', '$TURBO_ROOT$', '**'],
  ['packages/a', '$TURBO_ROOT$/../x', undefined],
  ['packages/a', '.', 'packages/a'],
  ['packages/a', '/etc', undefined],
  ['packages/a', '', undefined],
  ['packages/a', '*/../x', undefined],
  ['packages/a', '{b,c}/*', 'packages/a/{b,c}/*'],
  ['app/[id]', 'x', 'app/\\[id\\]/x'],
  ['', '.', '**'],
  ['', '../x', undefined],
  ['', 'a/b/../c', 'a/c'],
])('in %j %j is %j', (folder, pattern, resolved) => {
  expect(resolvedGlob(folder, pattern)).toBe(resolved);
});

const name = fc.constantFrom(
  'a',
  'b',
  'ab',
  'a.ts',
  'b.ts',
  '.a',
  '.ts',
  'a.d.ts',
  'c',
  'src',
  'a b',
  'a+b',
  '(a)',
  '[a]',
);
const path = fc.array(name, {minLength: 1, maxLength: 5}).map((names) => names.join('/'));
const plain = fc.constantFrom('a', 'b', 'src', 'a.ts', '.a', 'a+b', 'c');
const wild = fc.constantFrom(
  '*',
  '*',
  '*.ts',
  '*b',
  'a*',
  '?',
  '[ab]',
  '[^a]*',
  '{a,b}',
  '*.{ts,d.ts}',
  '{a,*.ts}',
  '.*',
  '@(a|b)',
  '+(a)',
  'a**',
  '*.d.*',
  '\\*',
  '{a/b,c}',
  '{src,a}{,b}',
);
const segment = fc.oneof(plain, plain, wild, fc.constant('**'));
/** Ends with a wildcard, as picomatch takes a plain name for a file alone, and not with `*` and `**`, where it has no rule. */
const glob = fc
  .tuple(
    fc.array(segment, {maxLength: 4}),
    fc.constantFrom('**', '*', '*.ts', 'a*', '**/*', '**/*.ts', '[ab]', '?', '*.{ts,d.ts}'),
  )
  .map(([segments, last]) => [...segments, last].join('/'))
  .map((text) => (/[*?[{(][^/]*\/\*\*$/.test(text) ? `${text}/*` : text));

test('matches what picomatch matches', () => {
  fc.assert(
    fc.property(
      fc.array(glob, {minLength: 1, maxLength: 3}),
      fc.array(glob, {maxLength: 2}),
      fc.array(path, {minLength: 10, maxLength: 20}),
      (wanted, excluded, paths) => {
        const options = {dot: true, ...(excluded.length > 0 && {ignore: [...excluded]})};
        const matches = picomatch(wanted, options);
        const globs = fileGlobs([...excluded.map((one) => `!${one}`), ...wanted]);
        expect(paths.filter((one) => globs.matches(one))).toEqual(paths.filter((one) => matches(one)));
      },
    ),
    {numRuns: 5000},
  );
});

test('takes a plain name at the end for a file and for a folder', () => {
  fc.assert(
    fc.property(fc.array(segment, {maxLength: 3}), plain, path, (segments, last, one) => {
      const text = ['.', ...segments, last].join('/');
      const both = picomatch([text, `${text}/**`], {dot: true});
      expect(fileGlobs([text]).matches(one)).toBe(both(one));
    }),
    {numRuns: 5000},
  );
});

test('finds every file that matches below the roots and the folders that may hold one', () => {
  fc.assert(
    fc.property(
      fc.array(glob, {minLength: 1, maxLength: 3}),
      fc.array(glob, {maxLength: 2}),
      path,
      (wanted, excluded, one) => {
        const globs = fileGlobs([...wanted, ...excluded.map((other) => `!${other}`)]);
        fc.pre(globs.matches(one));
        const folders = one.split('/').map((_, depth, names) => names.slice(0, depth).join('/'));
        expect(folders.filter((folder) => !globs.mayMatchBelow(folder))).toEqual([]);
        expect(globs.roots.filter((root) => root === '' || root === one || one.startsWith(`${root}/`))).toHaveLength(1);
      },
    ),
    {numRuns: 5000},
  );
});
