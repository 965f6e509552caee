import {expect, test} from 'vitest';
import {finished, outcomes} from './rig/events.ts';
import {Rig} from './rig/rig.ts';

const INDEPENDENT = `
  [lifecycle.fails]
  command = "exec rig fails"
  [lifecycle.behind]
  command = "exec rig behind"
  depends_on = ["fails"]
  [lifecycle.slow]
  command = "exec rig slow"
  [lifecycle.aside]
  command = "exec rig aside"
  depends_on = ["slow"]
  [lifecycle.all]
  commands = []
  depends_on = ["behind", "aside"]
`;

test('--continue=never, the default: what runs is stopped, nothing more starts', async () => {
  const rig = await Rig.make({'make.toml': INDEPENDENT});
  const program = rig.start(['run', 'all', '--jobs', '2', '--output', 'ndjson']);
  const slow = await rig.command('slow').nextInvocation();
  (await rig.command('fails').nextInvocation()).exit(1);
  await slow.gone;
  expect(slow.signals).toEqual(['SIGTERM']);
  expect(await program.ended).toMatchObject({code: 1});
  expect([...outcomes(program.events)].sort()).toEqual([
    'aside blocked',
    'behind blocked',
    'fails failed',
    'slow cancelled',
  ]);
});

test('--continue=independent: what does not need the failed task goes on', async () => {
  const rig = await Rig.make({'make.toml': INDEPENDENT});
  const program = rig.start(['run', 'all', '--jobs', '2', '--continue=independent', '--output', 'ndjson']);
  const slow = await rig.command('slow').nextInvocation();
  (await rig.command('fails').nextInvocation()).exit(1);
  await program.event((event) => event.kind === 'task-finished' && event.task === 'behind');
  slow.exit(0);
  (await rig.command('aside').nextInvocation()).exit(0);
  expect(await program.ended).toMatchObject({code: 1});
  expect(outcomes(program.events)).toEqual(['fails failed', 'behind blocked', 'slow passed', 'aside passed']);
});

test('--continue=always: even what needs the failed task runs', async () => {
  const rig = await Rig.make({'make.toml': INDEPENDENT});
  const program = rig.start(['run', 'all', '--jobs', '2', '--continue=always', '--output', 'ndjson']);
  (await rig.command('fails').nextInvocation()).exit(1);
  for (const name of ['behind', 'slow', 'aside']) (await rig.command(name).nextInvocation()).exit(0);
  expect(await program.ended).toMatchObject({code: 1});
  expect([...outcomes(program.events)].sort()).toEqual([
    'aside passed',
    'behind passed',
    'fails failed',
    'slow passed',
  ]);
});

test('error_handling and required: a failure that the phase allows does not fail the run', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [phases.warns]
      commands = ["exit 3"]
      error_handling = "warn"
      [phases.ignores]
      commands = ["exit 4"]
      error_handling = "continue"
      [phases.optional]
      commands = ["exit 5"]
      required = false
      [phases.last]
      commands = ["echo last"]
      depends_on = ["warns", "ignores", "optional"]
      [phases.stops]
      commands = ["exit 6"]
      error_handling = "stop"
    `,
  });
  const {code, events} = await rig.events(['last']);
  expect(code).toBe(0);
  expect([...outcomes(events)].sort()).toEqual([
    'ignores tolerated',
    'last passed',
    'optional tolerated',
    'warns tolerated',
  ]);
  expect(finished(events, 'warns').end).toEqual({kind: 'exit', code: 3});
  expect(await rig.run(['run', 'stops'])).toMatchObject({code: 1});
  const {stdout} = await rig.run(['run', 'last']);
  expect(stdout).toMatch(/^! warns .*failed \(exit 3\), which this phase allows$/m);
});

test('a failing task shows its command, its log and how to run it alone', async () => {
  const rig = await Rig.make({
    'package.json': JSON.stringify({workspaces: ['web']}),
    'web/package.json': JSON.stringify({
      name: 'web',
      scripts: {test: 'echo before the end; echo on stderr >&2; exit 7'},
    }),
  });
  for (const logs of ['all', 'none', 'failed']) {
    const {code, stdout} = await rig.run(['run', 'test', `--logs=${logs}`]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✗ web#test exit 7$/m);
    expect(stdout).toContain('$ echo before the end; echo on stderr >&2; exit 7\n');
    expect(stdout).toMatch(/^ *before the end\n *on stderr$/m);
    expect(stdout).toContain('run it alone: paceline run web#test --only\n');
  }
});

test('the log of a task that passed is shown only where all logs are', async () => {
  const rig = await Rig.make({'make.toml': '[lifecycle.talks]\ncommand = "echo said-$((40 + 2))"'});
  expect((await rig.run(['run', 'talks'])).stdout).toContain('said-42');
  expect((await rig.run(['run', 'talks', '--logs=failed'])).stdout).not.toContain('said-42');
  expect((await rig.run(['run', 'talks', '--logs=none'])).stdout).not.toContain('said-42');
});

test('the command that runs a task alone runs that task and no other', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [workspace]
      members = ["web", "lib"]
      [env.production]
      STAGE = "production"
      [lifecycle.test]
      command = "test $STAGE = 1"
      [lifecycle._check]
      private = true
      command = "exit 7"
      workspaces = ["."]
      [lifecycle.release]
      command = "true"
      depends_on = ["_check", "//#test"]
      workspaces = ["."]
      [hooks]
      on_error = "exit 3"
    `,
    'web/package.json': '{"name":"web"}',
    'lib/package.json': '{"name":"lib"}',
  });
  const {stdout} = await rig.run(['run', 'release', '--env', 'production', '--continue=independent']);
  const commands = [...stdout.matchAll(/run it alone: paceline (.*)$/gm)].map(([, words = '']) => words.split(' '));
  // the line of a hook has no name
  expect(commands.map((words) => words.join(' ')).sort()).toEqual([
    'run //#_check --only --env production',
    'run //#test --only --env production',
  ]);
  for (const [, name = '', ...words] of commands) {
    const {code, events} = await rig.events([name, ...words]);
    expect(code).toBe(1);
    expect(outcomes(events)).toEqual([`${name.replace('//#', '')} failed`]);
  }
});
