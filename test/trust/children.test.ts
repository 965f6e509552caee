import {spawn} from 'node:child_process';
import {expect, onTestFinished, test} from 'vitest';
import {finished, notices, outcomes} from '../rig/events.ts';
import {isRunning} from '../rig/processes.ts';
import {endingText} from '../rig/program.ts';
import {Rig} from '../rig/rig.ts';

function project(text: string): Promise<Rig> {
  return Rig.make({'make.toml': `[execution]\ngrace = "100ms"\n${text}`});
}

test('a command that ignores SIGTERM is killed when its time is over', async () => {
  const rig = await project(`
    [lifecycle.build]
    command = "trap '' TERM; while :; do sleep 1000; done"
    timeout = "150ms"
  `);
  const {code, events} = await rig.events(['build']);
  expect(code).toBe(1);
  expect(finished(events, 'build')).toMatchObject({
    status: 'failed',
    end: {kind: 'timeout', limitMs: 150, of: 'phase'},
  });
});

test('the grandchildren of a command that is over its time end too, when the shell between them dies first', async () => {
  const rig = await project(`
    [lifecycle.build]
    command = "(trap '' TERM; while :; do sleep 1000; done) & sleep 1000 & wait"
    timeout = "150ms"
  `);
  const {code, events} = await rig.events(['build']);
  expect(code).toBe(1);
  expect(finished(events, 'build')).toMatchObject({status: 'failed', end: {kind: 'timeout', of: 'phase'}});
  expect(rig.survivors()).toEqual([]);
});

test('what a command leaves in the background is ended with its task, and said', async () => {
  const rig = await project('[lifecycle.build]\ncommand = "rig behind & exec rig build"');
  const program = rig.start(['run', 'build', '--output', 'ndjson']);
  const behind = await rig.command('behind').nextInvocation();
  (await rig.command('build').nextInvocation()).exit(0);
  await behind.gone;
  expect(behind.signals).toEqual(['SIGTERM']);
  expect(await program.ended).toMatchObject({code: 0});
  expect(program.events.filter((event) => event.kind === 'notice')).toMatchObject([
    {code: 'W_LEFTOVER', task: 'build', message: 'build left 1 process running; ended.'},
  ]);
  expect(outcomes(program.events)).toEqual(['build passed']);
});

test('what a command leaves in the background is gone before the next task starts', async () => {
  const rig = await project(
    '[lifecycle.one]\ncommand = "rig behind & exec rig one"\n[lifecycle.two]\ncommand = "exec rig two"\ndepends_on = ["one"]',
  );
  const program = rig.start(['run', 'two']);
  const behind = await rig.command('behind').nextInvocation();
  (await rig.command('one').nextInvocation()).exit(0);
  const two = await rig.command('two').nextInvocation();
  expect(isRunning(behind.pid)).toBe(false);
  two.exit(0);
  expect(await program.ended).toMatchObject({code: 0});
});

test('a daemon that left the session of its task lives as long as the run, and no longer', async () => {
  const rig = await project(
    '[lifecycle.one]\ncommand = "exec rig one"\n[lifecycle.two]\ncommand = "exec rig two"\ndepends_on = ["one"]',
  );
  const program = rig.start(['run', 'two', '--output', 'ndjson']);
  const one = await rig.command('one').nextInvocation();
  // twice: its parent is gone too
  await one.spawn(['between'], {detached: true});
  const between = await rig.command('between').nextInvocation();
  await between.spawn(['daemon'], {detached: true});
  const daemon = await rig.command('daemon').nextInvocation();
  between.exit(0);
  one.exit(0);
  const two = await rig.command('two').nextInvocation();
  expect(isRunning(daemon.pid)).toBe(true);
  two.exit(0);
  await daemon.gone;
  expect(daemon.signals).toEqual(['SIGTERM']);
  expect(await program.ended).toMatchObject({code: 0});
  expect(notices(program.events)).toEqual(['W_LEFTOVER']);
});

test('a daemon that ignores SIGTERM is killed at the end of the run', async () => {
  const rig = await project('[lifecycle.one]\ncommand = "exec rig one"');
  const program = rig.start(['run', 'one']);
  const one = await rig.command('one').nextInvocation();
  await one.spawn(['daemon'], {detached: true});
  const daemon = await rig.command('daemon').nextInvocation();
  await daemon.ignore('SIGTERM');
  one.exit(0);
  await daemon.gone;
  expect(await program.ended).toMatchObject({code: 0});
});

