import {execFileSync, spawnSync} from 'node:child_process';
import {mkdirSync, realpathSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {project, workspace} from '../../test/support/project.ts';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import type {PackageManifest} from '../project/project.ts';
import {npmVariables} from './npm-environment.ts';

const hasNpm = spawnSync('npm', ['--version']).status === 0;

/** What scripts may rely on; the rest of npm's variables are its own settings. */
const PROMISED = /^(npm_package_.*|npm_lifecycle_event|npm_lifecycle_script|npm_node_execpath|NODE|INIT_CWD)$/;

function promised(
  variables: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => PROMISED.test(name)));
}

/** The environment that the real `npm run` gives to a script, and the one that we do. */
function both(manifest: Omit<PackageManifest, 'scripts'>): readonly [npm: unknown, ours: unknown] {
  const root = realpathSync(temporaryFolder());
  const folder = join(root, 'packages', 'web');
  mkdirSync(folder, {recursive: true});
  const scripts = {'build:all': 'tsc && echo "$HOME"'};
  writeFileSync(join(folder, 'package.json'), JSON.stringify({...manifest, scripts}));
  const shell = join(root, 'shell');
  writeFileSync(shell, `#!${process.execPath}\nconsole.log(JSON.stringify(process.env))\n`, {mode: 0o700});
  const env = {PATH: process.env.PATH ?? '', HOME: root};
  const output = execFileSync('npm', ['run', '--silent', `--script-shell=${shell}`, 'build:all'], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  const web = workspace('web', [], {manifest: {...manifest, scripts}});
  const ours = npmVariables(project([], [web], {root}), web, 'build:all', scripts['build:all'], {
    ...env,
    INIT_CWD: folder,
  });
  const node = {NODE: expect.any(String), npm_node_execpath: expect.any(String)};
  return [{...promised(JSON.parse(output) as Record<string, string>), ...node}, promised(ours)];
}

test.runIf(hasNpm).for<Omit<PackageManifest, 'scripts'>>([
  {},
  {name: 'web', version: '1.2.3'},
  {name: '@shop/web', version: '0.1.0', bin: './bin/web.js'},
  {name: 'web', bin: {'web-x': './x.js', '@shop/y': 'lib/../y.js', 'b.c': '/z.js'}},
  {name: 'web', engines: {node: '>=20', npm: '*'}},
  {
    name: 'web',
    config: {
      port: 80,
      'with-dash': 'x',
      on: true,
      off: false,
      none: null,
      nest: {'a.b': [1, 'two', {deep: 'x'}], empty: ''},
      'sp ace': ' y ',
    },
  },
])('gives a script what npm gives it: %j', (manifest) => {
  const [npm, ours] = both(manifest);
  expect(ours).toEqual(npm);
});

test('says which script runs, with what, and for whom', () => {
  const web = workspace('web', []);
  const variables = npmVariables(project([], [web], {packageManager: 'pnpm'}), web, 'test', 'vitest', {});
  expect(variables).toMatchObject({
    npm_lifecycle_event: 'test',
    npm_lifecycle_script: 'vitest',
    npm_command: 'run-script',
  });
  expect(variables.npm_config_user_agent).toMatch(/^pnpm\/\? node\/v\d/);
  expect(variables.INIT_CWD).toBe(process.cwd());
});

test('what npm already said goes on', () => {
  const web = workspace('web', []);
  const said = {INIT_CWD: '/elsewhere', npm_config_user_agent: 'npm/11.0.0'};
  expect(npmVariables(project([], [web]), web, 'test', 'vitest', said)).toMatchObject(said);
});
