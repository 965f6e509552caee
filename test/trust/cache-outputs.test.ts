import {execFileSync} from 'node:child_process';
import {lstatSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {verifyStore} from '../../src/cache/store/verify-store.ts';
import {finished, notices, outcomes, parseLines} from '../rig/events.ts';
import {needs} from '../rig/needs.ts';
import {endingText, type Program} from '../rig/program.ts';
import {Rig} from '../rig/rig.ts';
import {actionsOf, storeOf, treeOf} from '../rig/stored.ts';

function phase(name: string, command: string, more = ''): string {
  return `
    [lifecycle.${name}]
    command = ${JSON.stringify(command)}
    cache = true
    inputs = ["src/**"]
    pass_env = ["RIG_*"]
    outputs = ["${name}/**"]
    ${more}
  `;
}

/** What the program said of a run that succeeded. */
async function ended(program: Program): Promise<{codes: readonly string[]; stdout: string}> {
  const ending = await program.ended;
  expect(ending.code, endingText(ending)).toBe(0);
  const events = parseLines(ending.stdout);
  return {codes: notices(events), stdout: ending.stdout};
}

test('an input that is changed and changed back while the task runs: not stored, and said', async () => {
  const rig = await Rig.make({'make.toml': phase('build', 'exec rig build'), 'src/a.txt': '1'});
  const program = rig.start(['run', 'build', '--output', 'ndjson']);
  const build = await rig.command('build').nextInvocation();
  rig.write({'src/a.txt': '2', 'build/out.txt': '2'});
  rig.write({'src/a.txt': '1'});
  build.exit(0);
  const {codes, stdout} = await ended(program);
  expect(codes).toEqual(['W_INPUT_CHANGED']);
  expect(stdout).toContain('src/a.txt changed while it ran');
  expect(actionsOf(storeOf(rig))).toEqual([]);
});

test('an input that changes while the task runs: not stored, and said', async () => {
  const rig = await Rig.make({'make.toml': phase('build', 'exec rig build'), 'src/a.txt': '1'});
  const program = rig.start(['run', 'build', '--output', 'ndjson']);
  const build = await rig.command('build').nextInvocation();
  rig.write({'src/a.txt': '2', 'build/out.txt': '1'});
  build.exit(0);
  const {codes, stdout} = await ended(program);
  expect(codes).toEqual(['W_INPUT_CHANGED']);
  expect(stdout).toContain('src/a.txt changed while it ran');
  expect(actionsOf(storeOf(rig))).toEqual([]);
  // neither for what it was, nor for what it is
  for (const text of ['1', '2']) {
    rig.write({'src/a.txt': text});
    const again = rig.start(['run', 'build', '--output', 'ndjson']);
    const invocation = await rig.command('build').nextInvocation();
    rig.write({'build/out.txt': text});
    invocation.exit(0);
    expect((await ended(again)).codes).toEqual([]);
  }
  expect(actionsOf(storeOf(rig))).toHaveLength(2);
});

test('an input that appears or goes while the task runs counts, too', async () => {
  for (const change of ['appears', 'goes']) {
    const rig = await Rig.make({'make.toml': phase('build', 'exec rig build'), 'src/a.txt': '1'});
    const program = rig.start(['run', 'build', '--output', 'ndjson']);
    const build = await rig.command('build').nextInvocation();
    rig.write({'build/out.txt': '1'});
    if (change === 'appears') rig.write({'src/b.txt': 'b'});
    else rmSync(rig.path('src/a.txt'));
    build.exit(0);
    expect((await ended(program)).codes).toEqual(['W_INPUT_CHANGED']);
    expect(actionsOf(storeOf(rig))).toEqual([]);
  }
});

test('outputs of a dependency that change while a task runs: not stored, and said', async () => {
  const rig = await Rig.make({
    'make.toml':
      phase('lib', 'mkdir -p lib && echo lib > lib/out.txt') + phase('app', 'exec rig app', 'depends_on = ["lib"]'),
    'src/a.txt': '1',
  });
  const program = rig.start(['run', 'app', '--output', 'ndjson']);
  const app = await rig.command('app').nextInvocation();
  rig.write({'lib/out.txt': 'changed\n', 'app/out.txt': 'lib\n'});
  app.exit(0);
  const {codes, stdout} = await ended(program);
  expect(codes).toEqual(['W_INPUT_CHANGED']);
  expect(stdout).toContain('lib/out.txt changed while it ran');
  expect(actionsOf(storeOf(rig))).toHaveLength(1);
  const next = rig.start(['run', 'app', '--output', 'ndjson']);
  (await rig.command('app').nextInvocation()).exit(0);
  await ended(next);
  expect(outcomes(next.events)).toEqual(['lib cached', 'app passed']);
  expect(readFileSync(rig.path('lib/out.txt'), 'utf8')).toBe('lib\n');
});

test('the result of a task that fails is never stored, and its files are cleared before the next try', async () => {
  const rig = await Rig.make({
    'make.toml': phase(
      'build',
      'mkdir -p build && echo x > build/half-$(cat src/a.txt).txt && test $(cat src/a.txt) = good',
    ),
    'src/a.txt': 'bad',
  });
  for (let round = 0; round < 2; round++) {
    const ending = await rig.events(['build']);
    expect(ending.code).toBe(1);
    expect(finished(ending.events, 'build').status).toBe('failed');
  }
  expect(actionsOf(storeOf(rig))).toEqual([]);
  rig.write({'src/a.txt': 'good'});
  expect((await rig.run(['run', 'build'])).code).toBe(0);
  expect(treeOf(rig.path('build'))).toEqual({'half-good.txt': 'x\n'});
  rmSync(rig.path('build'), {recursive: true});
  expect(outcomes((await rig.events(['build'])).events)).toEqual(['build cached']);
  expect(treeOf(rig.path('build'))).toEqual({'half-good.txt': 'x\n'});
});

test('a task that is cancelled is not stored, and what it left is cleared', async () => {
  const rig = await Rig.make({'make.toml': phase('build', 'exec rig build'), 'src/a.txt': '1'});
  const program = rig.start(['run', 'build']);
  const build = await rig.command('build').nextInvocation();
  rig.write({'build/left.txt': 'left'});
  program.signal('SIGINT');
  await build.gone;
  expect(await program.ended).toMatchObject({code: 130});
  const next = rig.start(['run', 'build', '--output', 'ndjson']);
  const again = await rig.command('build').nextInvocation();
  expect(treeOf(rig.path('build'))).toEqual({});
  rig.write({'build/out.txt': 'out'});
  again.exit(0);
  expect((await ended(next)).codes).toEqual([]);
  expect(treeOf(rig.path('build'))).toEqual({'out.txt': 'out'});
});

for (const isKept of [false, true]) {
  test(`a pass that took a second attempt is ${isKept ? '' : 'not '}stored${isKept ? ' when the phase says so' : ''}`, async () => {
    const rig = await Rig.make({
      'make.toml': phase(
        'build',
        'mkdir -p build && echo x > build/x.txt && { test -e tried || { touch tried; exit 1; }; rm tried; }',
        `retries = 2\nretry_delay = "1ms"${isKept ? '\ncache_retried = true' : ''}`,
      ),
      'src/a.txt': '1',
    });
    for (let round = 0; round < 2; round++) {
      const ending = await rig.events(['build']);
      expect(ending.code, endingText(ending)).toBe(0);
      const {status, flaky} = finished(ending.events, 'build');
      expect([status, flaky]).toEqual(isKept && round === 1 ? ['cached', false] : ['passed', true]);
    }
    expect(actionsOf(storeOf(rig))).toHaveLength(isKept ? 1 : 0);
  });
}

test('a foreign file among the outputs: not stored, said, and never removed', async () => {
  const rig = await Rig.make({
    'make.toml': phase('build', 'mkdir -p build && cp src/a.txt build/$(cat src/a.txt).txt'),
    'src/a.txt': '1',
    'build/mine.txt': 'mine',
  });
  for (const text of ['1', '2', '1']) {
    rig.write({'src/a.txt': text});
    const ending = await rig.events(['build']);
    expect(ending.code, endingText(ending)).toBe(0);
    expect(notices(ending.events)).toContain('W_FOREIGN_OUTPUT');
    expect(ending.stdout).toContain('build/mine.txt');
    expect(treeOf(rig.path('build'))).toEqual({'mine.txt': 'mine', [`${text}.txt`]: text});
  }
  expect(actionsOf(storeOf(rig))).toEqual([]);
  rmSync(rig.path('build/mine.txt'));
  expect(outcomes((await rig.events(['build'])).events)).toEqual(['build passed']);
  expect(outcomes((await rig.events(['build'])).events)).toEqual(['build cached']);
  // one that comes later stays, too: when the result is restored, and when the task runs
  rig.write({'build/later.txt': 'later'});
  rmSync(rig.path('build/1.txt'));
  expect(outcomes((await rig.events(['build'])).events)).toEqual(['build cached']);
  expect(treeOf(rig.path('build'))).toEqual({'later.txt': 'later', '1.txt': '1'});
  rig.write({'src/a.txt': '3'});
  expect(outcomes((await rig.events(['build'])).events)).toEqual(['build passed']);
  expect(treeOf(rig.path('build'))).toEqual({'later.txt': 'later', '3.txt': '3'});
});

test('what needs a task with a foreign file among its outputs is no hit when that file changes', async () => {
  const rig = await Rig.make({
    'make.toml':
      phase('lib', 'mkdir -p lib && echo lib > lib/lib.txt') +
      phase('app', 'mkdir -p app && cat lib/* > app/out.txt', 'depends_on = ["lib"]'),
    'src/a.txt': '1',
  });
  for (const text of ['1\n', '2\n']) {
    rig.write({'lib/mine.txt': text});
    const ending = await rig.run(['run', 'app']);
    expect(ending.code, endingText(ending)).toBe(0);
    expect(readFileSync(rig.path('app/out.txt'), 'utf8')).toBe(`lib\n${text}`);
  }
});

test('a task that was stopped while it waited for another run takes no foreign file for its own', async () => {
  const rig = await Rig.make({
    'make.toml': phase('build', 'exec rig build'),
    'src/a.txt': '1',
    'build/mine.txt': 'mine',
  });
  const first = rig.start(['run', 'build', '--output', 'ndjson']);
  const one = await rig.command('build').nextInvocation();
  const second = rig.start(['run', 'build', '--output', 'ndjson']);
  await second.event((event) => event.kind === 'notice' && event.message.includes('waits for another run'));
  second.signal('SIGINT');
  expect(await second.ended).toMatchObject({code: 130});
  one.exit(1);
  expect(await first.ended).toMatchObject({code: 1});
  const third = rig.start(['run', 'build', '--output', 'ndjson']);
  const three = await rig.command('build').nextInvocation();
  expect(treeOf(rig.path('build'))).toEqual({'mine.txt': 'mine'});
  three.exit(0);
  expect((await ended(third)).codes).toEqual(['W_FOREIGN_OUTPUT']);
});

test('what git tracks is never removed', async (context) => {
  needs(context, 'git');
  const rig = await Rig.make({
    'make.toml': phase('build', 'mkdir -p build && echo made > build/$(cat src/a.txt).txt'),
    'src/a.txt': '1',
  });
  const git = (...words: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...words], {
      cwd: rig.root,
      env: rig.env,
      stdio: 'pipe',
    });
  git('init', '--quiet');
  expect((await rig.run(['run', 'build'])).code).toBe(0);
  git('add', '--force', 'build/1.txt');
  git('commit', '--quiet', '--message', 'start');
  for (const text of ['2', '3', '2']) {
    rig.write({'src/a.txt': text});
    expect((await rig.run(['run', 'build'])).code).toBe(0);
    expect(treeOf(rig.path('build'))).toEqual({'1.txt': 'made\n', [`${text}.txt`]: 'made\n'});
  }
});

