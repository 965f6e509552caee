import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {ran, said} from '../rig/cached.ts';
import {Rig} from '../rig/rig.ts';

const make = (outputs: string): string => `
[project]
name = "p"

[lifecycle.lib]
command = "cp src.txt lib/made.txt"
inputs = ["src.txt"]
outputs = ${outputs}
cache = true

[lifecycle.app]
command = "cat lib/* > app.txt"
depends_on = ["lib"]
inputs = ["make.toml"]
outputs = ["app.txt"]
cache = true
`;

async function rigOf(outputs = '["lib/**"]', kept = 'lib/kept.txt'): Promise<Rig> {
  const rig = await Rig.make({
    'make.toml': make(outputs),
    'src.txt': 'one\n',
    [kept]: 'kept\n',
    '.gitignore': 'made.txt\n',
  });
  git(rig, 'init', '--quiet');
  git(rig, 'add', '.');
  return rig;
}

function git(rig: Rig, ...words: readonly string[]): void {
  execFileSync('git', words, {cwd: rig.root});
}

test('a source among the outputs that the task does not write keeps it, and what needs it, from being skipped', async () => {
  const rig = await rigOf();
  const {events} = await rig.events(['app']);
  expect(said(events, 'W_FOREIGN_OUTPUT')).toEqual([
    'The result of lib is not stored: lib/kept.txt lies among its outputs, and it does not write that. Exclude it from `outputs` with "!": then it counts as an input.',
  ]);
  rig.write({'lib/kept.txt': 'edited\n'});
  expect((await rig.events(['app'])).code).toBe(0);
  expect(readFileSync(rig.path('app.txt'), 'utf8')).toBe('edited\none\n');
});

test('excluded it counts as a file that is no output', async () => {
  const rig = await rigOf('["lib/**", "!lib/kept.txt"]');
  expect(await ran(rig, ['lib'])).toEqual(['lib passed']);
  expect(await ran(rig, ['lib'])).toEqual(['lib cached']);
});

test('a source that git begins to track among the outputs is noticed', async () => {
  const rig = await rigOf('["lib/**"]', 'other.txt');
  rig.write({'lib/made.txt': ''});
  expect(await ran(rig, ['app'])).toEqual(['app passed', 'lib passed']);
  expect(await ran(rig, ['app'])).toEqual(['app cached', 'lib cached']);
  rig.write({'lib/kept.txt': 'kept\n'});
  git(rig, 'add', 'lib/kept.txt');
  expect((await rig.events(['app'])).code).toBe(0);
  expect(readFileSync(rig.path('app.txt'), 'utf8')).toBe('kept\none\n');
});

test('a file that only keeps the folder does not count', async () => {
  const rig = await rigOf('["lib/**"]', 'lib/.gitkeep');
  expect(await ran(rig, ['app'])).toEqual(['app passed', 'lib passed']);
  expect(await ran(rig, ['app'])).toEqual(['app cached', 'lib cached']);
});

test('outputs that are kept in git are outputs', async () => {
  const rig = await rigOf('["lib/**"]', 'lib/made.txt');
  git(rig, 'add', '--force', 'lib/made.txt');
  expect(await ran(rig, ['app'])).toEqual(['app passed', 'lib passed']);
  expect(await ran(rig, ['app'])).toEqual(['app cached', 'lib cached']);
});
