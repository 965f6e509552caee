import {expect, test} from 'vitest';
import {order, outcomes} from './rig/events.ts';
import {Rig} from './rig/rig.ts';

/** Phases whose one command is `rig <name>`, with these keys. */
function phases(keys: Readonly<Record<string, string>>): string {
  return Object.entries(keys)
    .map(([name, more]) => `[lifecycle.${name}]\ncommand = "exec rig ${name}"\n${more}\n`)
    .join('');
}

test('a phase starts when what it needs has passed', async () => {
  const rig = await Rig.make({'make.toml': phases({build: '', test: 'depends_on = ["build"]'})});
  const program = rig.start(['run', 'test', '--output', 'ndjson']);
  const build = await rig.command('build').nextInvocation();
  expect(rig.command('test').count).toBe(0);
  build.exit(0);
  (await rig.command('test').nextInvocation()).exit(0);
  expect(await program.ended).toMatchObject({code: 0});
  expect(order(program.events)).toBe('+build -build +test -test');
});

test('phases that do not need each other run at the same time, and what needs both waits for both', async () => {
  const rig = await Rig.make({'make.toml': phases({left: '', right: '', top: 'depends_on = ["left", "right"]'})});
  const program = rig.start(['run', 'top', '--jobs', '2', '--output', 'ndjson']);
  const left = await rig.command('left').nextInvocation();
  const right = await rig.command('right').nextInvocation();
  right.exit(0);
  await program.event((event) => event.kind === 'task-finished' && event.task === 'right');
  expect(rig.command('top').count).toBe(0);
  left.exit(0);
  (await rig.command('top').nextInvocation()).exit(0);
  expect(await program.ended).toMatchObject({code: 0});
  expect(order(program.events)).toMatch(/ -right -left \+top -top$/);
});

test('--jobs limits how many run at once; the config does where nobody says', async () => {
  const text = ['one', 'two', 'three'].map((name) => `[lifecycle.${name}]\ncommand = "exec rig task"\n`).join('');
  for (const [config, words] of [
    ['', ['--jobs', '1']],
    ['[execution]\nmax_parallel_phases = 1\n', []],
  ] as const) {
    const rig = await Rig.make({'make.toml': `${config}${text}`});
    const program = rig.start(['run', 'one', 'two', 'three', ...words, '--output', 'ndjson']);
    for (let turn = 1; turn <= 3; turn++) {
      const task = await rig.command('task').nextInvocation();
      expect(rig.command('task').count).toBe(turn);
      task.exit(0);
    }
    expect(await program.ended).toMatchObject({code: 0});
    expect(order(program.events)).toMatch(/^\+(\w+) -\1 \+(\w+) -\2 \+(\w+) -\3$/);
  }
});

test('a phase that several need runs once', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.setup]
      command = "echo x >> setup.txt"
      [lifecycle.a]
      command = "true"
      depends_on = ["setup"]
      [lifecycle.b]
      command = "true"
      depends_on = ["setup", "a"]
      [hooks]
      before_a = ["setup"]
      before_b = ["setup"]
    `,
  });
  const {events, code} = await rig.events(['a', 'b', 'setup']);
  expect(code).toBe(0);
  expect(order(events)).toBe('+setup -setup +a -a +b -b');
});

test('before_X and after_X stand around X, and dependents of X wait for after_X', async () => {
  const rig = await Rig.make({
    'make.toml': `
      ${phases({prepare: '', build: '', sign: '', deploy: 'depends_on = ["build"]'})}
      [hooks]
      before_build = ["prepare"]
      after_build = ["sign"]
    `,
  });
  const program = rig.start(['run', 'deploy', '--output', 'ndjson']);
  for (const name of ['prepare', 'build', 'sign', 'deploy']) (await rig.command(name).nextInvocation()).exit(0);
  expect(await program.ended).toMatchObject({code: 0});
  expect(order(program.events)).toBe('+prepare -prepare +build -build +sign -sign +deploy -deploy');
});

test('shell lines as hooks belong to their phase', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.build]
      command = "echo build >> log.txt"
      [hooks]
      before_build = "echo before >> log.txt"
      after_build = { commands = ["echo after >> log.txt", "cat log.txt"] }
    `,
  });
  const {stdout, code} = await rig.run(['run', 'build']);
  expect(code).toBe(0);
  expect(stdout).toContain('before\nbuild\nafter\n');
  expect(stdout).toContain('1 task (1 passed)');
});

