import {existsSync, rmSync} from 'node:fs';
import {expect, test} from 'vitest';
import {Rig} from './rig/rig.ts';

const make = `
[project]
name = "p"

[lifecycle.lib]
command = "cp lib.txt lib.out"
inputs = ["lib.txt"]
outputs = ["lib.out"]
cache = true

[lifecycle.app]
command = "cat lib.out app.txt > app.out"
depends_on = ["lib"]
inputs = ["app.txt"]
outputs = ["app.out"]
env = ["LEVEL"]
cache = true

[lifecycle.free]
command = "true"
`;

const rigOf = (): Promise<Rig> => Rig.make({'make.toml': make, 'lib.txt': 'lib\n', 'app.txt': 'app\n'});

/** Without what changes from run to run. */
function steady(text: string): string {
  return text.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \([^)]*\)/g, 'TIME');
}

async function why(rig: Rig, ...words: string[]): Promise<string> {
  return steady((await rig.run(['why', ...words])).stdout);
}

test('a task that never ran says so, and what has to run before it', async () => {
  const rig = await rigOf();
  expect(await why(rig, 'lib')).toBe('lib would run: it has not run here before.\n');
  expect(await why(rig, 'app')).toContain('app may run: it needs lib, which would run before.\n');
  expect(await why(rig, 'free')).toBe('free always runs: it does not say `cache = true`.\n');
});

test('a hit says what is the same, and what would be restored', async () => {
  const rig = await rigOf();
  await rig.run(['run', 'app']);
  expect(await why(rig, 'app')).toMatchInlineSnapshot(`
    "app need not run: its outputs are in place.
      The same command, 1 file, 2 variables and results of 1 task as for the result of TIME.
    "
  `);
  rmSync(rig.path('app.out'));
  expect(await why(rig, 'app')).toContain('app need not run: 1 output would be restored.\n');
  // it only looks
  expect(existsSync(rig.path('app.out'))).toBe(false);
});

test('a miss names the file, the variable, the command and the dependency, never a hash', async () => {
  const rig = await rigOf();
  await rig.run(['run', 'app']);
  rig.write({'app.txt': 'new\n'});
  const text = steady((await rig.run(['why', 'app'], {env: {LEVEL: 'secret'}})).stdout);
  expect(text).toMatchInlineSnapshot(`
    "app would run: variable LEVEL added, app.txt changed.
      compared with the execution of TIME
      variable LEVEL added
      app.txt changed
    "
  `);
  expect(text).not.toMatch(/[0-9a-f]{12}|secret/);
  rig.write({'lib.txt': 'new\n'});
  expect(await why(rig, 'app')).toContain('It needs lib, which would run before.');
  rig.write({'app.txt': 'app\n', 'lib.txt': 'lib\n', 'make.toml': make.replace('cat lib.out', 'cat  lib.out')});
  expect(await why(rig, 'app')).toMatchInlineSnapshot(`
    "app would run: command changed.
      compared with the execution of TIME
      command changed
        - /bin/sh -c cat lib.out app.txt > app.out
        + /bin/sh -c cat  lib.out app.txt > app.out
    "
  `);
});

test('as JSON', async () => {
  const rig = await rigOf();
  await rig.run(['run', 'app']);
  const rows = JSON.parse((await rig.run(['why', 'app', '--json'])).stdout);
  expect(rows).toMatchObject([{task: 'app', kind: 'hit', missing: 0, now: {needs: {lib: expect.any(String)}}}]);
});

test('run --why tells it of every task', async () => {
  const rig = await rigOf();
  await rig.run(['run', 'app']);
  rig.write({'app.txt': 'new\n'});
  const {stdout} = await rig.run(['run', 'app', '--why']);
  expect(stdout.slice(stdout.indexOf('\nwhy\n'))).toMatchInlineSnapshot(`
    "
    why
    app ran: app.txt changed
    1 task did not run: command, inputs, variables, tools and what they need are those of a stored result.
    "
  `);
});