test('a command that closes its output still runs until it ends', async () => {
  const rig = await project('[lifecycle.build]\ncommand = "exec rig build"');
  const program = rig.start(['run', 'build', '--output', 'ndjson']);
  const build = await rig.command('build').nextInvocation();
  await build.write('before\n');
  await build.closeOutput();
  expect(program.events.some((event) => event.kind === 'command-finished')).toBe(false);
  build.exit(5);
  expect(await program.ended).toMatchObject({code: 1});
  expect(finished(program.events, 'build')).toMatchObject({status: 'failed', end: {kind: 'exit', code: 5}});
});

test('a command that ends by a signal of its own has failed with it', async () => {
  const rig = await project('[lifecycle.build]\ncommand = "exec rig build"');
  const program = rig.start(['run', 'build', '--output', 'ndjson']);
  (await rig.command('build').nextInvocation()).raise('SIGKILL');
  expect(await program.ended).toMatchObject({code: 1});
  expect(finished(program.events, 'build')).toMatchObject({status: 'failed', end: {kind: 'signal', signal: 'SIGKILL'}});
});

test('processes that are not ours are left alone, however much they look like ours', async () => {
  const rig = await project('[lifecycle.build]\ncommand = "rig same & exec rig build"');
  const stranger = spawn('rig', ['same'], {
    env: {...rig.env, PACELINE_TASK: 'build', PACELINE_ROOT: rig.root},
    cwd: rig.root,
    stdio: 'ignore',
    detached: true,
  });
  onTestFinished(() => void stranger.kill('SIGKILL'));
  const alike = await rig.command('same').nextInvocation();
  const program = rig.start(['run', 'build']);
  const ours = await rig.command('same').nextInvocation();
  (await rig.command('build').nextInvocation()).exit(0);
  await ours.gone;
  expect(await program.ended).toMatchObject({code: 0});
  expect(isRunning(alike.pid)).toBe(true);
  expect(alike.signals).toEqual([]);
});

test('a command that cannot be started has failed, and says why', async () => {
  const rig = await project(`
    [lifecycle.missing]
    command = "no-such-program --help"
    [lifecycle.nowhere]
    command = "true"
    directory = "make.toml"
    [lifecycle.too-long]
    command = "true ${'x'.repeat(200_000)}"
    [lifecycle.nul]
    command = "true \\u0000"
    [lifecycle.fine]
    command = "true"
    [lifecycle.all]
    commands = []
    depends_on = ["missing", "nowhere", "too-long", "nul", "fine"]
  `);
  const {code, events, ...ending} = await rig.events(['all', '--continue=independent']);
  expect(code, endingText({code, ...ending})).toBe(1);
  expect(finished(events, 'missing').end).toEqual({kind: 'exit', code: 127});
  expect(finished(events, 'nowhere').end).toMatchObject({
    kind: 'unstartable',
    reason: expect.stringMatching(/make\.toml is not a folder$/),
  });
  expect(finished(events, 'too-long').end).toMatchObject({
    kind: 'unstartable',
    reason: expect.stringMatching(/arguments and environment are too long$/),
  });
  expect(finished(events, 'nul').end).toMatchObject({kind: 'unstartable'});
  expect(finished(events, 'fine').status).toBe('passed');
  expect(ending.stderr).toBe('');
});

test('a readiness command that hangs ends with its server', async () => {
  const rig = await project(`
    [lifecycle.server]
    command = "exec rig server"
    persistent = true
    ready_when = { command = "exec rig probe" }
    [lifecycle.test]
    command = "exec rig test"
    depends_on = ["server"]
  `);
  const program = rig.start(['run', 'test', '--output', 'ndjson']);
  const server = await rig.command('server').nextInvocation();
  const probe = await rig.command('probe').nextInvocation();
  server.exit(1);
  await probe.gone;
  expect(await program.ended).toMatchObject({code: 1});
  expect([...outcomes(program.events)].sort()).toEqual(['server failed', 'test blocked']);
});
