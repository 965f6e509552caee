import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {afterEach, expect, test} from 'vitest';

const root = mkdtempSync(join(tmpdir(), 'paceline-import-rules-'));
afterEach(() => rmSync(root, {recursive: true, force: true}));

/** Standard error of the check over a project of these files, without the summary. */
function violationsOf(files: Readonly<Record<string, string>>): readonly string[] {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), {recursive: true});
    writeFileSync(join(root, file), text);
  }
  const {stderr, status} = spawnSync(
    process.execPath,
    [join(import.meta.dirname, '../scripts/import-rules.ts'), root],
    {
      encoding: 'utf8',
    },
  );
  const lines = stderr.split('\n').filter((line) => line !== '');
  expect(status).toBe(lines.length === 0 ? 0 : 1);
  return lines;
}

test('imports along the table pass', () => {
  expect(
    violationsOf({
      'src/base/error.ts': 'export class E {}',
      'src/plan/plan.ts': "import {E} from '../base/error.ts'; export type Plan = E;",
      'src/ui/table.ts': "import type {Plan} from '../plan/plan.ts'; export type Table = Plan;",
      'src/ui/table.test.ts': "import '../cli/run.ts';",
      'src/cli/run.ts': "import type {Table} from '../ui/table.ts'; export type Run = Table;",
      'src/bin.ts': "import './cli/run.ts';",
    }),
  ).toEqual([]);
});

test('pages take what is shown from the exports, and types; nothing takes from them', () => {
  expect(
    violationsOf({
      'src/base/figures.ts': 'export const duration = 1;',
      'src/record/run.ts': 'export type Run = 1; export const RUN = 1;',
      'src/export/html.ts': "import '../../web/src/app.tsx';",
      'web/src/app.tsx': "import '../../src/base/figures.ts'; import type {Run} from '../../src/record/run.ts';\n",
      'web/src/data.ts': "import {RUN} from '../../src/record/run.ts'; export const run = RUN;",
    }),
  ).toMatchInlineSnapshot(`
    [
      "src/export/html.ts:1: export must not import web (../../web/src/app.tsx)",
      "web/src/data.ts:1: web may import only types from record: write \`import type\` (../../src/record/run.ts)",
    ]
  `);
});

test('every kind of forbidden import is named with its line', () => {
  expect(
    violationsOf({
      'src/base/error.ts': "import '../graph/order.ts';",
      'src/graph/order.ts':
        "import type {Plan} from '../plan/plan.ts';\nimport fs from 'node:fs';\ntype Run = import('../cli/run.ts').Run;",
      'src/plan/plan.ts': "export * from '../ui/table.ts';",
      'src/ui/table.ts': "export {plan} from '../plan/plan.ts';",
      'src/cli/run.ts': "await import('../bin.ts');\nimport '../ui/table.test.ts';",
      'src/elsewhere/x.ts': "import '../graph/order.ts';",
    }),
  ).toMatchInlineSnapshot(`
    [
      "src/base/error.ts:1: base must not import graph (../graph/order.ts)",
      "src/cli/run.ts:1: src/bin.ts is an entry; nothing imports it",
      "src/cli/run.ts:2: only tests may import tests",
      "src/elsewhere/x.ts:1: src/elsewhere is not in the table of scripts/import-rules.ts",
      "src/graph/order.ts:1: graph must not import plan (../plan/plan.ts)",
      "src/graph/order.ts:2: graph is pure and must not import node:fs",
      "src/graph/order.ts:3: graph must not import cli (../cli/run.ts)",
      "src/plan/plan.ts:1: plan must not import ui (../ui/table.ts)",
      "src/ui/table.ts:1: ui may import only types from plan: write \`import type\` (../plan/plan.ts)",
      "src/plan/plan.ts:1: circular imports: src/plan/plan.ts -> src/ui/table.ts -> src/plan/plan.ts",
    ]
  `);
});
