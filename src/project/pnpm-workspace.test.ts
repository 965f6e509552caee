import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {Document} from 'yaml';
import {readPnpmGlobs} from './pnpm-workspace.ts';
import {diagnosticLine, temporaryProject} from './temporary-project.ts';

function read(text: string): {globs: readonly string[] | undefined; said: readonly string[]} {
  const said: string[] = [];
  const globs = readPnpmGlobs(temporaryProject({'pnpm-workspace.yaml': text}), (diagnostic) =>
    said.push(diagnosticLine(diagnostic)),
  );
  return {globs: globs?.map(({glob}) => glob), said};
}

test('reads the lists that a YAML writer writes', () => {
  const root = temporaryProject({});
  const glob = fc.oneof(
    fc.constantFrom(
      'packages/*',
      '!**/test/**',
      'apps/{web,api}',
      './x',
      '.',
      "it's",
      'a #b',
      'a: b',
      '@x/y',
      '**',
      '- a',
      '[a]*',
      'true',
    ),
    fc.string({unit: fc.constantFrom('a', '*', '/', '!', '-', ':', '#', "'", '{', ',', ']', '@', '.'), minLength: 1}),
  );
  const quotes = fc.constantFrom('PLAIN' as const, 'QUOTE_SINGLE' as const);
  fc.assert(
    fc.property(fc.array(glob), quotes, fc.boolean(), (packages, defaultStringType, flow) => {
      const document = new Document({catalog: {a: '1'}, packages, onlyBuiltDependencies: ['x']});
      document.set('packages', document.createNode(packages, {flow}));
      writeFileSync(join(root, 'pnpm-workspace.yaml'), document.toString({defaultStringType}));
      expect(
        readPnpmGlobs(root, (diagnostic) => expect.fail(diagnosticLine(diagnostic)))?.map((item) => item.glob),
      ).toEqual(packages);
    }),
    {numRuns: 1000},
  );
});

test('reads comments, quotes and any indent', () => {
  expect(read('# all\npackages: # here\n# no\n- a/*   # b\n\n- "c" # d\nother:\n- e\n').globs).toEqual(['a/*', 'c']);
  expect(read('packages: [ \'a/*\', b, # no\n  "c",\n]\n').globs).toEqual(['a/*', 'b', 'c']);
  expect(read('catalog:\n  a: 1\n').globs).toEqual([]);
});

test('reports what it does not understand', () => {
  expect([
    read('packages: a\n').said,
    read('packages:\n  - *alias\n').said,
    read('packages:\n  a: b\n').said,
    read('packages: [a b, "c"\n').said,
    read('{packages: [a]}').said,
  ]).toMatchInlineSnapshot(`
    [
      [
        "error E_YAML pnpm-workspace.yaml:1:11 the list of "packages" is not understood: expected a list",
      ],
      [
        "error E_YAML pnpm-workspace.yaml:2:5 the list of "packages" is not understood: expected a glob, in quotes if it starts with * or !",
      ],
      [
        "error E_YAML pnpm-workspace.yaml:2:3 the list of "packages" is not understood: expected "- " and a glob",
      ],
      [
        "error E_YAML pnpm-workspace.yaml:2:1 the list of "packages" is not understood: expected "]"",
      ],
      [
        "error E_YAML pnpm-workspace.yaml:1:1 the list of "packages" is not understood: expected "packages:" at the start of a line",
      ],
    ]
  `);
});
