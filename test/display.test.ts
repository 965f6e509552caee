import {expect, test} from 'vitest';
import {Rig} from './rig/rig.ts';

const ESCAPE = '\u001b';

const PROJECT = {
  'make.toml': `
    [lifecycle.build]
    command = "printf '\\\\033[31mred\\\\033[0m text\\\\n'"
    [lifecycle.lint]
    command = "true"
    depends_on = ["build"]
    [lifecycle.test]
    command = "echo failing; exit 3"
    depends_on = ["lint"]
    [lifecycle.ship]
    command = "true"
    depends_on = ["test"]
  `,
};

/** Times are what differs from run to run. */
function timeless(text: string): string {
  return text.replaceAll(/ *<?\d+(\.\d+)? m?s\b/g, ' TIME');
}

test('without a terminal: logs in one piece a task, a line a task, the failure, the total and the critical path', async () => {
  const rig = await Rig.make(PROJECT);
  const {code, stdout, stderr} = await rig.run(['run', 'ship']);
  expect(code).toBe(1);
  expect(stderr).toBe('');
  expect(timeless(stdout)).toMatchInlineSnapshot(`
    "✓ build TIME
    red text

    ✓ lint TIME
    ✗ test TIME  exit 3
    failing

    · ship  blocked: test did not succeed

    ✓ build TIME
    ✓ lint TIME
    ✗ test TIME  exit 3
    · ship                 blocked: test did not succeed

    ✗ test exit 3
      $ echo failing; exit 3
      run it alone: paceline run test --only

    failed  4 tasks (2 passed, 1 failed, 1 blocked) in TIME
    critical path build → lint → test ( TIME)
    "
  `);
});

test('nothing but text goes to what is no terminal', async () => {
  const rig = await Rig.make(PROJECT);
  for (const words of [
    ['run', 'ship'],
    ['run', 'nothing'],
    ['list'],
    ['show', 'test'],
    ['history'],
    ['history', 'show', 'last'],
    ['run', 'ship', '--dry-run'],
  ]) {
    const {stdout, stderr} = await rig.run(words);
    expect(stdout + stderr, words.join(' ')).not.toContain(ESCAPE);
  }
});

test('FORCE_COLOR brings colours, ours and those of the tasks; NO_COLOR wins', async () => {
  const rig = await Rig.make(PROJECT);
  const coloured = await rig.run(['run', 'ship'], {env: {FORCE_COLOR: '1'}});
  expect(coloured.stdout).toContain(`${ESCAPE}[31mred${ESCAPE}[0m text`);
  expect(coloured.stdout).toMatch(new RegExp(`${ESCAPE}\\[32m✓${ESCAPE}\\[39m build`));
  for (const env of [{NO_COLOR: '1', FORCE_COLOR: '1'}, {NO_COLOR: '1'}, {FORCE_COLOR: '0'}, {TERM: 'dumb'}]) {
    expect((await rig.run(['run', 'ship'], {env})).stdout, JSON.stringify(env)).not.toContain(ESCAPE);
  }
});

test('on GitHub Actions the logs of tasks are folded', async () => {
  const rig = await Rig.make(PROJECT);
  const {stdout} = await rig.run(['run', 'ship', '--jobs', '1'], {env: {GITHUB_ACTIONS: 'true'}});
  const groups = stdout.split('\n').filter((line) => line.startsWith('::'));
  expect(groups.map((line) => timeless(line))).toEqual([
    expect.stringMatching(/^::group::✓ build TIME$/),
    '::endgroup::',
    expect.stringMatching(/^::group::✗ test TIME {2}exit 3$/),
    '::endgroup::',
  ]);
});

test('a run of many tasks lists the slowest and what went wrong, not all', async () => {
  const phases = Array.from(
    {length: 200},
    (_, index) => `[lifecycle.t${index}]\ncommand = "${index === 77 ? 'exit 5' : 'true'}"\n`,
  ).join('');
  const rig = await Rig.make({
    'make.toml': `${phases}[lifecycle.all]\ncommands = []\ndepends_on = [${Array.from({length: 200}, (_, index) => `"t${index}"`).join(', ')}]\n`,
  });
  const {code, stdout} = await rig.run(['run', 'all', '--continue=independent', '--logs=none']);
  expect(code).toBe(1);
  expect(stdout).toContain('200 tasks (199 passed, 1 failed)');
  expect(stdout).toMatch(/^✗ t77 .*exit 5$/m);
  expect(stdout).toMatch(/ {2}and \d+ more that passed$/m);
  expect(stdout.split('\n').length).toBeLessThan(40);
});
