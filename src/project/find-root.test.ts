import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {findRoot} from './find-root.ts';
import {temporaryProject} from './temporary-project.ts';

const phase = '[lifecycle.build]\ncommand = "b"\n';
const marker = {type: 'module'};
const scripts = {scripts: {build: 'b'}};

test.each([
  ['the folder itself', {'make.toml': phase}, '', ''],
  ['a folder above', {'make.toml': phase, 'a/b/x': ''}, 'a/b', ''],
  ['turbo.json', {'turbo.json': {}, 'a/x': ''}, 'a', ''],
  ['package.json with scripts', {'package.json': scripts, 'a/package.json': marker}, 'a', ''],
  [
    'a member of package.json workspaces',
    {
      'package.json': {workspaces: ['apps/*']},
      'apps/web/package.json': scripts,
      'apps/web/make.toml': phase,
      'apps/web/src/x': '',
    },
    'apps/web/src',
    '',
  ],
  [
    'a member of pnpm-workspace.yaml',
    {'pnpm-workspace.yaml': 'packages:\n  - "apps/**"\n', 'apps/web/ui/package.json': scripts},
    'apps/web/ui',
    '',
  ],
  [
    'a member that make.toml names',
    {'make.toml': `${phase}[workspace.api]\npath = "./services/api/"\n`, 'services/api/make.toml': phase},
    'services/api',
    '',
  ],
  [
    'a member that make.toml lists',
    {'make.toml': `${phase}[workspace]\nmembers = ["services/{api,web}"]\n`, 'services/api/make.toml': phase},
    'services/api',
    '',
  ],
  [
    'a crate',
    {
      'Makefile.toml': '[tasks.a]\nscript = "a"\n',
      'Cargo.toml': '[workspace]\nmembers = ["crates/*"]\n',
      'crates/core/Makefile.toml': '[tasks.b]\nscript = "b"\n',
    },
    'crates/core',
    '',
  ],
  [
    'not a folder that is excluded',
    {'package.json': {workspaces: ['apps/*', '!apps/old']}, 'apps/old/package.json': scripts},
    'apps/old',
    'apps/old',
  ],
  [
    'not a folder that nobody lists',
    {'make.toml': phase, 'vendor/tool/make.toml': phase},
    'vendor/tool',
    'vendor/tool',
  ],
  [
    'not below a config that is broken',
    {'make.toml': '[workspace\n', 'apps/web/make.toml': phase},
    'apps/web',
    'apps/web',
  ],
  [
    'the root of the root',
    {
      'package.json': {workspaces: ['groups/*']},
      'groups/one/package.json': {workspaces: ['apps/*']},
      'groups/one/apps/web/package.json': scripts,
    },
    'groups/one/apps/web',
    '',
  ],
])('%s', (_, files: Record<string, string | object>, from, root) => {
  const folder = temporaryProject(files);
  mkdirSync(join(folder, from), {recursive: true});
  expect(findRoot(join(folder, from))).toBe(join(folder, root));
});

test('nothing', () => {
  expect(findRoot(temporaryProject({'package.json': marker}))).toBeUndefined();
});
