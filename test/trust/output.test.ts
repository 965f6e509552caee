import {closeSync, openSync, readdirSync, readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {outcomes, parseLines} from '../rig/events.ts';
import {endingText} from '../rig/program.ts';
import {Rig} from '../rig/rig.ts';

test('a log of 100,000 lines is kept and shown whole, in order', async () => {
  const rig = await Rig.make({'make.toml': '[lifecycle.talks]\ncommand = "seq 100000"'});
  const {code, stdout} = await rig.run(['run', 'talks']);
  expect(code).toBe(0);
  const numbers = stdout.split('\n').filter((line) => /^\d+$/.test(line));
  expect(numbers).toHaveLength(100_000);
  expect(numbers.every((line, index) => line === String(index + 1))).toBe(true);
  const run = await rig.recorded();
  const {log} = run.tasks[0]!;
  expect(
    readFileSync(rig.path('.paceline/logs', run.id, log!.file), 'utf8')
      .slice(log!.start, log!.end)
      .split('\n'),
  ).toHaveLength(100_001);
});

test('the end of a failed log of 100,000 lines is shown where logs are not', async () => {
  const rig = await Rig.make({'make.toml': '[lifecycle.talks]\ncommand = "seq 100000; exit 3"'});
  const {code, stdout} = await rig.run(['run', 'talks', '--logs=none']);
  expect(code).toBe(1);
  expect(stdout).toContain('\n  99999\n  100000\n');
  expect(stdout).not.toContain('\n  99000\n');
});

test('two tasks that write at once do not mix', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.a]
      command = "for i in $(seq 300); do echo a; sleep 0; done"
      [lifecycle.b]
      command = "for i in $(seq 300); do echo b; sleep 0; done"
    `,
  });
  const {code, stdout} = await rig.run(['run', 'a', 'b', '--jobs', '2']);
  expect(code).toBe(0);
  const letters = stdout.split('\n').filter((line) => line === 'a' || line === 'b');
  expect(letters.join('')).toMatch(/^(a{300}b{300}|b{300}a{300})$/);
});

test('a binary log is kept byte for byte and cannot move the cursor', async () => {
  const rig = await Rig.make({'make.toml': '[lifecycle.binary]\ncommand = "exec rig binary"'});
  const bytes = Buffer.from(Array.from({length: 70_000}, (_, index) => (index * 7919) % 256));
  const program = rig.start(['run', 'binary']);
  const binary = await rig.command('binary').nextInvocation();
  await binary.write(bytes);
  await binary.write('\u001b[2J\u001b]0;title\u0007\u001b[31mred\u001b[0m\u009b5A end\n', 'stderr');
  binary.exit(1);
  const {code, stdout} = await program.ended;
  expect(code).toBe(1);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
  expect(stdout).not.toMatch(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f]/);
  expect(stdout).toContain('red');
  const run = await rig.recorded();
  const {log} = run.tasks[0]!;
  const kept = readFileSync(rig.path('.paceline/logs', run.id, log!.file));
  expect(kept.subarray(log!.start, log!.start + bytes.length).equals(bytes)).toBe(true);
});

test('a log without an end of line does not run into the next line', async () => {
  const rig = await Rig.make({'make.toml': '[lifecycle.one]\ncommand = "printf end"'});
  const {stdout} = await rig.run(['run', 'one']);
  expect(stdout).toMatch(/^end$/m);
});

test('a reader that goes away ends the run: exit 141, and no task is left', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.one]
      command = "exec rig one"
      [lifecycle.two]
      command = "exec rig two"
      depends_on = ["one"]
    `,
  });
  const program = rig.start(['run', 'two', '--output', 'ndjson']);
  const one = await rig.command('one').nextInvocation();
  await program.event((event) => event.kind === 'command-started');
  program.closeStdout();
  one.exit(0);
  expect(await program.ended).toMatchObject({code: 141, stderr: ''});
  expect(await rig.recorded()).toMatchObject({status: 'interrupted', exitCode: 141});
});

