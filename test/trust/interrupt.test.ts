import {existsSync} from 'node:fs';
import {constants} from 'node:os';
import {expect, test} from 'vitest';
import {outcomes} from '../rig/events.ts';
import {endingText, type Program} from '../rig/program.ts';
import {Rig} from '../rig/rig.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

for (const signal of SIGNALS) {
  test(`${signal} while planning: nothing has run, nothing is left`, async () => {
    const rig = await Rig.make({'make.toml': '[lifecycle.build]\ncommand = "rig build"'});
    rig.install('git', 'exec rig git');
    const program = rig.start(['run', 'build', '--affected']);
    const git = await rig.command('git').nextInvocation();
    program.signal(signal);
    expect(await program.ended).toMatchObject({signal});
    git.exit(1);
    expect(rig.command('build').count).toBe(0);
    expect(existsSync(rig.path('.paceline/history.db'))).toBe(false);
  });

  test(`${signal} while running: the task is asked to stop, the queued one does not start, the hooks behind run`, async () => {
    const rig = await Rig.make({
      'make.toml': `
        [hooks]
        on_error = { commands = ["rig on_error $PACELINE_STATUS"] }
        on_success = { commands = ["rig on_success"] }
        after_all = { commands = ["rig after_all $PACELINE_STATUS"] }
        [lifecycle.one]
        command = "rig task"
        [lifecycle.other]
        command = "rig task"
        [lifecycle.behind]
        command = "rig task"
        depends_on = ["one", "other"]
      `,
    });
    const program = rig.start(['run', 'behind', '--jobs', '1', '--output', 'ndjson']);
    const task = await rig.command('task').nextInvocation();
    program.signal(signal);
    await task.gone;
    expect(task.signals).toEqual(['SIGTERM']);
    for (const name of ['on_error', 'after_all']) {
      const hook = await rig.command(name).nextInvocation();
      expect(hook.args).toEqual(['interrupted']);
      hook.exit(0);
    }
    const ending = await program.ended;
    expect(ending.code, endingText(ending)).toBe(128 + constants.signals[signal]);
    expect(rig.command('task').count).toBe(1);
    expect(rig.command('on_success').count).toBe(0);
    expect([...outcomes(program.events)].sort()).toEqual([
      'after_all passed',
      'behind blocked',
      'on_error passed',
      expect.stringMatching(/^(one|other) cancelled$/),
      expect.stringMatching(/^(one|other) cancelled$/),
    ]);
    expect(await rig.recorded()).toMatchObject({status: 'interrupted', exitCode: 128 + constants.signals[signal]});
  });

  test(`${signal} while waiting for a retry: there is none`, async () => {
    const rig = await Rig.make({
      'make.toml': `
        [lifecycle.build]
        command = "rig build"
        retries = 5
        retry_delay = "1h"
      `,
    });
    const program = rig.start(['run', 'build', '--output', 'ndjson']);
    (await rig.command('build').nextInvocation()).exit(3);
    await program.event((event) => event.kind === 'task-retrying');
    program.signal(signal);
    const ending = await program.ended;
    expect(ending.code, endingText(ending)).toBe(128 + constants.signals[signal]);
    expect(rig.command('build').count).toBe(1);
    expect(outcomes(program.events)).toEqual(['build cancelled']);
    expect(program.events.filter((event) => event.kind === 'task-started')).toHaveLength(1);
  });

  test(`${signal} while a persistent phase serves: both it and what it serves are stopped`, async () => {
    const rig = await Rig.make({
      'make.toml': `
        [lifecycle.server]
        command = "rig server"
        persistent = true
        ready_when = { log = "listening" }
        [lifecycle.test]
        command = "rig test"
        depends_on = ["server"]
      `,
    });
    const program = rig.start(['run', 'test', '--output', 'ndjson']);
    const server = await rig.command('server').nextInvocation();
    await server.write('listening\n');
    const check = await rig.command('test').nextInvocation();
    program.signal(signal);
    await Promise.all([server.gone, check.gone]);
    const ending = await program.ended;
    expect(ending.code, endingText(ending)).toBe(128 + constants.signals[signal]);
    expect([...outcomes(program.events)].sort()).toEqual(['server stopped', 'test cancelled']);
  });

  test(`${signal} while a requested persistent phase serves ends it`, async () => {
    const rig = await Rig.make({'make.toml': '[lifecycle.dev]\ncommand = "rig dev"\npersistent = true'});
    const program = rig.start(['run', 'dev', '--output', 'ndjson']);
    const dev = await rig.command('dev').nextInvocation();
    await program.event((event) => event.kind === 'task-ready');
    program.signal(signal);
    await dev.gone;
    expect(await program.ended).toMatchObject({code: 128 + constants.signals[signal]});
    expect(outcomes(program.events)).toEqual(['dev stopped']);
  });

  test(`${signal} while the last hooks run: they are asked to stop`, async () => {
    const rig = await Rig.make({
      'make.toml': `
        [hooks]
        after_all = { commands = ["rig after_all"] }
        [lifecycle.build]
        command = "true"
      `,
    });
    const program = rig.start(['run', 'build', '--output', 'ndjson']);
    const hook = await rig.command('after_all').nextInvocation();
    program.signal(signal);
    await hook.gone;
    const ending = await program.ended;
    expect(ending.code, endingText(ending)).toBe(128 + constants.signals[signal]);
    expect(outcomes(program.events)).toEqual(['build passed', 'after_all cancelled']);
  });
}

