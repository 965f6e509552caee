import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {expect, onTestFinished, test} from 'vitest';
import {notices, outcomes} from '../rig/events.ts';
import {isRunning} from '../rig/processes.ts';
import {endingText} from '../rig/program.ts';
import {Rig} from '../rig/rig.ts';

const PROJECT = {
  'make.toml': `
    [execution]
    grace = "100ms"
    [lifecycle.first]
    command = "true"
    [lifecycle.build]
    command = "rig build"
    depends_on = ["first"]
    [lifecycle.quick]
    command = "true"
  `,
};

test('the next run ends what a killed run has left, and keeps its record', async () => {
  const rig = await Rig.make(PROJECT);
  const program = rig.start(['run', 'build']);
  const build = await rig.command('build').nextInvocation();
  await build.ignore('SIGTERM');
  await build.spawn(['daemon'], {detached: true});
  const daemon = await rig.command('daemon').nextInvocation();
  program.signal('SIGKILL');
  await program.ended;
  expect(rig.survivors()).not.toEqual([]);

  const next = await rig.events(['quick']);
  expect(next.code, endingText(next)).toBe(0);
  await Promise.all([build.gone, daemon.gone]);
  expect(daemon.signals).toEqual(['SIGTERM']);
  expect(notices(next.events)).toEqual(['W_RECOVERED']);
  const killed = await rig.recorded(1);
  expect(killed).toMatchObject({status: 'interrupted', exitCode: 137, command: ['run', 'build']});
  expect(killed.tasks.map(({task, status, reason}) => ({task, status, reason}))).toEqual([
    {task: 'first', status: 'passed', reason: undefined},
    {task: 'build', status: 'cancelled', reason: 'paceline was killed'},
  ]);
  expect(readdirSync(rig.path('.paceline/journal'))).toEqual([]);
});

test('the history shows a killed run without another run', async () => {
  const rig = await Rig.make(PROJECT);
  const program = rig.start(['run', 'build']);
  const build = await rig.command('build').nextInvocation();
  program.signal('SIGKILL');
  await program.ended;
  expect(await rig.recorded()).toMatchObject({status: 'interrupted', command: ['run', 'build']});
  await build.gone;
});

test('what had succeeded before the kill counts in the very next run', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.setup]
      command = "true"
      first_run_only = true
      [lifecycle.build]
      command = "exec rig build"
      depends_on = ["setup"]
    `,
  });
  const program = rig.start(['run', 'build']);
  const build = await rig.command('build').nextInvocation();
  program.signal('SIGKILL');
  await program.ended;
  const next = rig.start(['run', 'build', '--output', 'ndjson']);
  (await rig.command('build').nextInvocation()).exit(0);
  expect(await next.ended).toMatchObject({code: 0});
  expect(outcomes(next.events)).toEqual(['setup skipped', 'build passed']);
  await build.gone;
});

test('a process that only looks like ours is left alone', async () => {
  const rig = await Rig.make(PROJECT);
  const stranger = spawn('rig', ['build'], {env: rig.env, stdio: 'ignore', detached: true});
  onTestFinished(() => void stranger.kill('SIGKILL'));
  const alike = await rig.command('build').nextInvocation();
  const program = rig.start(['run', 'build']);
  const build = await rig.command('build').nextInvocation();
  program.signal('SIGKILL');
  await program.ended;
  expect(await rig.run(['run', 'quick'])).toMatchObject({code: 0});
  await build.gone;
  expect(isRunning(stranger.pid!)).toBe(true);
  expect(alike.signals).toEqual([]);
});

test('what a killed run left is ended once its number belongs to another process', async () => {
  const rig = await Rig.make(PROJECT);
  const program = rig.start(['run', 'build']);
  const build = await rig.command('build').nextInvocation();
  program.signal('SIGKILL');
  await program.ended;
  // the journal's owner is dead; a process that runs now has got its number
  const stranger = spawn('sleep', ['1000'], {stdio: 'ignore'});
  onTestFinished(() => void stranger.kill('SIGKILL'));
  await once(stranger, 'spawn');
  const [journal] = readdirSync(rig.path('.paceline/journal'));
  const path = rig.path('.paceline/journal', journal!);
  writeFileSync(path, readFileSync(path, 'utf8').replace(`"pid":${program.pid},`, `"pid":${stranger.pid},`));
  expect(await rig.run(['run', 'quick'])).toMatchObject({code: 0});
  await build.gone;
  expect(isRunning(stranger.pid!)).toBe(true);
});

test('a journal that was cut off in the middle of a line keeps what stands before', async () => {
  const rig = await Rig.make(PROJECT);
  const program = rig.start(['run', 'build']);
  const build = await rig.command('build').nextInvocation();
  program.signal('SIGKILL');
  await program.ended;
  const [journal] = readdirSync(rig.path('.paceline/journal'));
  const path = rig.path('.paceline/journal', journal!);
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, `${text}{"kind":"task-finished","time":12,"ta`);
  expect(await rig.recorded()).toMatchObject({
    status: 'interrupted',
    tasks: [
      {task: 'first', status: 'passed'},
      {task: 'build', status: 'cancelled'},
    ],
  });
  await build.gone;
});

