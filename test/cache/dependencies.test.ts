import {readFileSync, rmSync} from 'node:fs';
import {expect, test} from 'vitest';
import {ran, reasons} from '../rig/cached.ts';
import {type Files, Rig} from '../rig/rig.ts';

/** Phases a, b and c, each after the one before; what they do is what tests differ in. */
function chain(a: string, b: string, c: string, more = ''): Files {
  const phase = (name: string, command: string, needs: string, lines = ''): string => `
    [lifecycle.${name}]
    command = "mkdir -p ${name} && ${command}"
    cache = true
    inputs = ["${name}.txt"]
    outputs = ["${name}/"]
    ${needs}
    ${lines}
  `;
  return {
    'make.toml': phase('a', a, '') + phase('b', b, 'depends_on = ["a"]') + phase('c', c, 'depends_on = ["b"]', more),
    'a.txt': '1',
    'b.txt': '1',
    'c.txt': '1',
  };
}

const COPY = chain('cp a.txt a/x', 'cat a/x b.txt > b/x', 'cat b/x c.txt > c/x');

const ALL_CACHED = ['a cached', 'b cached', 'c cached'];
const ALL_RAN = ['a passed', 'b passed', 'c passed'];

test('a changed output makes what needs it run', async () => {
  const rig = await Rig.make(COPY);
  expect(await ran(rig, ['c'])).toEqual(ALL_RAN);
  expect(await ran(rig, ['c'])).toEqual(ALL_CACHED);
  rig.write({'a.txt': '2'});
  const {events} = await rig.events(['c']);
  expect(reasons(events)).toEqual({
    a: 'a.txt changed',
    b: 'result of a changed',
    c: 'result of a changed, result of b changed',
  });
  expect(readFileSync(rig.path('c/x'), 'utf8')).toBe('211');
  rig.write({'a.txt': '1'});
  expect(await ran(rig, ['c'])).toEqual(ALL_CACHED);
  expect(readFileSync(rig.path('c/x'), 'utf8')).toBe('111');
});

test('a task that ran and left what it left before cuts off what follows', async () => {
  const rig = await Rig.make(chain('wc -c < a.txt > a/x', 'cp a/x b/x', 'cp b/x c/x'));
  await ran(rig, ['c']);
  rig.write({'a.txt': '2'});
  expect(await ran(rig, ['c'])).toEqual(['a passed', 'b cached', 'c cached']);
  expect(await ran(rig, ['c'])).toEqual(ALL_CACHED);
  rig.write({'a.txt': '1'});
  expect(await ran(rig, ['c'])).toEqual(ALL_CACHED);
});

test('a task that always runs cuts off what follows, too', async () => {
  const rig = await Rig.make({
    'make.toml': chain('cp a.txt a/x', 'cp a/x b/x', 'cp b/x c/x')['make.toml']!.replace(
      'cache = true',
      'cache = false',
    ),
    'a.txt': '1',
    'b.txt': '1',
    'c.txt': '1',
  });
  await ran(rig, ['c']);
  expect(await ran(rig, ['c'])).toEqual(['a passed', 'b cached', 'c cached']);
  rig.write({'a.txt': '2'});
  expect(await ran(rig, ['c'])).toEqual(ALL_RAN);
});

/** c reads what a left, and b leaves the same whatever a did. */
const THROUGH = ['cp a.txt a/x', 'echo same > b/x', 'cat a/x > c/x'] as const;

test('results of everything below count: b is as before, and c reads what a left', async () => {
  const rig = await Rig.make(chain(...THROUGH));
  await ran(rig, ['c']);
  rig.write({'a.txt': '2'});
  expect(await ran(rig, ['c'])).toEqual(ALL_RAN);
  expect(readFileSync(rig.path('c/x'), 'utf8')).toBe('2');
});

test('the same from the store', async () => {
  const rig = await Rig.make(chain(...THROUGH));
  await ran(rig, ['c']);
  rig.write({'a.txt': '2'});
  expect(await ran(rig, ['c'])).toEqual(ALL_RAN);
  rig.write({'a.txt': '1'});
  expect(await ran(rig, ['c'])).toEqual(ALL_CACHED);
  expect(readFileSync(rig.path('c/x'), 'utf8')).toBe('1');
  for (const folder of ['a', 'b', 'c', '.paceline']) rmSync(rig.path(folder), {recursive: true});
  rig.write({'a.txt': '2'});
  expect(await ran(rig, ['c'])).toEqual(ALL_CACHED);
  expect(readFileSync(rig.path('c/x'), 'utf8')).toBe('2');
});

test('closure = "direct": only results of direct needs count', async () => {
  const rig = await Rig.make(chain(THROUGH[0], THROUGH[1], 'cat b/x > c/x', 'closure = "direct"'));
  await ran(rig, ['c']);
  rig.write({'a.txt': '2'});
  expect(await ran(rig, ['c'])).toEqual(['a passed', 'b passed', 'c cached']);
  expect(await ran(rig, ['c'])).toEqual(ALL_CACHED);
});

