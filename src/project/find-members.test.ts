import {mkdirSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {findMembers} from './find-members.ts';
import type {MemberDeclaration} from './member.ts';
import {diagnosticLine, temporaryProject} from './temporary-project.ts';

/** A project's members as lines `name directory -> dependencies @file:line`, and what was reported. */
function membersIn(root: string, declarations: readonly MemberDeclaration[] = [], options: {cargo?: boolean} = {}) {
  const said: string[] = [];
  const {members, packageManager, files} = findMembers(
    root,
    declarations,
    (diagnostic) => said.push(diagnosticLine(diagnostic)),
    options,
  );
  const lines = members.map(({name, directory, dependencies, origin}) => {
    return `${name} ${directory || '.'} -> ${dependencies.join(' ') || 'none'} @${origin.file}:${origin.line}`;
  });
  return {members: lines, said, packageManager, files};
}

function declared(kind: 'path' | 'glob', path: string, name?: string): MemberDeclaration {
  return {kind, path, ...(name !== undefined && {name}), origin: {file: 'make.toml', line: 3, column: 1}};
}

const shop = {
  'package.json': {
    name: 'shop',
    workspaces: ['packages/*', 'apps/*', '!apps/old'],
    devDependencies: {'@shop/lint': '*'},
  },
  'packages/core/package.json': {name: '@shop/core', version: '1.2.0'},
  'packages/lint/package.json': {name: '@shop/lint', version: '1.0.0'},
  'packages/empty/readme': '',
  'apps/web/package.json': {
    name: '@shop/web',
    dependencies: {'@shop/core': '^1.0.0', react: '^19.0.0', '@shop/web': '*'},
    peerDependencies: {'@shop/lint': '>=1'},
  },
  'apps/old/package.json': {name: '@shop/old'},
  'package-lock.json': {},
};

test('finds npm workspaces and what they depend on', () => {
  expect(membersIn(temporaryProject(shop))).toMatchInlineSnapshot(`
    {
      "files": [
        "package.json",
        "packages/core/package.json",
        "packages/lint/package.json",
        "apps/web/package.json",
      ],
      "members": [
        "// . -> @shop/lint @package.json:1",
        "@shop/web apps/web -> @shop/core @shop/lint @apps/web/package.json:1",
        "@shop/core packages/core -> none @packages/core/package.json:1",
        "@shop/lint packages/lint -> none @packages/lint/package.json:1",
      ],
      "packageManager": "npm",
      "said": [],
    }
  `);
});

test('links the ranges that a package manager links', () => {
  const dependent = (range: string, name = 'core') => ({name: 'web', dependencies: {[name]: range}});
  const linked = (range: string, name?: string) => {
    const root = temporaryProject({
      'package.json': {name: 'top', workspaces: {packages: ['*']}},
      'core/package.json': {name: 'core', version: '2.1.0'},
      'web/package.json': dependent(range, name),
    });
    return membersIn(root).members[2]?.includes('-> core');
  };
  const yes = [
    '*',
    '',
    '2.1.0',
    '^2.0.0',
    '>=1',
    'workspace:*',
    'workspace:^',
    'workspace:../core',
    'file:../core',
    'link:../core/',
    'portal:../core',
    'latest',
    'catalog:',
  ];
  for (const range of yes) expect(linked(range), range).toBe(true);
  for (const range of [
    '^1.0.0',
    '3.x',
    'npm:core@2',
    'https://example.org/core.tgz',
    'git+ssh://x/y',
    'owner/core',
    'file:../elsewhere',
  ]) {
    expect(linked(range), range).toBe(false);
  }
  expect(linked('workspace:core@*', 'alias')).toBe(true);
  expect(linked('link:../core', 'other-name')).toBe(true);
});

test('reads pnpm-workspace.yaml when package.json names no workspaces', () => {
  const root = temporaryProject({
    'package.json': {name: 'top', packageManager: 'pnpm@9.1.0+sha512.aa'},
    'pnpm-workspace.yaml': 'packages:\n  - "libs/**"\n  - "!**/test/**"\n',
    'libs/a/package.json': {name: 'a', dependencies: {b: 'workspace:*'}},
    'libs/deep/b/package.json': {name: 'b'},
    'libs/a/test/fixture/package.json': {name: 'fixture'},
    'libs/a/node_modules/c/package.json': {name: 'c'},
  });
  expect(membersIn(root)).toMatchInlineSnapshot(`
    {
      "files": [
        "package.json",
        "pnpm-workspace.yaml",
        "libs/a/package.json",
        "libs/deep/b/package.json",
      ],
      "members": [
        "// . -> none @package.json:1",
        "a libs/a -> b @libs/a/package.json:1",
        "b libs/deep/b -> none @libs/deep/b/package.json:1",
      ],
      "packageManager": "pnpm",
      "said": [],
    }
  `);
});

test('takes the folders and names that a make.toml declares', () => {
  const root = temporaryProject({
    'package.json': {name: 'top', workspaces: ['ignored/*']},
    'ignored/x/package.json': {name: 'x'},
    'apps/web/package.json': {name: '@top/web', dependencies: {'@top/lib': '*'}},
    'libs/lib/package.json': {name: '@top/lib'},
    'libs/plain/readme': '',
    'tools/plain/readme': '',
    'tools/other/src/readme': '',
  });
  const declarations = [
    declared('path', '.', 'default'),
    declared('path', 'apps/web/', 'front'),
    declared('path', 'not/yet', 'later'),
    declared('glob', 'libs/*'),
    declared('glob', 'tools/*'),
    declared('glob', 'apps/*'),
    declared('glob', 'also-later'),
    declared('glob', 'none/*'),
  ];
  expect(membersIn(root, declarations)).toMatchInlineSnapshot(`
    {
      "files": [
        "package.json",
        "apps/web/package.json",
        "libs/lib/package.json",
      ],
      "members": [
        "// . -> none @package.json:1",
        "default . -> none @make.toml:3",
        "also-later also-later -> none @make.toml:3",
        "front apps/web -> @top/lib @make.toml:3",
        "@top/lib libs/lib -> none @libs/lib/package.json:1",
        "libs/plain libs/plain -> none @make.toml:3",
        "later not/yet -> none @make.toml:3",
        "other tools/other -> none @make.toml:3",
        "tools/plain tools/plain -> none @make.toml:3",
      ],
      "packageManager": undefined,
      "said": [
        "warning W_NO_MATCH make.toml:3:1 "none/*" matches no folder",
      ],
    }
  `);
});

test('refuses folders outside the root', () => {
  const root = temporaryProject({'in/package.json': {}});
  symlinkSync(temporaryProject({'package.json': {name: 'away'}}), join(root, 'link'));
  mkdirSync(join(root, 'packages'));
  symlinkSync(join(root, 'link'), join(root, 'packages/far'));
  const declarations = [
    declared('path', '../x', 'x'),
    declared('path', 'link', 'linked'),
    declared('path', '/etc', 'etc'),
    declared('glob', '../*'),
    declared('glob', 'packages/*'),
  ];
  expect(membersIn(root, declarations)).toMatchInlineSnapshot(`
    {
      "files": [],
      "members": [
        "// . -> none @package.json:1",
      ],
      "packageManager": undefined,
      "said": [
        "error E_OUTSIDE_ROOT make.toml:3:1 the workspace folder "../x" lies outside the project root (Move the project root up, or the folder into the root.)",
        "error E_OUTSIDE_ROOT make.toml:3:1 the workspace folder "link" lies outside the project root (Move the project root up, or the folder into the root.)",
        "error E_OUTSIDE_ROOT make.toml:3:1 the workspace folder "/etc" lies outside the project root (Move the project root up, or the folder into the root.)",
        "error E_OUTSIDE_ROOT make.toml:3:1 the workspace folder "../*" lies outside the project root (Move the project root up, or the folder into the root.)",
        "error E_OUTSIDE_ROOT make.toml:3:1 the workspace folder "packages/far" lies outside the project root (Move the project root up, or the folder into the root.)",
      ],
    }
  `);
});

test('reports what is wrong with a package.json, with its place, and goes on', () => {
  const root = temporaryProject({
    'package.json': '{\n  "name": "top",\n  "workspaces": ["*", "gone/*"],\n  "scripts": {"a": 1}\n}',
    'a/package.json': '{\n  "name": "a",\n  "version": "1.0.0"\n  "scripts": {}\n}',
    'b/package.json': '[]',
    'c/package.json': {name: 'same', scripts: 'no'},
    'd/package.json': {name: 'same', dependencies: []},
    'e/package.json': '',
    'f/package.json': '\ufeff{"name": 7}',
  });
  expect(membersIn(root)).toMatchInlineSnapshot(`
    {
      "files": [
        "package.json",
        "a/package.json",
        "b/package.json",
        "c/package.json",
        "d/package.json",
        "e/package.json",
        "f/package.json",
      ],
      "members": [
        "// . -> none @package.json:1",
        "a a -> none @a/package.json:1",
        "b b -> none @b/package.json:1",
        "same c -> none @c/package.json:1",
        "e e -> none @e/package.json:1",
        "f f -> none @f/package.json:1",
      ],
      "packageManager": undefined,
      "said": [
        "error E_TYPE package.json:4:3 "scripts" must be an object of texts ("a" is none)",
        "error E_JSON a/package.json:4:3 this is not JSON: expected "," or "}" but found "scripts"",
        "error E_JSON b/package.json:1:1 a package.json must hold an object, "{ ... }"",
        "error E_TYPE c/package.json:3:3 "scripts" must be an object",
        "error E_TYPE d/package.json:3:3 "dependencies" must be an object",
        "error E_JSON e/package.json:1:1 this is not JSON: expected a value but found the end of the file",
        "error E_TYPE f/package.json:1:2 "name" must be a text",
        "warning W_NO_MATCH package.json:3:23 "gone/*" matches no folder with a package.json",
        "error E_DUPLICATE_WORKSPACE d/package.json:1:1 two workspaces are called "same": c/package.json:1 and d/package.json:1 (Give one of them another name.)",
      ],
    }
  `);
});

test('finds the members of a Cargo workspace, path dependencies among them', () => {
  const root = temporaryProject({
    'Cargo.toml':
      '[workspace]\nmembers = ["crates/*"]\nexclude = ["crates/out"]\n[workspace.dependencies]\nutil = {path = "crates/util"}\n[package]\nname = "top"\n[dependencies]\nextra = {path = "extra"}\n',
    'crates/app/Cargo.toml':
      '[package]\nname = "app"\n[dependencies]\nutil.workspace = true\nserde = "1"\n[target."cfg(unix)".dependencies]\nextra = {path = "../../extra"}\n',
    'crates/util/Cargo.toml': '[package]\nname = "util"\n[dev-dependencies]\nhidden = {path = "../../more/hidden"}\n',
    'crates/out/Cargo.toml': '[package]\nname = "out"\n',
    'extra/Cargo.toml': '[package]\nname = "extra"\n',
    'more/hidden/Cargo.toml': '[package]\nname = "hidden"\nversion =\n',
  });
  expect(membersIn(root, [], {cargo: true})).toMatchInlineSnapshot(`
    {
      "files": [
        "Cargo.toml",
        "crates/app/Cargo.toml",
        "crates/util/Cargo.toml",
        "extra/Cargo.toml",
        "more/hidden/Cargo.toml",
      ],
      "members": [
        "// . -> extra @Cargo.toml:1",
        "app crates/app -> util extra @crates/app/Cargo.toml:1",
        "util crates/util -> hidden @crates/util/Cargo.toml:1",
        "extra extra -> none @extra/Cargo.toml:1",
        "hidden more/hidden -> none @more/hidden/Cargo.toml:1",
      ],
      "packageManager": undefined,
      "said": [
        "error E_TOML more/hidden/Cargo.toml:3:10 this is not TOML: expected a value: text in quotes, a number, true, false, a list or a table",
      ],
    }
  `);
  expect(membersIn(root).members).toHaveLength(1);
});

test('names the package manager', () => {
  const manager = (files: Record<string, string | object>) => membersIn(temporaryProject(files)).packageManager;
  expect(manager({'package.json': {packageManager: 'yarn@4.0.0'}, 'package-lock.json': ''})).toBe('yarn');
  expect(manager({'package.json': {devEngines: {packageManager: {name: 'pnpm'}}}})).toBe('pnpm');
  expect(manager({'package.json': {}, 'bun.lock': ''})).toBe('bun');
  expect(manager({'package.json': {}, 'pnpm-lock.yaml': ''})).toBe('pnpm');
  expect(manager({})).toBe(undefined);
});
