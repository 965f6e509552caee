import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {ran, reasons} from '../rig/cached.ts';
import {finished, outcomes} from '../rig/events.ts';
import {Rig} from '../rig/rig.ts';

const CACHED = 'command = "mkdir -p dist && cp in.txt dist/out.txt && echo copied"\ncache = true\noutputs = ["dist/"]';

test('a phase that says `cache = true` is skipped when nothing changed', async () => {
  const rig = await Rig.make({'make.toml': `[lifecycle.build]\n${CACHED}`, 'in.txt': '1'});
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
});

test.for([
  ['nothing said, although there are outputs', CACHED.replace('cache = true\n', '')],
  ['`cache = false`', CACHED.replace('cache = true', 'cache = false')],
])('a phase always runs with %s', async ([, text]) => {
  const rig = await Rig.make({'make.toml': `[lifecycle.build]\n${text}`, 'in.txt': '1'});
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
});

test('a phase that requires approval always runs', async () => {
  const rig = await Rig.make({
    'make.toml': `[lifecycle.deploy]\n${CACHED}\nrequires_approval = true`,
    'in.txt': '1',
  });
  const words = ['deploy', '--approve=deploy'];
  expect(await ran(rig, words)).toEqual(['deploy passed']);
  expect(await ran(rig, words)).toEqual(['deploy passed']);
});

test('a persistent phase always runs', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.server]
      command = "echo started; exec rig server"
      cache = true
      outputs = []
      persistent = true
      ready_when = {log = "started"}
      [lifecycle.test]
      command = "true"
      depends_on = ["server"]
    `,
  });
  for (const _ of [1, 2]) {
    const ending = await rig.events(['test']);
    expect(outcomes(ending.events)).toEqual(['test passed', 'server stopped']);
  }
});

test('[cache] enabled = false skips nothing', async () => {
  const rig = await Rig.make({
    'make.toml': `[cache]\nenabled = false\n[lifecycle.build]\n${CACHED}`,
    'in.txt': '1',
  });
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
});

test('turbo.json: tasks are cached unless they say otherwise', async () => {
  const rig = await Rig.make({
    'package.json': JSON.stringify({name: 'root', workspaces: ['packages/*'], packageManager: 'npm@11.0.0'}),
    '.gitignore': 'dist',
    'turbo.json': JSON.stringify({
      tasks: {build: {outputs: ['dist/**']}, lint: {}, test: {cache: false}},
    }),
    'packages/lib/package.json': JSON.stringify({
      name: 'lib',
      scripts: {build: 'mkdir -p dist && echo 1 > dist/out.txt', lint: 'true', test: 'true'},
    }),
  });
  await ran(rig, ['build', 'lint', 'test']);
  expect(await ran(rig, ['build', 'lint', 'test'])).toEqual(['lib#build cached', 'lib#lint cached', 'lib#test passed']);
});

test('a failure is never stored', async () => {
  const rig = await Rig.make({
    'make.toml': '[lifecycle.build]\ncommand = "exec rig build"\ncache = true\noutputs = []\npass_env = ["RIG_*"]',
  });
  for (const code of [1, 1, 0]) {
    const program = rig.start(['run', 'build', '--output', 'ndjson']);
    (await rig.command('build').nextInvocation()).exit(code);
    expect(await program.ended).toMatchObject({code});
  }
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
});

test('a failure that is tolerated is not stored either, nor is what needs it', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.lint]
      command = "false"
      cache = true
      outputs = []
      error_handling = "warn"
      [lifecycle.build]
      ${CACHED}
      depends_on = ["lint"]
    `,
    'in.txt': '1',
  });
  for (const _ of [1, 2]) expect(await ran(rig, ['build'])).toEqual(['build passed', 'lint tolerated']);
});

test('a failure does not spoil the earlier result', async () => {
  const rig = await Rig.make({
    'make.toml': `[lifecycle.build]\n${CACHED.replace('mkdir', 'grep -q good in.txt && mkdir')}`,
    'in.txt': 'good',
  });
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  rig.write({'in.txt': 'bad'});
  expect(await rig.events(['build'])).toMatchObject({code: 1});
  rig.write({'in.txt': 'good'});
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
  expect(readFileSync(rig.path('dist/out.txt'), 'utf8')).toBe('good');
});