const PATIENT = `
  [execution]
  grace = "10h"
`;

test('a task that does not stop gets the grace time, then it is killed', async () => {
  const rig = await Rig.make({'make.toml': '[execution]\ngrace = "50ms"\n[lifecycle.build]\ncommand = "rig build"'});
  const program = rig.start(['run', 'build']);
  const build = await rig.command('build').nextInvocation();
  await build.ignore('SIGTERM');
  program.signal('SIGINT');
  await build.gone;
  expect(build.signals[0]).toBe('SIGTERM');
  expect(await program.ended).toMatchObject({code: 130});
});

test('the second signal kills at once', async () => {
  const rig = await Rig.make({'make.toml': `${PATIENT}[lifecycle.build]\ncommand = "exec rig build"`});
  const program = rig.start(['run', 'build', '--output', 'ndjson']);
  const build = await rig.command('build').nextInvocation();
  await build.ignore('SIGTERM');
  program.signal('SIGINT');
  await build.signalled();
  await pressUntilForced(program);
  await build.gone;
  expect(await program.ended).toMatchObject({code: 130});
  expect(outcomes(program.events)).toEqual(['build cancelled']);
});

test('the second signal also kills what a command that has ended left in its group', async () => {
  const rig = await Rig.make({'make.toml': `${PATIENT}[lifecycle.build]\ncommand = "rig behind & rig build"`});
  const program = rig.start(['run', 'build', '--output', 'ndjson']);
  const build = await rig.command('build').nextInvocation();
  const behind = await rig.command('behind').nextInvocation();
  await behind.ignore('SIGTERM');
  program.signal('SIGINT');
  await build.gone;
  await behind.signalled();
  await program.event((event) => event.kind === 'command-finished');
  await pressUntilForced(program);
  await behind.gone;
  expect(await program.ended).toMatchObject({code: 130});
});

test('the second signal leaves out the last hooks', async () => {
  const rig = await Rig.make({
    'make.toml': `
      ${PATIENT}
      [hooks]
      on_error = { commands = ["exec rig on_error"] }
      after_all = { commands = ["exec rig after_all"] }
      [lifecycle.build]
      command = "exec rig build"
    `,
  });
  const program = rig.start(['run', 'build', '--output', 'ndjson']);
  const build = await rig.command('build').nextInvocation();
  program.signal('SIGINT');
  const hook = await rig.command('on_error').nextInvocation();
  await hook.ignore('SIGTERM');
  await pressUntilForced(program);
  await Promise.all([build.gone, hook.gone]);
  expect(await program.ended).toMatchObject({code: 130});
  expect(rig.command('after_all').count).toBe(0);
});

