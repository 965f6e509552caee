import fc from 'fast-check';
import picomatch from 'picomatch';
import {expect, test} from 'vitest';
import {overlap} from './outputs-overlap.ts';

test.each<[a: string[], b: string[], pattern: string | undefined]>([
  [['dist/**'], ['dist/**'], 'dist/**'],
  [['dist'], ['dist/'], 'dist/'],
  [['./dist'], ['dist'], 'dist'],
  [['dist/**'], ['dist/app.js'], 'dist/app.js'],
  [['dist/*'], ['dist/app.js'], 'dist/app.js'],
  [['**/*.js'], ['dist/app.js'], 'dist/app.js'],
  [['bin/*'], ['bin/tool'], undefined], // which may be a folder
  [['bin/tool'], ['bin/tool'], 'bin/tool'],
  [['dist/*.js'], ['dist/a*'], undefined],
  [['dist/*.js'], ['dist/*.js'], 'dist/*.js'],
  [['dist/*.js'], ['dist/**/*.js'], 'dist/*.js'],
  [['dist/**/*.d.ts'], ['dist/**/*.ts'], 'dist/**/*.d.ts'],
  [['dist/**/*.js'], ['dist/**/*.css'], undefined],
  [['dist/**/*.{js,css}'], ['dist/**/*.{css,map}'], 'dist/**/*.css'],
  [['dist/[ab]*.js'], ['dist/**/*.js'], 'dist/[ab]*.js'],
  [['dist/[ab]*.js'], ['dist/*.css'], undefined],
  [['src/**', 'dist/**'], ['.next/**', 'dist/x/**'], 'dist/x/**'],
  [['dist/**', '!dist/types/**'], ['dist/types/**'], undefined],
  [['dist/**', '!dist/types'], ['dist/types/a.d.ts'], undefined],
  [['dist/**', '!**/*.d.ts'], ['dist/**/*.d.ts'], undefined],
  [['dist/**', '!dist/*'], ['dist/*'], undefined],
  [['dist/**', '!dist/*'], ['dist/**'], 'dist/**'],
  [['dist/**', '!dist/*'], ['dist/**', '!dist/*/**'], undefined],
  [['.next/**', '!.next/cache/**'], ['.next/**', '!.next/cache/**'], '.next/**'],
  [['dist/**', '!dist/types/**'], ['dist/types/**', 'dist/app.js'], 'dist/app.js'],
  [['dist/**'], ['dist2/**'], undefined],
  [['dist/**'], ['build'], undefined],
  [['!dist/**'], ['dist/**'], undefined],
  [[], ['**'], undefined],
])('%j and %j: %j', (a, b, pattern) => {
  expect(overlap(a, b)).toBe(pattern);
  expect(overlap(b, a) === undefined).toBe(pattern === undefined);
});

const segment = fc.constantFrom('a', 'b', '*', '**', '*.js', 'a*', '?', '[ab]', '*b', '{a,b}', 'a.js');
/** Whether `?` and `**` mean `?` too is what picomatch has no rule for. */
const glob = fc
  .array(segment, {minLength: 1, maxLength: 3})
  .map((segments) => segments.join('/'))
  .map((text) => (/[*?[{(][^/]*\/\*\*$/.test(text) ? `${text}/*` : text));
const list = fc.tuple(fc.array(glob, {minLength: 1, maxLength: 2}), fc.array(glob, {maxLength: 1}));
const names = ['a', 'b', 'ab', 'a.js', 'b.js', '~', '~b', 'a~', 'x', '~.js'];
const joined = (ahead: readonly string[], next: readonly string[]) =>
  ahead.flatMap((one) => next.map((two) => `${one}/${two}`));
const pairs = joined(names, names);
const triples = joined(pairs, names);
const paths = [...names, ...pairs, ...triples, ...joined(triples, ['~', '~/~'])];

test('says nothing of lists that have no path in common', () => {
  const folders = (globs: readonly string[]) =>
    globs.flatMap((one) => (/[*?[][^/]*$/.test(one) ? [one] : [one, `${one}/**`]));
  const matcher = ([wanted, excluded]: readonly [readonly string[], readonly string[]]) =>
    picomatch(folders(wanted), {dot: true, ...(excluded.length > 0 && {ignore: folders(excluded)})});
  fc.assert(
    fc.property(list, list, (a, b) => {
      const found = overlap([...a[0], ...a[1].map((one) => `!${one}`)], [...b[0], ...b[1].map((one) => `!${one}`)]);
      fc.pre(found !== undefined);
      const [inA, inB] = [matcher(a), matcher(b)];
      expect(paths.some((path) => inA(path) && inB(path))).toBe(true);
    }),
    {numRuns: 1000},
  );
});
