import {writeFileSync} from 'node:fs';
import {parse, stringify} from 'smol-toml';
import {describe, expect, test} from 'vitest';
import type {Diagnostic} from '../../base/source.ts';
import {assemble} from '../assemble/assemble.ts';
import {type MakeDialect, makeReaders, readMakeDocument} from '../dialects/make-file.ts';
import {loadProject} from '../load.ts';
import {ROOT_WORKSPACE} from '../project.ts';
import {temporaryProject} from '../temporary-project.ts';
import {parseDocument} from '../toml/document.ts';
import type {KeySpec, TableSpec} from './key-spec.ts';

const service = {db: {plugin: 'generic_container', image: 'mysql:8'}, cache: {image: 'redis:7'}};

/** What stands around the key in question. */
const bases: Readonly<Record<MakeDialect, object>> = {
  lifecycle: {
    lifecycle: {init: {commands: []}, setup: {commands: ['echo setup']}, build: {commands: ['build it']}},
    env: {production: {BASE: 'base'}},
    service,
  },
  phases: {
    phases: {init: {commands: []}, setup: {commands: ['echo setup']}, build: {commands: ['build it']}},
    env: {production: {BASE: 'base'}},
    service,
  },
  'cargo-make': {
    tasks: {setup: {script: 'echo setup', description: 'Set up'}, build: {command: 'build'}},
    env: {production: {BASE: 'base'}},
    service,
  },
};

/** Keys that mean something only beside others; by the end of their path. */
const besides: Readonly<Record<string, object>> = {
  'ready_when.host': {port: 80},
  'db.privileged': {allow: ['privileged']},
  'db.reuse': {reset: 'true'},
  'health.status': {http: '/'},
  'install_crate.test_arg': {binary: 'tool'},
  'install_crate.min_version': {crate_name: 'tool'},
  'install_crate.version': {crate_name: 'tool'},
  'BUILD_MODE.condition': {value: 'x'},
  'condition.fail_message': {files_exist: ['a']},
  'build.args': {command: 'x'},
  'build.script_runner': {script: 'x'},
  'build.script_runner_args': {script: 'x'},
  'build.script_extension': {script: 'x'},
  'build.toolchain': {command: 'x'},
  'linux.script_runner': {script: 'x'},
  'linux.script_runner_args': {script: 'x'},
  'linux.script_extension': {script: 'x'},
};

interface Use {
  readonly path: readonly string[];
  readonly spec: KeySpec;
  /** The tables on the way, from the top, with the list ones marked. */
  readonly document: object;
}

/** A document with just this key set, for each key that is honoured. */
function honouredUses(dialect: MakeDialect): readonly Use[] {
  const uses: Use[] = [];
  const visit = (table: TableSpec, path: readonly string[], wrap: (value: object) => object): void => {
    const required = Object.fromEntries(
      Object.entries(table.keys).flatMap(([key, spec]) => (spec.required === true ? [[key, exampleOf(spec)]] : [])),
    );
    const named = (table.names ?? []).map(({sample, spec}) => [sample, spec] as const);
    for (const [key, spec] of [...Object.entries(table.keys), ...named]) {
      if (spec.closed === true || spec.unsupported?.(exampleOf(spec)) !== undefined) continue;
      const here = [...path, key];
      const beside = besides[here.slice(-2).join('.')] ?? {};
      const put = (value: unknown): object => wrap({...required, ...beside, [key]: value});
      if (spec.inherent === undefined) uses.push({path: here, spec, document: put(exampleOf(spec))});
      const deeper = new Set(path).size === path.length && path.length < 6;
      if (spec.table !== undefined && deeper) visit(spec.table, here, put);
      if (spec.items !== undefined && deeper) visit(spec.items, [...here, '[]'], (value) => put([value]));
    }
  };
  visit(makeReaders[dialect].keys, [], (value) => value);
  return uses;
}

function exampleOf(spec: KeySpec): unknown {
  return parse(`value = ${spec.example}`).value;
}

