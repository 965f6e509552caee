import {existsSync} from 'node:fs';
import {expect, test} from 'vitest';
import {Rig} from './rig/rig.ts';

const PROJECT = {
  'make.toml': `
[project]
name = "demo"
[lifecycle.build]
command = "tsc -b"
description = "Compile the sources"
outputs = ["dist/"]
[lifecycle.lint]
command = "true"
[lifecycle.test]
commands = ["echo one", "echo two"]
depends_on = ["build"]
timeout = "90s"
retries = 1
[lifecycle.deploy]
command = "echo deploy"
category = "Release"
requires_approval = true
depends_on = ["test"]
[pipelines]
release = ["test", "deploy"]
[hooks]
after_build = ["lint"]
`,
};

test('list: phases by category, pipelines', async () => {
  const rig = await Rig.make(PROJECT);
  const {code, stdout, stderr} = await rig.run(['list']);
  expect(code, stderr).toBe(0);
  for (const line of [
    /^demo +\(lifecycle\)$/m,
    /^Release\n {2}deploy/m,
    /^ {2}build +Compile the sources$/m,
    /^ {2}release +test → deploy$/m,
  ])
    expect(stdout).toMatch(line);
  const json = JSON.parse((await rig.run(['list', '--json'])).stdout);
  expect(json).toMatchObject({
    project: 'demo',
    dialect: 'lifecycle',
    pipelines: [{name: 'release', phases: ['test', 'deploy']}],
  });
  expect(json.phases).toContainEqual({name: 'deploy', description: null, category: 'Release', workspaces: ['root']});
});