test('before_all comes first, on_success and after_all last, each once', async () => {
  const rig = await Rig.make({
    'make.toml': `
      ${phases({one: '', two: 'depends_on = ["one"]', three: ''})}
      [hooks]
      before_all = { commands = ["exec rig before_all"] }
      after_all = { commands = ["exec rig after_all $PACELINE_STATUS"] }
      on_success = { commands = ["exec rig on_success $PACELINE_STATUS"] }
      on_error = { commands = ["exec rig on_error $PACELINE_STATUS"] }
    `,
  });
  const program = rig.start(['run', 'two', 'three', '--output', 'ndjson', '--jobs', '4']);
  const first = await rig.command('before_all').nextInvocation();
  expect(rig.command('one').count + rig.command('three').count).toBe(0);
  first.exit(0);
  for (const name of ['three', 'one', 'two']) (await rig.command(name).nextInvocation()).exit(0);
  for (const name of ['on_success', 'after_all']) {
    const hook = await rig.command(name).nextInvocation();
    expect(hook.args).toEqual(['passed']);
    hook.exit(0);
  }
  expect(await program.ended).toMatchObject({code: 0});
  expect(rig.command('on_error').count).toBe(0);
  expect(order(program.events)).toMatch(
    /^\+before_all -before_all .* \+on_success -on_success \+after_all -after_all$/,
  );
});

test('on_error and after_all run behind a failure, and their own failure does not hide it', async () => {
  const rig = await Rig.make({
    'make.toml': `
      ${phases({build: ''})}
      [hooks]
      after_all = { commands = ["exec rig after_all $PACELINE_STATUS"] }
      on_success = { commands = ["exec rig on_success"] }
      on_error = { commands = ["exec rig on_error $PACELINE_STATUS"] }
    `,
  });
  const program = rig.start(['run', 'build', '--output', 'ndjson']);
  (await rig.command('build').nextInvocation()).exit(3);
  for (const name of ['on_error', 'after_all']) {
    const hook = await rig.command(name).nextInvocation();
    expect(hook.args).toEqual(['failed']);
    hook.exit(9);
  }
  expect(await program.ended).toMatchObject({code: 1});
  expect(rig.command('on_success').count).toBe(0);
  expect(outcomes(program.events)).toEqual(['build failed', 'on_error failed', 'after_all failed']);
  expect(program.events.at(-1)).toMatchObject({kind: 'run-finished', status: 'failed', exitCode: 1});
});

test('a failing last hook makes a run that passed fail', async () => {
  const rig = await Rig.make({'make.toml': '[hooks]\nafter_all = "exit 4"\n[lifecycle.build]\ncommand = "true"'});
  const {code, events} = await rig.events(['build']);
  expect(code).toBe(1);
  expect(outcomes(events)).toEqual(['build passed', 'after_all failed']);
});

test('a failing before_all stops everything but the hooks behind', async () => {
  const rig = await Rig.make({
    'make.toml':
      '[hooks]\nbefore_all = "exit 4"\nafter_all = "echo $PACELINE_STATUS"\n[lifecycle.build]\ncommand = "true"',
  });
  const {code, events} = await rig.events(['build', '--continue=independent']);
  expect(code).toBe(1);
  expect(outcomes(events)).toEqual(['before_all failed', 'build blocked', 'after_all passed']);
});

test('a pipeline runs in written order', async () => {
  const rig = await Rig.make({
    'make.toml': `${phases({one: '', two: '', three: ''})}[pipelines]\nrelease = ["two", "one", "three"]\n`,
  });
  const program = rig.start(['run', 'release', '--jobs', '4', '--output', 'ndjson']);
  for (const name of ['two', 'one', 'three']) (await rig.command(name).nextInvocation()).exit(0);
  expect(await program.ended).toMatchObject({code: 0});
  expect(order(program.events)).toBe('+two -two +one -one +three -three');
});