function merged(base: unknown, over: unknown): unknown {
  if (!isObject(base) || !isObject(over)) return over;
  const both = Object.entries(over).map(([key, value]) => [key, merged(base[key], value)]);
  return {...base, ...Object.fromEntries(both)};
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Everything but the places, under a profile and without one. */
function projectText(root: string, document: object): string {
  writeFileSync(`${root}/make.toml`, stringify(document));
  const projects = [loadProject(root, {env: {CI: '1'}, profile: 'production'}), loadProject(root, {env: {CI: '1'}})];
  const plain = (key: string, value: unknown): unknown => {
    if (key === 'origin' || key === 'scriptOrigins') return undefined;
    return value instanceof Map ? [...value] : value;
  };
  return JSON.stringify(
    projects.map(({diagnostics: _, ...rest}) => rest),
    plain,
  );
}

describe.each(Object.keys(bases) as MakeDialect[])('%s', (dialect) => {
  const ofOtherSystems = new Set(['mac', 'windows', 'mac_alias', 'windows_alias']);
  const system = process.platform === 'darwin' ? 'mac' : 'linux';
  ofOtherSystems.delete(system);
  ofOtherSystems.delete(`${system}_alias`);
  const uses = honouredUses(dialect).filter(({path}) => !path.some((key) => ofOtherSystems.has(key)));

  test('every key that counts as honoured changes the project', () => {
    const root = temporaryProject({
      'package.json': {name: 'root', workspaces: ['apps/*', 'packages/*']},
      'apps/web/package.json': {name: 'web', scripts: {setup: 'echo web'}},
      'packages/lib/package.json': {name: 'lib'},
    });
    const base = bases[dialect];
    const without = projectText(root, base);
    const idle = uses.filter(({path, document}) => {
      const parent =
        besides[path.slice(-2).join('.')] === undefined
          ? without
          : projectText(root, merged(base, withoutLast(document, path)) as object);
      return projectText(root, merged(base, document) as object) === parent;
    });
    expect(idle.map(({path}) => path.join('.'))).toEqual([]);
    expect(uses.length).toBeGreaterThan(80);
  });
});

/** Values that their author did not think about. */
const strayValues: readonly unknown[] = [
  0,
  -1,
  1.5,
  true,
  false,
  '',
  ' ',
  'x',
  '^',
  '#',
  'a#b',
  '//#',
  [],
  [''],
  ['x', 1],
  [[]],
  [{}],
  {},
  {a: {}},
  {name: 1},
  new Date(0),
];

describe.each(Object.keys(bases) as MakeDialect[])('%s', (dialect) => {
  test('no value of any key makes the reader fall over', () => {
    const root = {
      name: ROOT_WORKSPACE,
      directory: '',
      dependencies: [],
      origin: {file: 'make.toml', line: 1, column: 1},
    };
    let refused = 0;
    for (const {path, document} of honouredUses(dialect)) {
      for (const value of strayValues) {
        const errors: Diagnostic[] = [];
        const report = (diagnostic: Diagnostic) => diagnostic.severity === 'error' && errors.push(diagnostic);
        const text = stringify(merged(bases[dialect], withLast(document, path, value)) as object);
        const read = parseDocument('make.toml', text, report);
        expect(read, text).toBeDefined();
        if (read === undefined) continue;
        const {declared} = readMakeDocument(read, report);
        const parts = {top: declared, own: new Map(), found: {members: [root], files: []}, alone: false};
        const result = assemble({root: '/nowhere', env: {}, report}, parts);
        expect(result.phasesOf(root).size, text).toBeGreaterThanOrEqual(0);
        if (errors.length > 0) refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(1000);
  });
});

function withLast(document: object, path: readonly string[], value: unknown): object {
  const copy = structuredClone(document) as Record<string, unknown>;
  tableOf(copy, path)[path.at(-1) ?? ''] = value;
  return copy;
}

/** The same document without the key itself. */
function withoutLast(document: object, path: readonly string[]): object {
  const copy = structuredClone(document) as Record<string, unknown>;
  delete tableOf(copy, path)[path.at(-1) ?? ''];
  return copy;
}

/** The table in which the last key of a path is. */
function tableOf(document: Record<string, unknown>, path: readonly string[]): Record<string, unknown> {
  let table = document;
  for (const key of path.slice(0, -1)) {
    const inner = key === '[]' ? undefined : table[key];
    if (Array.isArray(inner)) table = inner[0] as Record<string, unknown>;
    else if (isObject(inner)) table = inner;
  }
  return table;
}