test('`| head -1` of a long list says nothing on the error stream', async () => {
  const rig = await Rig.make({
    'make.toml': Array.from({length: 3000}, (_, index) => `[lifecycle.phase-${index}]\ncommand = "true"\n`).join(''),
  });
  const program = rig.start(['list']);
  await program.printed(/phase-1\b/);
  program.closeStdout();
  const {stderr, signal} = await program.ended;
  expect(stderr).toBe('');
  expect(signal).toBe(null);
});

test.skipIf(process.platform !== 'linux')('an output that is full is no reason to lose the run', async () => {
  const rig = await Rig.make({
    'make.toml':
      '[lifecycle.one]\ncommand = "exec rig one"\n[lifecycle.two]\ncommand = "echo two"\ndepends_on = ["one"]',
  });
  const full = openSync('/dev/full', 'w');
  const program = rig.start(['run', 'two'], {stdout: full});
  closeSync(full);
  const one = await rig.command('one').nextInvocation();
  await one.write('text\n');
  one.exit(0);
  const ending = await program.ended;
  expect(ending.stderr).toMatch(/^The output cannot be written: ENOSPC.*\n$/);
  expect(ending.code).toBe(0);
  expect(await rig.recorded()).toMatchObject({
    tasks: [
      {task: 'one', status: 'passed'},
      {task: 'two', status: 'passed'},
    ],
  });
  expect(readdirSync(rig.path('.paceline/journal'))).toEqual([]);
});

test('the stream of events is one valid JSON value a line, in the order of time, from the first to the last', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.server]
      command = "echo up; exec sleep 1000"
      persistent = true
      ready_when = { log = "up" }
      [lifecycle.flaky]
      command = "test -e mark || { touch mark; exit 1; }"
      retries = 1
      [lifecycle.fails]
      command = "exit 4"
      depends_on = ["flaky", "server"]
      [lifecycle.blocked]
      command = "true"
      depends_on = ["fails"]
      [lifecycle.leaves]
      command = "sleep 1000 & true"
    `,
  });
  const {code, stdout, stderr} = await rig.run([
    'run',
    'blocked',
    'leaves',
    '--output',
    'ndjson',
    '--continue=independent',
  ]);
  expect(code, stderr).toBe(1);
  expect(stdout.endsWith('\n')).toBe(true);
  const events = parseLines(stdout);
  expect(events[0]).toMatchObject({kind: 'run-started', format: 1});
  expect(events.at(-1)).toMatchObject({kind: 'run-finished', status: 'failed', exitCode: 1});
  expect([...new Set(events.map((event) => event.kind))].sort()).toEqual([
    'command-finished',
    'command-started',
    'notice',
    'run-finished',
    'run-started',
    'step-finished',
    'task-finished',
    'task-ready',
    'task-retrying',
    'task-started',
  ]);
  const times = events.map((event) => event.time);
  expect(times).toEqual([...times].sort((one, other) => one - other));
  expect([...outcomes(events)].sort()).toEqual([
    'blocked blocked',
    'fails failed',
    'flaky passed',
    'leaves passed',
    'server stopped',
  ]);
  expect(await rig.recorded()).toMatchObject({status: 'failed', exitCode: 1});
});

test('what the stream says is what the history keeps', async () => {
  const rig = await Rig.make({
    'make.toml': '[lifecycle.a]\ncommand = "echo a"\n[lifecycle.b]\ncommand = "exit 2"\ndepends_on = ["a"]',
  });
  const {events, stdout} = await rig.events(['b']);
  const run = await rig.recorded();
  expect(events[0], endingText({code: 1, signal: null, stdout, stderr: ''})).toMatchObject({
    run: run.id,
    at: run.at,
    plan: run.plan,
    command: run.command,
  });
  for (const task of run.tasks) {
    const {start, finish, usage, ...rest} = task;
    expect(events).toContainEqual({kind: 'task-finished', time: finish, ...rest});
    expect(events).toContainEqual(expect.objectContaining({kind: 'command-finished', task: task.task, usage}));
    expect(start).toBe(task.times?.slot);
    const began = events.find((event) => event.kind === 'task-started' && event.task === task.task);
    expect(began?.time).toBeGreaterThanOrEqual(start ?? Number.POSITIVE_INFINITY);
  }
});