test('a pipeline stops at its first failure, also where independent work would go on', async () => {
  const rig = await Rig.make({
    'make.toml': `${phases({one: '', two: '', three: ''})}[pipelines]\nrelease = ["one", "two", "three"]\n`,
  });
  const program = rig.start(['run', 'release', '--continue=independent', '--output', 'ndjson']);
  (await rig.command('one').nextInvocation()).exit(0);
  (await rig.command('two').nextInvocation()).exit(1);
  expect(await program.ended).toMatchObject({code: 1});
  expect(rig.command('three').count).toBe(0);
  expect(outcomes(program.events)).toEqual(['one passed', 'two failed', 'three cancelled']);
});

test('phases named together are a set; --in-order makes them a pipeline', async () => {
  const text =
    '[lifecycle.a]\ncommand = "true"\ndepends_on = ["c"]\n[lifecycle.b]\ncommand = "true"\n[lifecycle.c]\ncommand = "true"\n';
  const rig = await Rig.make({'make.toml': text});
  expect(order((await rig.events(['b', 'a', 'c', '--in-order'])).events)).toBe('+b -b +c -c +a -a');
  const set = await rig.events(['a', 'b', 'c', '--jobs', '1']);
  expect(order(set.events)).toMatch(/\+c -c.*\+a -a/);
});

test('a written order gives way to a need; where two orders contradict each other, that is said', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.a]
      command = "true"
      depends_on = ["b"]
      [lifecycle.b]
      command = "true"
      [lifecycle.c]
      command = "true"
      [pipelines]
      needed = ["a", "b"]
      one = ["b", "c"]
      other = ["c", "b"]
    `,
  });
  expect(order((await rig.events(['needed'])).events)).toBe('+b -b +a -a');
  const {code, events, stderr} = await rig.events(['one', 'other', '--jobs', '4']);
  expect(code).toBe(0);
  expect(order(events)).toMatch(/^\+(.) -\1 \+(.) -\2$/);
  expect(stderr).toMatch(/^warning .*W_ORDER_DROPPED$/m);
});

test('phases that need each other are an error that shows each edge', async () => {
  const rig = await Rig.make({
    'make.toml':
      '[lifecycle.a]\ncommand = "true"\ndepends_on = ["b"]\n[lifecycle.b]\ncommand = "true"\ndepends_on = ["a"]\n',
  });
  const {code, stderr} = await rig.run(['run', 'a']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/E_CYCLE/);
  expect(stderr).toContain('make.toml:3:');
  expect(stderr).toContain('make.toml:6:');
});

test('commands of one phase run in order and stop at the first failure; with `parallel` side by side', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.chain]
      commands = ["echo one", "exit 3", "echo three"]
      [lifecycle.abreast]
      commands = ["exec rig left", "exec rig right"]
      parallel = true
    `,
  });
  const chain = await rig.run(['run', 'chain']);
  expect(chain.stdout).toContain('one\n');
  expect(chain.stdout).not.toContain('three\n');
  const program = rig.start(['run', 'abreast', '--output', 'ndjson']);
  const left = await rig.command('left').nextInvocation();
  const right = await rig.command('right').nextInvocation();
  right.exit(0);
  left.exit(0);
  expect(await program.ended).toMatchObject({code: 0});
});

test('^phase waits for the same phase in the workspaces it depends on', async () => {
  const rig = await Rig.make({
    'package.json': JSON.stringify({workspaces: ['packages/*']}),
    'packages/lib/package.json': JSON.stringify({name: 'lib', version: '1.0.0', scripts: {build: 'exec rig lib'}}),
    'packages/mid/package.json': JSON.stringify({name: 'mid', version: '1.0.0', dependencies: {lib: '*'}}),
    'packages/app/package.json': JSON.stringify({
      name: 'app',
      version: '1.0.0',
      dependencies: {mid: '*'},
      scripts: {build: 'exec rig app'},
    }),
    'packages/alone/package.json': JSON.stringify({
      name: 'alone',
      version: '1.0.0',
      scripts: {build: 'exec rig alone'},
    }),
  });
  const program = rig.start(['run', 'build', '--jobs', '4', '--output', 'ndjson']);
  const lib = await rig.command('lib').nextInvocation();
  const alone = await rig.command('alone').nextInvocation();
  alone.exit(0);
  await program.event((event) => event.kind === 'task-finished' && event.task === 'alone#build');
  expect(rig.command('app').count).toBe(0);
  lib.exit(0);
  (await rig.command('app').nextInvocation()).exit(0);
  expect(await program.ended).toMatchObject({code: 0});
});
