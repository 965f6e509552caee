import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {HASHED_NAMES, PASSED_NAMES} from '../../src/cache/environment-names.ts';
import {ran, said} from '../rig/cached.ts';
import {outcomes} from '../rig/events.ts';
import {Rig} from '../rig/rig.ts';

const PRINTS =
  '[lifecycle.build]\ncommand = "env > seen.txt"\ncache = true\noutputs = ["seen.txt"]\ninputs = ["in.txt"]';

/** What the task saw, by name. */
function seen(rig: Rig, path = 'seen.txt'): Readonly<Record<string, string>> {
  const lines = readFileSync(rig.path(path), 'utf8').trimEnd().split('\n');
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

/** A name for each entry of a list of names. */
function examples(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name.replace('*', 'EXAMPLE'), 'value']));
}

test('a cached task sees what is declared and what every task gets, and nothing else', async () => {
  const rig = await Rig.make({'make.toml': `${PRINTS}\nenv = ["API_*", "!API_KEY"]\npass_env = ["TOKEN"]`});
  const {
    PATH: _path,
    HOME: _home,
    TMPDIR: _tmp,
    NODE_OPTIONS: _options,
    ...usual
  } = {
    ...examples(HASHED_NAMES),
    ...examples(PASSED_NAMES),
  };
  const env = {...usual, API_URL: 'url', API_KEY: 'key', TOKEN: 'token', SECRET: 'secret', npm_config_x: '1'};
  await ran(rig, ['build'], {env});
  const variables = seen(rig);
  expect(variables).toMatchObject({...usual, API_URL: 'url', TOKEN: 'token', HOME: rig.env.HOME});
  expect(Object.keys(variables)).not.toContain('SECRET');
  expect(Object.keys(variables)).not.toContain('API_KEY');
  expect(Object.keys(variables)).not.toContain('npm_config_x');
  expect(variables).toMatchObject({PACELINE_TASK: 'build', PACELINE_PHASE: 'build'});
});

test('a task that is not cached sees everything', async () => {
  const rig = await Rig.make({'make.toml': PRINTS.replace('cache = true', 'cache = false')});
  await ran(rig, ['build'], {env: {SECRET: 'secret'}});
  expect(seen(rig)).toMatchObject({SECRET: 'secret'});
});

test('a phase that requires approval is never cached, and sees everything', async () => {
  const rig = await Rig.make({'make.toml': `${PRINTS}\nrequires_approval = true`});
  await ran(rig, ['build', '--approve=build'], {env: {SECRET: 'secret'}});
  expect(seen(rig)).toMatchObject({SECRET: 'secret'});
});

test('an output never holds an old value of a variable that was not declared', async () => {
  const rig = await Rig.make({'make.toml': PRINTS});
  await ran(rig, ['build'], {env: {SECRET: 'one'}});
  expect(await ran(rig, ['build'], {env: {SECRET: 'two'}})).toEqual(['build cached']);
  expect(readFileSync(rig.path('seen.txt'), 'utf8')).not.toContain('one');
});

test.for(HASHED_NAMES)('%s is in the key', async (pattern) => {
  const name = pattern.replace('*', 'EXAMPLE');
  const rig = await Rig.make({'make.toml': PRINTS});
  const value = name === 'NODE_OPTIONS' ? '--no-warnings' : 'value';
  await ran(rig, ['build'], {env: {[name]: ''}});
  expect(await ran(rig, ['build'], {env: {[name]: value}})).toEqual(['build passed']);
});

test('what every task gets is not in the key', async () => {
  const rig = await Rig.make({'make.toml': PRINTS});
  await ran(rig, ['build']);
  const {PATH: _path, HOME: _home, TMPDIR: _tmp, ...env} = examples(PASSED_NAMES);
  // where results are kept
  const {XDG_EXAMPLE, ...rest} = env;
  expect(XDG_EXAMPLE).toBe('value');
  expect(await ran(rig, ['build'], {env: rest})).toEqual(['build cached']);
  expect(await ran(rig, ['build'], {env: {XDG_DATA_HOME: '/x'}})).toEqual(['build cached']);
});

test('turbo.json: strict by default; loose when it says so', async () => {
  const files = (more: object): Record<string, string> => ({
    'package.json': JSON.stringify({name: 'root', workspaces: ['packages/*'], packageManager: 'npm@11.0.0'}),
    'turbo.json': JSON.stringify({...more, tasks: {build: {outputs: ['seen.txt']}}}),
    'packages/lib/package.json': JSON.stringify({name: 'lib', scripts: {build: 'env > seen.txt'}}),
  });
  const env = {SECRET: 'secret'};
  const strict = await Rig.make(files({}));
  await ran(strict, ['build'], {env});
  expect(Object.keys(seen(strict, 'packages/lib/seen.txt'))).not.toContain('SECRET');
  const loose = await Rig.make(files({envMode: 'loose'}));
  await ran(loose, ['build'], {env});
  expect(seen(loose, 'packages/lib/seen.txt')).toMatchObject(env);
  expect(await ran(loose, ['build'], {env: {SECRET: 'other'}})).toEqual(['lib#build cached']);
});

