import {globSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {generatedDocs} from '../scripts/generated-docs.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

test.each(Object.entries(generatedDocs()))('%s says what the code does', (path, text) => {
  expect(read(path)).toBe(text);
});

test('docs/errors.md has an entry for every code, and no other', () => {
  const used = new Set<string>();
  for (const path of globSync('src/**/*.ts', {cwd: root})) {
    if (path.includes('.test.')) continue;
    for (const [, code] of read(path).matchAll(/'([EW]_[A-Z][A-Z_]*)'/g)) if (code !== undefined) used.add(code);
  }
  const documented = [...read('docs/errors.md').matchAll(/^\| `([EW]_[A-Z_]+)` \|/gm)].map(([, code]) => code);
  expect([...used].sort()).toEqual(documented.sort());
});

test('every link between the pages leads somewhere', () => {
  const pages = ['README.md', ...globSync('docs/**/*.md', {cwd: root})];
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)]
      .map(([, target = '']) => join(root, page, '..', target))
      .filter((target) => globSync(target).length === 0)
      .map((target) => `${page} -> ${target}`),
  );
  expect(broken).toEqual([]);
});