test('signals that come together count as one press', async () => {
  const rig = await Rig.make({'make.toml': `${PATIENT}[lifecycle.build]\ncommand = "exec rig build"`});
  const program = rig.start(['run', 'build', '--output', 'ndjson']);
  const build = await rig.command('build').nextInvocation();
  await build.ignore('SIGTERM');
  program.signal('SIGINT');
  program.signal('SIGTERM');
  await build.signalled();
  build.exit(7);
  // which of them comes first is up to the kernel
  expect((await program.ended).code).toBeOneOf([130, 143]);
  expect(program.events.filter((event) => event.kind === 'run-stopping')).toMatchObject([{forced: false}]);
});

test('a failure after Ctrl-C is no failure of the task, and a success stays one', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.saves]
      command = "exec rig saves"
      [lifecycle.breaks]
      command = "exec rig breaks"
      [lifecycle.all]
      commands = []
      depends_on = ["saves", "breaks"]
    `,
  });
  const program = rig.start(['run', 'all', '--output', 'ndjson', '--jobs', '2']);
  const saves = await rig.command('saves').nextInvocation();
  const breaks = await rig.command('breaks').nextInvocation();
  await Promise.all([saves.ignore('SIGTERM'), breaks.ignore('SIGTERM')]);
  program.signal('SIGINT');
  await Promise.all([saves.signalled(), breaks.signalled()]);
  saves.exit(0);
  breaks.exit(1);
  expect(await program.ended).toMatchObject({code: 130});
  expect([...outcomes(program.events)].sort()).toEqual([
    'breaks cancelled',
    expect.stringMatching(/^saves (passed|cancelled)$/),
  ]);
});

/** Presses Ctrl-C like somebody who has lost patience: signals that come too close count as one. */
async function pressUntilForced(program: Program): Promise<void> {
  const presses = setInterval(() => program.signal('SIGINT'), 130);
  try {
    await program.event((event) => event.kind === 'run-stopping' && event.forced);
  } finally {
    clearInterval(presses);
  }
}

test('a condition that is still being looked at holds up no other task, and ends with a signal', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.one]
      command = "rig one"
      [lifecycle.other]
      command = "rig other"
      condition = {script = "rig condition; true"}
    `,
  });
  const program = rig.start(['run', 'one', 'other', '--output', 'ndjson']);
  const condition = await rig.command('condition').nextInvocation();
  (await rig.command('one').nextInvocation()).exit(0);
  await program.event((event) => event.kind === 'task-finished' && event.task === 'one');
  program.signal('SIGTERM');
  await condition.gone;
  expect(await program.ended).toMatchObject({code: 143});
  expect(outcomes(program.events)).toEqual(['one passed', 'other cancelled']);
  expect(rig.command('other').count).toBe(0);
});

test('the first Ctrl-C behind the time limit of the run still asks; it does not kill', async () => {
  const rig = await Rig.make({
    'make.toml': '[execution]\ngrace = "1h"\n[lifecycle.build]\ncommand = "rig build"\n',
  });
  const program = rig.start(['run', 'build', '--timeout', '2s', '--output', 'ndjson']);
  const build = await rig.command('build').nextInvocation();
  await build.ignore('SIGTERM');
  await program.event((event) => event.kind === 'run-stopping' && event.reason === 'timeout');
  program.signal('SIGINT');
  expect(await program.event((event) => event.kind === 'run-stopping' && event.reason === 'signal')).toMatchObject({
    forced: false,
  });
  build.exit(0);
  expect((await program.ended).code).toBe(124);
});