test('what passed at the second attempt is not stored', async () => {
  const rig = await Rig.make({
    'make.toml':
      '[lifecycle.build]\ncommand = "exec rig build"\nretries = 1\nretry_delay = "1ms"\ncache = true\noutputs = []\npass_env = ["RIG_*"]',
  });
  for (const codes of [[1, 0], [0]]) {
    const program = rig.start(['run', 'build', '--output', 'ndjson']);
    for (const code of codes) (await rig.command('build').nextInvocation()).exit(code);
    expect(await program.ended).toMatchObject({code: 0});
    expect(finished(program.events, 'build')).toMatchObject({status: 'passed', flaky: codes.length > 1});
  }
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
});

test('--force runs everything and stores it', async () => {
  const rig = await Rig.make({'make.toml': `[lifecycle.build]\n${CACHED}`, 'in.txt': '1'});
  expect(await ran(rig, ['build', '--force'])).toEqual(['build passed']);
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
  const forced = await rig.events(['build', '--force']);
  expect(outcomes(forced.events)).toEqual(['build passed']);
  expect(reasons(forced.events)).toEqual({build: 'asked for with --force'});
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
});

test('--no-cache runs everything, stores nothing and says nothing about misses', async () => {
  const rig = await Rig.make({'make.toml': `[lifecycle.build]\n${CACHED}`, 'in.txt': '1'});
  const first = await rig.events(['build', '--no-cache']);
  expect(outcomes(first.events)).toEqual(['build passed']);
  expect(reasons(first.events)).toEqual({});
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  expect(await ran(rig, ['build', '--no-cache'])).toEqual(['build passed']);
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
});

test('--only: a task whose needs were left out runs, and is not stored', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.generate]
      command = "mkdir -p gen && cp in.txt gen/a"
      cache = true
      inputs = ["in.txt"]
      outputs = ["gen/"]
      [lifecycle.build]
      command = "mkdir -p dist && cp gen/a dist/a"
      cache = true
      inputs = []
      outputs = ["dist/"]
      depends_on = ["generate"]
      [lifecycle.pack]
      command = "mkdir -p out && cat gen/a dist/a > out/a"
      cache = true
      inputs = []
      outputs = ["out/"]
      depends_on = ["build"]
    `,
    'in.txt': '1',
    'gen/a': '0',
  });
  for (const _ of [1, 2]) expect(await ran(rig, ['build', '--only'])).toEqual(['build passed']);
  // nor is what needs such a task, however far
  for (const _ of [1, 2]) expect(await ran(rig, ['build', 'pack', '--only'])).toEqual(['build passed', 'pack passed']);
});

test('the log of the execution is shown again', async () => {
  const rig = await Rig.make({
    'make.toml':
      '[lifecycle.build]\ncommand = "echo out; echo err >&2; printf end; dd if=/dev/zero bs=9000 count=1 2>/dev/null | tr \'\\\\0\' x"\ncache = true\noutputs = []',
  });
  const log = async (): Promise<string> => (await rig.run(['run', 'build', '--output', 'grouped'])).stdout;
  const first = await log();
  expect(first).toContain('out\nerr\nend');
  const shown = /out\nerr\nendx{9000}/;
  expect(first).toMatch(shown);
  expect(await log()).toMatch(shown);
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
});

test('a hit is `cached` in the events and in the history, with what it saved', async () => {
  const rig = await Rig.make({'make.toml': `[lifecycle.build]\n${CACHED}`, 'in.txt': '1'});
  await ran(rig, ['build']);
  const {events, stdout} = await rig.events(['build']);
  expect(stdout).toContain('"cached"');
  expect(finished(events, 'build')).toMatchObject({status: 'cached', attempts: 0, reason: 'outputs in place'});
  const run = await rig.recorded();
  expect(run.tasks).toMatchObject([{task: 'build', status: 'cached', attempts: 0}]);
  expect(run.tasks[0]?.savedMs).toBeGreaterThan(0);
  expect((await rig.recorded(1)).tasks).toMatchObject([{task: 'build', status: 'passed'}]);
});