test('a task that needs one with closure = "direct" has everything below it', async () => {
  const text = chain(...THROUGH)['make.toml']!.replace('depends_on = ["b"]', 'depends_on = ["b"]\nclosure = "direct"');
  const rig = await Rig.make({
    ...chain(...THROUGH),
    'make.toml': `${text}
      [lifecycle.d]
      command = "mkdir -p d && cp a/x d/x"
      cache = true
      inputs = []
      outputs = ["d/"]
      depends_on = ["c"]
    `,
  });
  await ran(rig, ['d']);
  rig.write({'a.txt': '2'});
  expect(await ran(rig, ['d'])).toEqual(['a passed', 'b passed', 'c cached', 'd passed']);
  expect(readFileSync(rig.path('d/x'), 'utf8')).toBe('2');
});

test('a dependency that does not say its outputs stands for what it is made of', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.a]
      command = "echo \${LEVEL:-}"
      cache = true
      inputs = ["a.txt"]
      env = ["LEVEL"]
      [lifecycle.b]
      command = "mkdir -p b && cp b.txt b/x"
      cache = true
      inputs = ["b.txt"]
      outputs = ["b/"]
      depends_on = ["a"]
      [lifecycle.c]
      command = "mkdir -p c && cp c.txt c/x"
      cache = true
      inputs = ["c.txt"]
      outputs = ["c/"]
      depends_on = ["b"]
    `,
    'a.txt': '1',
    'b.txt': '1',
    'c.txt': '1',
  });
  expect(await ran(rig, ['c'])).toEqual(ALL_RAN);
  expect(await ran(rig, ['c'])).toEqual(ALL_CACHED);
  rig.write({'a.txt': '2'});
  expect(reasons((await rig.events(['c'])).events)).toEqual({
    a: 'a.txt changed',
    b: 'result of a changed',
    c: 'result of a changed',
  });
  expect(await ran(rig, ['c'], {env: {LEVEL: '1'}})).toEqual(ALL_RAN);
  // that of `a` is kept for one state of the checkout only
  expect(await ran(rig, ['c'])).toEqual(['a passed', 'b cached', 'c cached']);
});

test('whether a dependency without outputs was skipped counts', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.a]
      command = "echo done > /dev/null"
      condition = {env_set = ["WITH_A"]}
      [lifecycle.b]
      command = "true"
      cache = true
      inputs = ["b.txt"]
      outputs = []
      depends_on = ["a"]
    `,
    'b.txt': '1',
  });
  const env = {WITH_A: '1'};
  expect(await ran(rig, ['b'])).toEqual(['a skipped', 'b passed']);
  expect(await ran(rig, ['b'])).toEqual(['a skipped', 'b cached']);
  expect(await ran(rig, ['b'], {env})).toEqual(['a passed', 'b passed']);
  expect(await ran(rig, ['b'], {env})).toEqual(['a passed', 'b cached']);
  expect(await ran(rig, ['b'])).toEqual(['a skipped', 'b cached']);
});

test('what only comes earlier does not count', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.a]
      command = "mkdir -p a && cp a.txt a/x"
      cache = true
      inputs = ["a.txt"]
      outputs = ["a/"]
      [lifecycle.b]
      command = "true"
      cache = true
      inputs = ["b.txt"]
      outputs = []
      [pipelines]
      all = ["a", "b"]
    `,
    'a.txt': '1',
    'b.txt': '1',
  });
  await ran(rig, ['all']);
  rig.write({'a.txt': '2'});
  expect(await ran(rig, ['all'])).toEqual(['a passed', 'b cached']);
});

test('what a task that is not cached wrote into the folder is seen by the next one', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.a]
      command = "cp a.txt generated.txt"
      [lifecycle.b]
      command = "mkdir -p dist && cp generated.txt dist/x"
      cache = true
      inputs = ["generated.txt"]
      outputs = ["dist/"]
      depends_on = ["a"]
    `,
    'a.txt': '1',
  });
  await ran(rig, ['b']);
  rig.write({'a.txt': '2'});
  expect(await ran(rig, ['b'])).toEqual(['a passed', 'b passed']);
  expect(readFileSync(rig.path('dist/x'), 'utf8')).toBe('2');
});

test('members: what a package needs from another counts through `^build`', async () => {
  const member = (name: string, needs: readonly string[]): Files => ({
    [`packages/${name}/package.json`]: JSON.stringify({
      name,
      version: '1.0.0',
      dependencies: Object.fromEntries(needs.map((need) => [need, '1.0.0'])),
    }),
    [`packages/${name}/in.txt`]: '1',
  });
  const rig = await Rig.make({
    'package.json': JSON.stringify({name: 'root', workspaces: ['packages/*']}),
    'make.toml': `
      [lifecycle.build]
      command = "mkdir -p dist && cp in.txt dist/x"
      cache = true
      outputs = ["dist/"]
      depends_on = ["^build"]
    `,
    ...member('lib', []),
    ...member('app', ['lib']),
    ...member('other', []),
  });
  await ran(rig, ['build']);
  rig.write({'packages/lib/in.txt': '2'});
  expect(await ran(rig, ['build'])).toEqual(['app#build passed', 'lib#build passed', 'other#build cached']);
});