test('stale files of an earlier result, of a killed run and of a run whose index was lost do not survive a hit', async () => {
  const rig = await Rig.make({
    'make.toml': phase('build', 'exec rig build'),
    'src/a.txt': '1',
  });
  const run = async (files: Readonly<Record<string, string>>): Promise<void> => {
    const program = rig.start(['run', 'build', '--output', 'ndjson']);
    const build = await rig.command('build').nextInvocation();
    rig.write(files);
    build.exit(0);
    await ended(program);
  };
  const hits = async (): Promise<void> => {
    rig.write({'src/a.txt': '1'});
    const program = rig.start(['run', 'build', '--output', 'ndjson']);
    await ended(program);
    expect(outcomes(program.events)).toEqual(['build cached']);
    expect(treeOf(rig.path('build'))).toEqual({'same.txt': 'same'});
  };
  await run({'build/same.txt': 'same'});
  const index = readFileSync(rig.path('.paceline/cache/index'));
  rig.write({'src/a.txt': '2'});
  await run({'build/same.txt': 'same', 'build/more.txt': 'more'});
  // as if a run that had begun before was the last to write it
  writeFileSync(rig.path('.paceline/cache/index'), index);
  await hits();
  rig.write({'src/a.txt': '3'});
  const killed = rig.start(['run', 'build']);
  const build = await rig.command('build').nextInvocation();
  rig.write({'build/same.txt': 'same', 'build/more.txt': 'more', 'build/deep/more.txt': 'more'});
  killed.signal('SIGKILL');
  await killed.ended;
  await hits();
  await build.gone;
});

