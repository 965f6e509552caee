import {execFileSync, spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import fc from 'fast-check';
import {afterAll, expect, test} from 'vitest';
import {IgnoreRules} from './ignore-rules.ts';

type Ignores = Readonly<Record<string, string>>;

/** The entries that a walk would see and that are ignored; folders end with `/`, and what is below an ignored one is not listed. */
function ignoredEntries(entries: readonly string[], ignores: Ignores): readonly string[] {
  const found: string[] = [];
  const rulesOf = new Map<string, IgnoreRules | undefined>([['', IgnoreRules.none.within('', ignores[''])]]);
  for (const entry of entries) {
    const path = entry.replace(/\/$/, '');
    const rules = rulesOf.get(path.includes('/') ? dirname(path) : '');
    if (rules === undefined) continue;
    const ignored = rules.ignores(path, entry.endsWith('/'));
    if (ignored) found.push(entry);
    else if (entry.endsWith('/')) rulesOf.set(path, rules.within(path, ignores[path]));
  }
  return found;
}

/** Paths as entries, parents first, each folder with a `/` at its end. */
function entriesOf(files: readonly string[]): readonly string[] {
  const entries = new Set<string>();
  for (const file of files) {
    const names = file.split('/');
    for (let depth = 1; depth < names.length; depth++) entries.add(`${names.slice(0, depth).join('/')}/`);
    entries.add(file);
  }
  return [...entries].sort();
}

const repository = mkdtempSync(join(tmpdir(), 'paceline-'));
afterAll(() => rmSync(repository, {recursive: true, force: true}));
const nowhere = join(repository, '.git', 'nowhere');
const env = {PATH: process.env.PATH ?? '', GIT_CONFIG_GLOBAL: nowhere, GIT_CONFIG_NOSYSTEM: '1', HOME: nowhere};
execFileSync('git', ['init', '--quiet', '--template=', repository], {env});

/** What git says about the entries of a checkout, in the form of {@link ignoredEntries}. */
function ignoredByGit(entries: readonly string[], ignores: Ignores): readonly string[] {
  const root = mkdtempSync(join(repository, 'tree-'));
  const prefix = root.slice(repository.length + 1);
  try {
    for (const entry of entries) {
      if (entry.endsWith('/')) mkdirSync(join(root, entry), {recursive: true});
      else writeFileSync(join(root, entry), '');
    }
    for (const [folder, text] of Object.entries(ignores)) writeFileSync(join(root, folder, '.gitignore'), text);
    const input = entries.map((entry) => `${prefix}/${entry.replace(/\/$/, '')}\0`).join('');
    const args = ['check-ignore', '--no-index', '--stdin', '-z', '--verbose', '--non-matching'];
    const {stdout, status} = spawnSync('git', args, {cwd: repository, env, input, encoding: 'utf8'});
    if (status !== 0 && status !== 1) throw new Error(`git check-ignore ended with ${status}`);
    const fields = stdout.split('\0');
    const ignored = entries.filter((_, index) => !/^(!|$)/.test(fields[index * 4 + 2]!));
    return ignored.filter(
      (entry) => !ignored.some((other) => other.endsWith('/') && other !== entry && entry.startsWith(other)),
    );
  } finally {
    rmSync(root, {recursive: true});
  }
}

const files = [
  'a.js',
  'b/a.js',
  'b/c/a.js',
  'b/c/d/e.txt',
  'build/x',
  'packages/a/build/x/y',
  'packages/a/src/b.ts',
  'foo bar',
  'trail ',
  'back\\',
  '#hash',
  '!bang',
  '[x]/a*b',
  'é/ü.js',
  'Build/X',
];

test.each<{gitignore: Ignores; ignored: readonly string[]}>([
  {gitignore: {'': 'build'}, ignored: ['build/', 'packages/a/build/']},
  {gitignore: {'': '/build'}, ignored: ['build/']},
  {gitignore: {'': 'a.js/\nbuild/\n'}, ignored: ['build/', 'packages/a/build/']},
  {gitignore: {'': '*.js\n!b/a.js'}, ignored: ['a.js', 'b/c/a.js', 'é/ü.js']},
  {gitignore: {'': '# a.js\n\n\\#hash\n\\!bang\r\n'}, ignored: ['!bang', '#hash']},
  {gitignore: {'': 'foo bar   \ntrail\\ '}, ignored: ['foo bar', 'trail ']},
  {gitignore: {'': 'b/**/a.js'}, ignored: ['b/a.js', 'b/c/a.js']},
  {gitignore: {'': 'b/**\n!b/c'}, ignored: ['b/a.js', 'b/c/a.js', 'b/c/d/']},
  {gitignore: {'': '\\[x\\]/a\\*b\n[B]uild\n[[:foo:]]*\n[a-'}, ignored: ['Build/', '[x]/a*b']},
  {gitignore: {'': 'build', 'packages/a': '!build'}, ignored: ['build/']},
  {gitignore: {'': '!b', b: '/a.js\n*.txt', 'b/c': '!*.txt'}, ignored: ['b/a.js']},
  {gitignore: {'': '?/??.js\n**/src/**'}, ignored: ['packages/a/src/b.ts']},
  {gitignore: {'': '??/*\n\uFEFFbuild'}, ignored: ['é/ü.js']},
  {gitignore: {'': 'build\n!build/\nb/\n!b'}, ignored: []},
  {gitignore: {'': '!build\nbuild/'}, ignored: ['build/', 'packages/a/build/']},
  {gitignore: {'': 'packages/a[+-9]src/b.ts\nback\\\\  '}, ignored: ['back\\']},
  {gitignore: {'': '\uFEFFbuild'}, ignored: ['build/', 'packages/a/build/']},
])('$gitignore', ({gitignore, ignored}) => {
  const entries = entriesOf(files);
  expect(ignoredEntries(entries, gitignore)).toEqual(ignored);
  expect(ignoredByGit(entries, gitignore)).toEqual(ignored);
});

test('shares the rules of the folder above where there is nothing to add', () => {
  const rules = IgnoreRules.none.within('', 'dist');
  expect(rules.within('a', undefined)).toBe(rules);
  expect(rules.within('a', '# nothing\n\n!\n/\n')).toBe(rules);
  expect(IgnoreRules.none.within('', '')).toBe(IgnoreRules.none);
});

const name = fc.oneof(
  {weight: 4, arbitrary: fc.constantFrom('a', 'b', 'ab', 'a.js', 'build')},
  fc.constantFrom('A', '.a', 'a b', 'a ', '#a', '!a', '[a]', 'a*', 'a\\b', '-', ']', 'é', 'a\tb', 'a]b', '^', '~'),
);
const path = fc.array(name, {minLength: 1, maxLength: 4}).map((names) => names.join('/'));
const wildcard = fc.constantFrom('*', '*', '**', '?', '/**/', '**/', '/**', '*/', '/*', '[a-c]', '[!a]', '\\');
const oddity = fc.constantFrom(
  ...[
    '\\a',
    '\\ ',
    '\\\\',
    '\\/',
    '\\[',
    ' ',
    '  ',
    '#',
    '!',
    '\t',
    '\r',
    '[ab]',
    '[^b]',
    '[]]',
    '[]-a]',
    '[a-]',
    '[b-a]',
    '[',
  ],
  ...[
    '[\\]a]',
    '[[:alpha:]]',
    '[[:punct:]]',
    '[[:space:]]',
    '[[:no:]]',
    '[[:x]',
    ']',
    '-',
    '[!/]',
    '[+-9]',
    '[é]',
    'a',
    '/',
  ],
  ...['//', '[[:lower:]-z]', '[^[:alpha:]]', '[--0]', '[a\\-c]', '[!]]'],
);

/** An entry that is there, or the end of its path, with some of it replaced: patterns made up from nothing hardly match anything. */
const patternLike = (entries: readonly string[]) =>
  fc
    .tuple(
      fc
        .constantFrom(...entries)
        .chain((entry) =>
          fc.nat(entry.split('/').length - 1).map((skipped) => entry.split('/').slice(skipped).join('/')),
        ),
      fc.array(fc.tuple(fc.nat(20), fc.integer({min: 0, max: 3}), fc.oneof(wildcard, oddity)), {maxLength: 2}),
      fc.constantFrom('', '', '/', '**/', '!', '!/', '!'),
      fc.constantFrom('', '', '', '/', ' ', '/**'),
    )
    .map(([base, edits, front, back]) => {
      let text = base;
      for (const [at, length, inserted] of edits) {
        const start = at % (text.length + 1);
        text = text.slice(0, start) + inserted + text.slice(start + length);
      }
      return front + text + back;
    });
const gitignore = (entries: readonly string[]) =>
  fc
    .tuple(
      fc.array(patternLike(entries), {minLength: 1, maxLength: 5}),
      fc.constantFrom('\n', '\n', '\r\n'),
      fc.constantFrom('', '', '\uFEFF'),
    )
    .map(([lines, end, mark]) => mark + lines.join(end));
const tree = fc.array(path, {minLength: 3, maxLength: 12}).map((paths) => {
  const unique = [...new Set(paths)];
  return entriesOf(unique.filter((one) => !unique.some((other) => other.startsWith(`${one}/`))));
});
const checkout = tree.chain((entries) => {
  const folders = entries.filter((entry) => entry.endsWith('/')).map((entry) => entry.slice(0, -1));
  const ignores = fc.dictionary(fc.constantFrom('', '', ...folders), gitignore(entries), {minKeys: 1, maxKeys: 3});
  return fc.record({entries: fc.constant(entries), ignores});
});

test('ignores what git ignores', () => {
  fc.assert(
    fc.property(checkout, ({entries, ignores}) => {
      expect(ignoredEntries(entries, ignores)).toEqual(ignoredByGit(entries, ignores));
    }),
    {numRuns: 120},
  );
});
