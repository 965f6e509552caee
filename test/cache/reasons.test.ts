import {execFileSync} from 'node:child_process';
import {rmSync} from 'node:fs';
import {expect, test} from 'vitest';
import {ran, reasons, said} from '../rig/cached.ts';
import {needs} from '../rig/needs.ts';
import {type Files, Rig} from '../rig/rig.ts';

const PROJECT: Files = {
  'make.toml':
    '[lifecycle.build]\ncommand = "mkdir -p dist && cat src/* > dist/out"\ncache = true\noutputs = ["dist/"]\nenv = ["LEVEL"]',
  'src/a': '1',
  'src/b': '1',
};

test('a miss is told with what is different from the nearest earlier result', async () => {
  const rig = await Rig.make(PROJECT);
  expect(reasons((await rig.events(['build'])).events)).toEqual({build: 'it has not run here before'});
  rig.write({'src/a': '2', 'src/b': '2'});
  expect(reasons((await rig.events(['build'])).events)).toEqual({build: 'src/a changed, src/b changed'});
  // one file away from the first result, two from the last
  rig.write({'src/a': '1', 'src/b': '1', 'src/c': '1'});
  expect(reasons((await rig.events(['build'])).events)).toEqual({build: 'src/c added'});
});

test('the first few differences are told at once, and all of them as a list', async () => {
  const rig = await Rig.make(PROJECT);
  await ran(rig, ['build']);
  rig.write({'src/a': '2', 'src/b': '2', 'src/c': '', 'src/d': ''});
  const {events} = await rig.events(['build'], {env: {LEVEL: '1'}});
  expect(events.find((event) => event.kind === 'cache-missed')).toMatchObject({
    reason: 'variable LEVEL added, src/a changed, src/b changed and 2 more',
    differences: ['variable LEVEL added', 'src/a changed', 'src/b changed', 'src/c added', 'src/d added'],
  });
});

test('a result that is gone is told of', async () => {
  const rig = await Rig.make(PROJECT);
  await ran(rig, ['build']);
  rmSync(rig.path('../.cache'), {recursive: true});
  expect(reasons((await rig.events(['build'])).events)).toEqual({
    build: 'its last result was not stored, or is no longer in the cache',
  });
});

test('no reason is a hash', async () => {
  const rig = await Rig.make(PROJECT);
  await ran(rig, ['build']);
  rig.write({'src/a': '2'});
  const {stdout} = await rig.run(['run', 'build', '--why'], {env: {LEVEL: '1', CI: '1'}});
  expect(stdout).toContain('build ran');
  expect(stdout).not.toMatch(/[0-9a-f]{12}/);
});

test('a variable that is different at each run is warned of', async () => {
  const rig = await Rig.make(PROJECT);
  const run = async (LEVEL: string): Promise<readonly string[]> =>
    said((await rig.events(['build'], {env: {LEVEL}})).events, 'W_ALWAYS_MISSES');
  expect(await run('1')).toEqual([]);
  expect(await run('2')).toEqual([]);
  let last: readonly string[] = [];
  for (const level of ['3', '4', '5']) last = await run(level);
  expect(last).toHaveLength(1);
  expect(last[0]).toContain('times in a row for the same reason: variable LEVEL changed.');
  // it was skipped between: that is no habit
  await run('5');
  expect(await run('6')).toEqual([]);
});

test('sources that are edited again and again are not warned of', async (context) => {
  needs(context, 'git');
  const rig = await Rig.make({...PROJECT, '.gitignore': 'dist\n.paceline\n'});
  for (const words of [['init'], ['add', '.']]) execFileSync('git', words, {cwd: rig.root, stdio: 'ignore'});
  for (let count = 1; count <= 6; count++) {
    rig.write({'src/a': String(count)});
    expect(said((await rig.events(['build'])).events, 'W_ALWAYS_MISSES')).toEqual([]);
  }
});