test('two tasks that write the same file: an error that names both, whichever of them is a hit', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.one]
      command = "mkdir -p out && echo one > out/$(cat src/a.txt)"
      cache = true
      inputs = ["src/**"]
      outputs = ["out/[ab]*"]
      [lifecycle.two]
      command = "mkdir -p out && echo two > out/$(cat src/a.txt)"
      cache = true
      inputs = ["src/**"]
      outputs = ["out/[bc]*"]
      [lifecycle.both]
      commands = []
      depends_on = ["one", "two"]
    `,
    'src/a.txt': 'b',
  });
  const both = async (): Promise<void> => {
    const ending = await rig.run(['run', 'both', '--jobs', '1']);
    expect(ending.code, endingText(ending)).toBe(1);
    expect(ending.stdout).toMatch(/(one and two|two and one) both write out\/b/);
  };
  await both();
  // each alone is stored; then there is a result for both
  for (const name of ['one', 'two']) expect((await rig.run(['run', name])).code).toBe(0);
  for (const name of ['one', 'two']) expect((await rig.run(['run', name])).code).toBe(0);
  await both();
  rmSync(rig.path('out'), {recursive: true});
  await both();
});

test('the store cleared: tasks run again, and are stored again', async () => {
  const rig = await Rig.make({'make.toml': phase('build', 'mkdir -p build && cp src/a.txt build/'), 'src/a.txt': '1'});
  expect(outcomes((await rig.events(['build'])).events)).toEqual(['build passed']);
  rmSync(storeOf(rig).directory, {recursive: true});
  expect(outcomes((await rig.events(['build'])).events)).toEqual(['build passed']);
  expect(outcomes((await rig.events(['build'])).events)).toEqual(['build cached']);
  expect(verifyStore(storeOf(rig).directory)).toMatchObject({entries: 1, problems: []});
});

test('`.paceline` deleted: hits from the store, and outputs that are in place are left alone', async () => {
  const rig = await Rig.make({
    'make.toml': phase(
      'build',
      'mkdir -p build/deep && cp src/a.txt build/ && cp src/a.txt build/deep/ && ln -s a.txt build/l',
    ),
    'src/a.txt': '1',
  });
  expect(outcomes((await rig.events(['build'])).events)).toEqual(['build passed']);
  const places = ['build/a.txt', 'build/deep/a.txt', 'build/l'];
  const stats = () =>
    places.map((place) => lstatSync(rig.path(place))).map(({ino, mtimeMs, ctimeMs}) => [ino, mtimeMs, ctimeMs]);
  const before = stats();
  rmSync(rig.path('.paceline'), {recursive: true});
  const ending = await rig.events(['build']);
  expect(finished(ending.events, 'build')).toMatchObject({status: 'cached', reason: 'outputs in place'});
  expect(notices(ending.events)).toEqual([]);
  expect(stats()).toEqual(before);
});