test('turbo.json: globalEnv counts for every task, globalPassThroughEnv for none', async () => {
  const rig = await Rig.make({
    'package.json': JSON.stringify({name: 'root', workspaces: ['packages/*'], packageManager: 'npm@11.0.0'}),
    'turbo.json': JSON.stringify({
      globalEnv: ['STAGE'],
      globalPassThroughEnv: ['TOKEN'],
      tasks: {build: {outputs: ['seen.txt']}},
    }),
    'packages/lib/package.json': JSON.stringify({name: 'lib', scripts: {build: 'env > seen.txt'}}),
  });
  await ran(rig, ['build'], {env: {STAGE: '1', TOKEN: '1'}});
  expect(seen(rig, 'packages/lib/seen.txt')).toMatchObject({STAGE: '1', TOKEN: '1'});
  expect(await ran(rig, ['build'], {env: {STAGE: '1', TOKEN: '2'}})).toEqual(['lib#build cached']);
  expect(await ran(rig, ['build'], {env: {STAGE: '2', TOKEN: '2'}})).toEqual(['lib#build passed']);
});

test('a variable that the command uses and does not get is told of', async () => {
  const rig = await Rig.make({
    'make.toml':
      '[lifecycle.build]\ncommand = "echo $API_URL ${OTHER} $UNSET $DECLARED > out.txt"\ncache = true\noutputs = ["out.txt"]\nenv = ["DECLARED"]',
  });
  const env = {API_URL: 'x', OTHER: 'y', DECLARED: 'z', API: 'w'};
  const {events} = await rig.events(['build'], {env});
  const [message, ...more] = said(events, 'W_WITHHELD');
  expect(more).toEqual([]);
  expect(message).toContain('build uses API_URL, OTHER, which are set but not declared');
  expect(message).toContain('Add env = ["API_URL", "OTHER"] (part of the key) or pass_env = ["API_URL", "OTHER"]');
  expect(said((await rig.events(['build'], {env: {DECLARED: 'z'}})).events, 'W_WITHHELD')).toEqual([]);
});

test('a cached task that fails says which variables it mentions and does not get', async () => {
  const rig = await Rig.make({
    'make.toml': '[lifecycle.build]\ncommand = "sh build.sh"\ncache = true\noutputs = []',
    'build.sh': 'test -n "$API_URL" || exit 1',
    'src/a.js': 'process.env.SERVICE_KEY',
    'src/b.js': 'process.env.NOT_SERVICE_TOKEN',
  });
  const env = {API_URL: 'x', SERVICE_KEY: 'y', SERVICE_TOKEN: 'z', ELSE: 'w'};
  const {events} = await rig.events(['build'], {env});
  expect(outcomes(events)).toEqual(['build failed']);
  const [message, ...more] = said(events, 'W_WITHHELD');
  expect(more).toEqual([]);
  expect(message).toContain('build failed. It mentions API_URL, SERVICE_KEY:');
  expect(message).toContain('Add env = ["API_URL", "SERVICE_KEY"] (part of the key)');
  const uncached = await Rig.make({'make.toml': '[lifecycle.build]\ncommand = "test -z $API_URL"'});
  expect(said((await uncached.events(['build'], {env})).events, 'W_WITHHELD')).toEqual([]);
});

/** Files below a folder that contain a text. */
function filesWith(folder: string, text: string): readonly string[] {
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(text));
}

test('values of variables are written nowhere', async () => {
  const rig = await Rig.make({
    'make.toml':
      '[lifecycle.build]\ncommand = "mkdir -p dist && cp in.txt dist/"\ncache = true\noutputs = ["dist/"]\nenv = ["DECLARED"]\npass_env = ["PASSED"]\ncache_key = "{{ env.KEYED }}"\n[lifecycle.test]\ncommand = "true"\ncache = true\ndepends_on = ["build"]\nenv = ["DECLARED"]',
    'in.txt': '1',
  });
  const secrets = ['declared', 'passed', 'keyed', 'withheld'].map((name) => `correct-horse-${name}-battery`);
  const [DECLARED = '', PASSED = '', KEYED = '', WITHHELD = ''] = secrets;
  const env = {DECLARED, PASSED, KEYED, WITHHELD};
  for (const text of ['1', '1', '2', '1']) {
    rig.write({'in.txt': text});
    const {stdout} = await rig.run(['run', 'test', '--why', '--output', 'ndjson'], {env});
    for (const secret of secrets) expect(stdout).not.toContain(secret);
  }
  const other = {...env, DECLARED: `${DECLARED}-2`, KEYED: `${KEYED}-2`};
  expect((await rig.run(['run', 'test', '--why'], {env: other})).stdout).toMatch(/variable DECLARED changed/);
  for (const folder of [rig.path('.paceline'), rig.path('../.cache')])
    for (const secret of secrets) expect(filesWith(folder, secret)).toEqual([]);
  // the search finds what is there
  expect(filesWith(rig.path('.paceline'), 'DECLARED')).not.toEqual([]);
});