test('show: what a phase is, and where that is written', async () => {
  const rig = await Rig.make(PROJECT);
  const {code, stdout} = await rig.run(['show', 'test']);
  expect(code).toBe(0);
  for (const line of [
    /^test/m,
    /written at +make\.toml:10$/m,
    /command +echo one$/m,
    /command +echo two$/m,
    /needs +build$/m,
    /limit +1 min 30 s$/m,
    /retries +1$/m,
  ])
    expect(stdout).toMatch(line);
  expect((await rig.run(['show', 'build'])).stdout).toMatch(/then +lint$/m);
  expect((await rig.run(['show', 'deploy'])).stdout).toMatch(/flags +requires approval$/m);
  expect((await rig.run(['show', 'release'])).stdout).toMatch(
    /^pipeline release \(make\.toml:\d+\)\n {2}test → deploy$/m,
  );
  expect(JSON.parse((await rig.run(['show', 'test', '--json'])).stdout)).toMatchObject([
    {workspace: '//', name: 'test', limits: {timeoutMs: 90_000, retries: 1}},
  ]);
  expect(await rig.run(['show', 'tset'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Did you mean "test"?'),
  });
});

test('graph: the plan as a tree, for Graphviz, for Mermaid and as data', async () => {
  const rig = await Rig.make(PROJECT);
  expect((await rig.run(['graph', 'deploy'])).stdout).toBe(
    ['deploy', '└─ test', '   ├─ build', '   └─ lint (after)', '      └─ build (after)', ''].join('\n'),
  );
  const dot = (await rig.run(['graph', 'deploy', '--format', 'dot'])).stdout;
  expect(dot).toMatch(/^digraph paceline \{\n/);
  expect(dot).toContain('"build" -> "test" [style=solid];');
  expect(dot).toContain('"build" -> "lint" [style=dashed];');
  const mermaid = (await rig.run(['graph', 'deploy', '--format', 'mermaid'])).stdout;
  expect(mermaid).toMatch(/^flowchart LR\n/);
  expect(mermaid).toContain('["deploy"]');
  const plan = JSON.parse((await rig.run(['graph', 'deploy', '--format', 'json'])).stdout);
  expect(plan.nodes.map(({id}: {id: string}) => id).sort()).toEqual(['build', 'deploy', 'lint', 'test']);
  expect(plan.edges).toContainEqual(expect.objectContaining({from: 'build', to: 'test', kind: 'needs'}));
});

test('--dry-run shows what would run, in an order that works, and runs nothing', async () => {
  const rig = await Rig.make({
    'make.toml':
      '[lifecycle.build]\ncommand = "touch built.txt"\n[lifecycle.test]\ncommands = ["true", "touch tested.txt"]\ndepends_on = ["build"]\n',
  });
  const {code, stdout} = await rig.run(['run', 'test', '--dry-run']);
  expect(code).toBe(0);
  expect(stdout).toBe(
    'build\n  $ touch built.txt\ntest   after build\n  $ true\n  $ touch tested.txt\n\n2 tasks would run.\n',
  );
  const json = JSON.parse((await rig.run(['run', 'test', '--dry-run=json'])).stdout);
  expect(json.tasks).toMatchObject([
    {id: 'build', commands: ['touch built.txt'], requested: false},
    {id: 'test', commands: ['true', 'touch tested.txt'], requested: true, origin: {file: 'make.toml', line: 3}},
  ]);
  expect(existsSync(rig.path('built.txt'))).toBe(false);
  expect(existsSync(rig.path('.paceline'))).toBe(false);
});

test('history: runs, the newest first, and each as a whole', async () => {
  const rig = await Rig.make({
    'make.toml': '[lifecycle.build]\ncommand = "true"\n[lifecycle.test]\ncommand = "exit 3"\ndepends_on = ["build"]\n',
  });
  expect(await rig.run(['history'])).toMatchObject({code: 2, stderr: expect.stringContaining('E_NO_HISTORY')});
  expect(await rig.run(['run', 'build'])).toMatchObject({code: 0});
  expect(await rig.run(['run', 'test'])).toMatchObject({code: 1});
  const list = JSON.parse((await rig.run(['history', '--json'])).stdout);
  expect(list).toMatchObject([
    {status: 'failed', exitCode: 1, command: ['run', 'test'], tasks: 2, failed: 1},
    {status: 'passed', exitCode: 0, command: ['run', 'build'], tasks: 1, failed: 0},
  ]);
  const text = (await rig.run(['history'])).stdout.trimEnd().split('\n');
  expect(text).toHaveLength(2);
  expect(text[0]).toMatch(new RegExp(`^${list[0].id} .* failed .* 2 tasks +run test$`));
  expect(JSON.parse((await rig.run(['history', '--limit', '1', '--json'])).stdout)).toHaveLength(1);

  const shown = await rig.run(['history', 'show', 'last']);
  expect(shown.stdout).toMatch(/^✓ build /m);
  expect(shown.stdout).toMatch(/^✗ test .*exit 3$/m);
  expect(shown.stdout).toMatch(/^critical path build → test \(/m);
  const run = JSON.parse((await rig.run(['history', 'show', list[0].id.slice(0, -4), '--json'])).stdout);
  expect(run).toMatchObject({id: list[0].id, format: 2, root: rig.root, status: 'failed', command: ['run', 'test']});
  expect(run.plan.nodes).toHaveLength(2);
  expect(run.spans.map(({kind}: {kind: string}) => kind)).toEqual(
    expect.arrayContaining(['run', 'config', 'plan', 'task', 'attempt', 'command']),
  );
});

test('history show: an id that is unknown or not enough is said', async () => {
  const rig = await Rig.make({'make.toml': '[lifecycle.build]\ncommand = "true"'});
  await rig.run(['run', 'build']);
  await rig.run(['run', 'build']);
  expect(await rig.run(['history', 'show', 'zzz'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('There is no run "zzz"'),
  });
  expect(await rig.run(['history', 'show', '0'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('begins the ids of several runs'),
  });
});

test('the history works from a folder of the project, and keeps out of git', async () => {
  const rig = await Rig.make({'make.toml': '[lifecycle.build]\ncommand = "pwd"', 'deep/folder/file.txt': ''});
  expect(await rig.run(['run', 'build'], {cwd: 'deep/folder'})).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`${rig.root}\n`),
  });
  expect(await rig.run(['history'], {cwd: 'deep/folder'})).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('run build'),
  });
  expect(existsSync(rig.path('.paceline/.gitignore'))).toBe(true);
});

test('validate takes a project that has only package.json scripts', async () => {
  const rig = await Rig.make({'package.json': JSON.stringify({name: 'plain', scripts: {build: 'true', lint: 'true'}})});
  const {code, stdout} = await rig.run(['validate']);
  expect(stdout).toContain('loaded package.json (scripts; 2 phases');
  expect(code).toBe(0);
});

test('a slip is shown with its line; what is known and not acted on takes a line each', async () => {
  const rig = await Rig.make({
    'make.toml': '[lifecycle.a]\ncommand = "true"\nwatch = true\ncomand = "x"\n[security]\naudit_log = "x"\n',
  });
  const {code, stderr} = await rig.run(['list']);
  expect(code).toBe(0);
  expect(stderr).toContain('4 | comand = "x"');
  expect(stderr).toMatch(/^warning make\.toml:3:1 .*W_NOT_YET$/m);
  expect(stderr).toMatch(/^warning make\.toml:5:2 .*W_CLOSED_TABLE$/m);
  expect(stderr).not.toContain('3 | watch');
});
