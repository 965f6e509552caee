import {expect, test} from 'vitest';
import {finished} from './rig/events.ts';
import {Rig} from './rig/rig.ts';

test('a phase is tried again, ever later, and a pass on retry is flaky', async () => {
  const rig = await Rig.make({
    'make.toml': '[lifecycle.test]\ncommand = "exec rig test"\nretries = 3\nretry_delay = "10ms"',
  });
  const program = rig.start(['run', 'test', '--output', 'ndjson']);
  for (const code of [1, 1, 0]) (await rig.command('test').nextInvocation()).exit(code);
  expect(await program.ended).toMatchObject({code: 0});
  expect(program.events.filter((event) => event.kind === 'task-retrying')).toMatchObject([
    {attempt: 1, delayMs: 10, end: {kind: 'exit', code: 1}},
    {attempt: 2, delayMs: 20},
  ]);
  expect(finished(program.events, 'test')).toMatchObject({status: 'passed', attempts: 3, flaky: true});
  const run = await rig.recorded();
  expect(run.tasks).toMatchObject([{task: 'test', status: 'passed', attempts: 3, flaky: true}]);
  expect(run.spans.filter(({kind}) => kind === 'attempt').map(({ok}) => ok)).toEqual([false, false, true]);
});

test('a flaky phase is reported so', async () => {
  const rig = await Rig.make({
    'make.toml': '[lifecycle.test]\ncommand = "test -e mark || { touch mark; echo first; exit 1; }"\nretries = 1',
  });
  const {code, stdout} = await rig.run(['run', 'test']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^~ test .*flaky: passed at attempt 2$/m);
  expect(stdout).toContain('1 task (1 flaky)');
  expect(stdout).toContain('test: attempt 1 failed');
  expect(stdout).toContain('first\n');
});

test('the last failure counts when no attempt passes', async () => {
  const rig = await Rig.make({'make.toml': '[lifecycle.test]\ncommand = "exec rig test"\nretries = 1'});
  const program = rig.start(['run', 'test', '--output', 'ndjson']);
  (await rig.command('test').nextInvocation()).exit(3);
  (await rig.command('test').nextInvocation()).exit(4);
  expect(await program.ended).toMatchObject({code: 1});
  expect(finished(program.events, 'test')).toMatchObject({
    status: 'failed',
    attempts: 2,
    flaky: false,
    end: {kind: 'exit', code: 4},
  });
});

test('a phase that requires approval is never tried again', async () => {
  const rig = await Rig.make({
    'make.toml': '[lifecycle.deploy]\ncommand = "exec rig deploy"\nrequires_approval = true\nretries = 5',
  });
  const program = rig.start(['run', 'deploy', '--approve=deploy', '--output', 'ndjson']);
  (await rig.command('deploy').nextInvocation()).exit(1);
  expect(await program.ended).toMatchObject({code: 1});
  expect(rig.command('deploy').count).toBe(1);
});

test('[execution] retries hold for phases that do not say', async () => {
  const rig = await Rig.make({
    'make.toml':
      '[execution]\nretry_attempts = 1\nretry_delay_seconds = 0\n[lifecycle.one]\ncommand = "exec rig one"\n[lifecycle.two]\ncommand = "exec rig two"\nretries = 0',
  });
  const program = rig.start(['run', 'one', 'two', '--continue=always', '--output', 'ndjson']);
  (await rig.command('two').nextInvocation()).exit(1);
  (await rig.command('one').nextInvocation()).exit(1);
  (await rig.command('one').nextInvocation()).exit(0);
  expect(await program.ended).toMatchObject({code: 1});
  expect(rig.command('two').count).toBe(1);
});