for (const [what, text] of [
  ['noise', 'this is no database, and long enough to be looked at as one. '.repeat(20)],
  ['nothing', ''],
] as const) {
  test(`a history.db that is ${what} does not stop a run`, async () => {
    const rig = await Rig.make({...PROJECT, '.paceline/history.db': text});
    const ending = await rig.run(['run', 'quick']);
    expect(ending.code, endingText(ending)).toBe(0);
    expect(await rig.recorded()).toMatchObject({status: 'passed', command: ['run', 'quick']});
    const moved = readdirSync(rig.path('.paceline')).filter((name) => name.startsWith('history.db.broken-'));
    expect(moved).toHaveLength(text === '' ? 0 : 1);
    if (text !== '')
      expect(ending.stderr).toMatch(/The history was unreadable; it was moved to .*history\.db\.broken-\d+/);
  });
}

test('a history.db that broke in the middle does not stop a run', async () => {
  const rig = await Rig.make(PROJECT);
  for (let run = 0; run < 3; run++) expect(await rig.run(['run', 'quick'])).toMatchObject({code: 0});
  const path = rig.path('.paceline/history.db');
  const bytes = readFileSync(path);
  bytes.fill(0xa5, 4096);
  writeFileSync(path, bytes);
  const ending = await rig.run(['run', 'quick']);
  expect(ending.code, endingText(ending)).toBe(0);
  expect(`${ending.stderr}${ending.stdout}`).not.toMatch(/internal error/);
  const next = await rig.run(['run', 'quick']);
  expect(next.code, endingText(next)).toBe(0);
  expect(await rig.recorded()).toMatchObject({status: 'passed'});
});

test('a paceline inside a task of another: both are recorded, and the inner one is ended with the outer one', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.outer]
      command = "exec paceline run inner"
      [lifecycle.inner]
      command = "rig inner"
    `,
  });
  rig.installPaceline();
  const program = rig.start(['run', 'outer']);
  const inner = await rig.command('inner').nextInvocation();
  const marks = inner.env.PACELINE_RUN_ID?.split(':') ?? [];
  expect(marks).toHaveLength(2);
  inner.exit(0);
  expect(await program.ended).toMatchObject({code: 0});
  const [innerRun, outerRun] = [await rig.recorded(0), await rig.recorded(1)].sort((one, other) =>
    one.command.join().localeCompare(other.command.join()),
  );
  expect([outerRun?.id, innerRun?.id]).toEqual(marks);
  expect(outerRun?.tasks).toMatchObject([{task: 'outer', status: 'passed'}]);
  expect(innerRun?.tasks).toMatchObject([{task: 'inner', status: 'passed'}]);

  const second = rig.start(['run', 'outer']);
  const held = await rig.command('inner').nextInvocation();
  second.signal('SIGKILL');
  await second.ended;
  const third = rig.start(['run', 'inner', '--output', 'ndjson']);
  (await rig.command('inner').nextInvocation()).exit(0);
  expect(await third.ended).toMatchObject({code: 0});
  await held.gone;
  expect(outcomes(third.events)).toEqual(['inner passed']);
});
