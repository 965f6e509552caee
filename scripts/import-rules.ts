/**
 * Checks who may import whom: `npm run import-rules`, or `node scripts/import-rules.ts FOLDER` for another project. The table below is
 * the architecture; this keeps it true. Imports are read with rolldown's parser, so type-only imports and
 * `import('./x.ts').Type` count too. (The usual tools read them with TypeScript's compiler API, which TypeScript 7 does not have.)
 */
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {dirname, join, normalize, relative, sep} from 'node:path';
import {argv, exit, stderr, stdout} from 'node:process';
import {parseSync, Visitor} from 'rolldown/utils';

/** A folder of src/, or the pages in web/, and what its files may import. Every room may import itself and `base`. */
interface Room {
  /** Rooms whose values and types it may use. */
  readonly values?: readonly string[];
  /** Rooms whose types it may use, with `import type`. */
  readonly types?: readonly string[];
  /** Values in, values out: no clock, no disk, no process, so none of Node's modules but `node:path`. */
  readonly pure?: boolean;
}

const running = ['graph', 'project', 'plan', 'record', 'cache', 'services'];
const reading: Room = {values: ['graph'], types: ['plan', 'record']};

const rooms: Readonly<Record<string, Room>> = {
  base: {},
  graph: {pure: true},
  project: {},
  plan: {values: ['project', 'graph'], pure: true},
  record: {values: ['plan']},
  cache: {values: ['plan', 'record'], types: ['project']},
  services: {values: ['plan', 'record'], types: ['project']},
  engine: {values: running},
  cleanroom: {values: [...running, 'engine']},
  template: {values: [...running, 'engine']},
  insight: {...reading, pure: true},
  export: {values: ['graph'], types: ['plan', 'record', 'insight']},
  ui: {values: ['graph'], types: ['plan', 'record', 'insight']},
  ci: {...reading, values: ['graph', 'insight']},
  web: {values: ['export'], types: ['plan', 'record', 'insight']},
  cli: {values: [...running, 'engine', 'cleanroom', 'template', 'insight', 'export', 'ui', 'ci']},
};

interface Import {
  /** As it is written: `../plan/plan.ts`, `node:fs`. */
  readonly specifier: string;
  readonly typeOnly: boolean;
  readonly line: number;
}

interface Violation {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** Every import of a module: static, re-exported, dynamic and in types. */
function importsOf(file: string, text: string): readonly Import[] {
  const {program, errors} = parseSync(file, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${file}: ${error.message}`);
  const found: Import[] = [];
  const add = (start: number, specifier: unknown, typeOnly: boolean): void => {
    if (typeof specifier === 'string') found.push({specifier, typeOnly, line: text.slice(0, start).split('\n').length});
  };
  new Visitor({
    ImportDeclaration: ({start, source, importKind}) => add(start, source.value, importKind === 'type'),
    ExportAllDeclaration: ({start, source, exportKind}) => add(start, source.value, exportKind === 'type'),
    ExportNamedDeclaration: ({start, source, exportKind}) => add(start, source?.value, exportKind === 'type'),
    ImportExpression: ({start, source}) => add(start, source.type === 'Literal' && source.value, false),
    TSImportType: ({start, source}) => add(start, source.value, true),
  }).visit(program);
  return found;
}

/** `engine` for `src/engine/executors/host.ts`, `web` for all in web/; undefined for the entries that lie in src/ itself, which may import anything. */
function roomOf(file: string): string | undefined {
  const [source, room, ...rest] = file.split('/');
  if (source === 'web') return source;
  return source === 'src' && rest.length > 0 ? room : undefined;
}

const isTest = (file: string): boolean => file.endsWith('.test.ts') || file.startsWith('test/');

/** What is wrong with one import, or undefined. `target` is the file that it names, when it names one of ours. */
function problemOf(file: string, {specifier, typeOnly}: Import, target: string | undefined): string | undefined {
  const from = roomOf(file);
  const rules = from === undefined ? undefined : rooms[from];
  if (from !== undefined && rules === undefined) return `src/${from} is not in the table of scripts/import-rules.ts`;
  if (target === undefined) {
    const node = specifier.startsWith('node:') && !specifier.startsWith('node:path');
    return rules?.pure && node ? `${from} is pure and must not import ${specifier}` : undefined;
  }
  if (isTest(target)) return 'only tests may import tests';
  const to = roomOf(target);
  if (rules === undefined || to === from || to === 'base') return undefined;
  if (to === undefined) return `${target} is an entry; nothing imports it`;
  if (rules.values?.includes(to)) return undefined;
  if (!rules.types?.includes(to)) return `${from} must not import ${to} (${specifier})`;
  return typeOnly ? undefined : `${from} may import only types from ${to}: write \`import type\` (${specifier})`;
}

/** The first circle found through each file that closes one: `a -> b -> a`. */
function circlesIn(graph: ReadonlyMap<string, ReadonlySet<string>>): readonly (readonly string[])[] {
  const circles: string[][] = [];
  const path: string[] = [];
  const done = new Set<string>();
  const visit = (file: string): void => {
    const start = path.indexOf(file);
    if (start >= 0) circles.push([...path.slice(start), file]);
    if (start >= 0 || done.has(file)) return;
    path.push(file);
    for (const target of graph.get(file) ?? []) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return circles;
}

function check(root: string): {readonly files: number; readonly violations: readonly Violation[]} {
  const files = ['src', 'web', 'test'].flatMap((folder) =>
    existsSync(join(root, folder))
      ? readdirSync(join(root, folder), {recursive: true, encoding: 'utf8'})
          .filter((file) => /\.tsx?$/.test(file) && !file.split(sep).includes('node_modules'))
          .map((file) => join(folder, file).replaceAll(sep, '/'))
      : [],
  );
  const violations: Violation[] = [];
  const graph = new Map<string, ReadonlySet<string>>();
  for (const file of files.filter((one) => !isTest(one)).sort()) {
    const targets = new Set<string>();
    for (const one of importsOf(file, readFileSync(join(root, file), 'utf8'))) {
      const target = one.specifier.startsWith('.')
        ? relative(root, normalize(join(root, dirname(file), one.specifier))).replaceAll(sep, '/')
        : undefined;
      if (target !== undefined && target !== file) targets.add(target);
      const message = problemOf(file, one, target);
      if (message !== undefined) violations.push({file, line: one.line, message});
    }
    graph.set(file, targets);
  }
  for (const circle of circlesIn(graph)) {
    violations.push({file: circle[0] ?? '', line: 1, message: `circular imports: ${circle.join(' -> ')}`});
  }
  return {files: graph.size, violations};
}

const {files, violations} = check(argv[2] ?? join(import.meta.dirname, '..'));
for (const {file, line, message} of violations) stderr.write(`${file}:${line}: ${message}\n`);
stdout.write(`${files} files, ${violations.length} forbidden imports\n`);
exit(violations.length > 0 ? 1 : 0);
