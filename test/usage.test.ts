import {expect, test} from 'vitest';
import {Rig} from './rig/rig.ts';

const PROJECT = {
  'make.toml':
    '[lifecycle.build]\ncommand = "rig build"\n[lifecycle.test]\ncommand = "rig test"\n[pipelines]\nrelease = ["build"]\n',
};

/** What somebody may get wrong, and what the answer must say. */
const MISTAKES: readonly (readonly [readonly string[], string])[] = [
  [['run'], "missing required argument 'phase'"],
  [['run', '--', 'word'], "missing required argument 'phase'"],
  [['frobnicate'], "unknown command 'frobnicate'"],
  [['run', 'build', '--frobnicate'], "unknown option '--frobnicate'"],
  [['run', 'build', '--jobs', '0'], 'whole number above 0'],
  [['run', 'build', '--jobs', 'many'], 'whole number above 0'],
  [['run', 'build', '--continue=maybe'], 'never, independent, always'],
  [['run', 'build', '--output=xml'], 'auto, live, grouped, ndjson'],
  [['run', 'build', '--dry-run=yaml'], 'text, json'],
  [['run', 'build', '-D', 'novalue'], 'E_USAGE'],
  [['run', 'build', '-D', '=value'], 'E_USAGE'],
  [['run', 'build', '--timeout', 'soon'], 'E_USAGE'],
  [['run', 'biuld'], 'Did you mean "build"?'],
  [['run', 'relaese'], 'Did you mean "release"?'],
  [['run', 'something-else'], 'Known: build, test, release.'],
  [['show', 'biuld'], 'Did you mean "build"?'],
  [['graph', 'biuld'], 'Did you mean "build"?'],
  [['graph', 'build', '--format', 'png'], 'tree, dot, mermaid, json'],
  [['history', 'show'], "missing required argument 'run'"],
  [['report', '--format', 'pdf'], 'text, html, md, json, junit, trace, csv'],
  [['report'], 'E_NO_HISTORY'],
  [['simulate', '--jobs', '0'], 'whole number above 0'],
  [['simulate', '--cores', 'many'], 'whole number above 0'],
  [['simulate', '--last', '0'], 'whole number above 0'],
  [['simulate', '--speed'], 'argument missing'],
  [['compare'], "missing required argument 'before'"],
  [['compare', 'last'], "missing required argument 'after'"],
];

for (const [words, answer] of MISTAKES) {
  test(`paceline ${words.join(' ')}: exit 2, a sentence, no stack trace`, async () => {
    const rig = await Rig.make(PROJECT);
    const {code, stdout, stderr} = await rig.run(words);
    expect(stderr).toContain(answer);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toMatch(/^\s+at |internal error/m);
  });
}

test('config that cannot be read: the place, the line and a squiggle', async () => {
  const rig = await Rig.make({'make.toml': '[lifecycle.build]\ncommand = "unfinished\n'});
  const {code, stderr} = await rig.run(['run', 'build']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/make\.toml:2:\d+$/m);
  expect(stderr).toContain('2 | command = "unfinished');
  expect(stderr).toMatch(/^ +\| +~/m);
});

test('a phase that a misspelt key leaves without commands: the key is named', async () => {
  const rig = await Rig.make({'make.toml': '[lifecycle.build]\ncomand = "true"\n'});
  for (const command of ['run', 'graph']) {
    const {code, stderr} = await rig.run([command, 'build']);
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean "command"?');
    expect(stderr).toContain('E_UNKNOWN_PHASE');
  }
});

test('a package.json that cannot be read is said, where it would have been the project', async () => {
  const rig = await Rig.make({'package.json': '{"scripts": {"build": "true",}\n'});
  const {code, stderr} = await rig.run(['run', 'build']);
  expect(code).toBe(2);
  expect(stderr).toContain('E_JSON');
  expect(stderr).toContain('package.json:1:');
});

test('a misspelt key is warned about with the nearest one; --strict makes it an error', async () => {
  const rig = await Rig.make({'make.toml': '[lifecycle.build]\ncomand = "true"\ncommands = ["true"]\n'});
  const warned = await rig.run(['run', 'build']);
  expect(warned.code).toBe(0);
  expect(warned.stderr).toMatch(/^warning .*comand/m);
  expect(warned.stderr).toContain('make.toml:2:1');
  expect(warned.stderr).toMatch(/"?command"?/);
  expect(await rig.run(['run', 'build', '--strict'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('E_STRICT'),
  });
});

test('a dependency that is not there is an error at its place, with the nearest name', async () => {
  const rig = await Rig.make({
    'make.toml': '[lifecycle.build]\ncommand = "true"\n[lifecycle.test]\ncommand = "true"\ndepends_on = ["biuld"]\n',
  });
  const {code, stderr} = await rig.run(['run', 'test']);
  expect(code).toBe(2);
  expect(stderr).toContain('make.toml:5:');
  expect(stderr).toContain('Did you mean "build"?');
});

test('outside of any project', async () => {
  const rig = await Rig.make({'empty/file.txt': ''});
  for (const words of [['run', 'build'], ['list'], ['show', 'build'], ['graph', 'build']]) {
    const {code, stderr} = await rig.run(words, {cwd: 'empty'});
    expect(code).toBe(2);
    expect(stderr).toContain('E_NO_PROJECT');
  }
});

test('--version and --help', async () => {
  const rig = await Rig.make({});
  expect(await rig.run(['--version'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    stderr: '',
  });
  for (const words of [['--help'], ['run', '--help'], ['history', '--help'], ['help', 'run']]) {
    const {code, stdout} = await rig.run(words);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: paceline/);
  }
  expect((await rig.run(['run', '--help'])).stdout).toContain('--approve');
});

test('--root names the project from anywhere', async () => {
  const rig = await Rig.make({'shop/make.toml': '[lifecycle.build]\ncommand = "pwd"', 'elsewhere/file.txt': ''});
  const {code, stdout} = await rig.run(['--root', '../shop', 'run', 'build'], {cwd: 'elsewhere'});
  expect(code).toBe(0);
  expect(stdout).toContain(`${rig.path('shop')}\n`);
});

test('an output that should be JSON is only that', async () => {
  const rig = await Rig.make({
    ...PROJECT,
    'make.toml': `${PROJECT['make.toml']}[lifecycle.odd]\nunknown_key = 1\ncommand = "true"\n`,
  });
  for (const words of [
    ['list', '--json'],
    ['show', 'odd', '--json'],
    ['graph', 'odd', '--format', 'json'],
    ['run', 'odd', '--dry-run=json'],
  ]) {
    const {code, stdout} = await rig.run(words);
    expect(code, words.join(' ')).toBe(0);
    expect(() => JSON.parse(stdout), words.join(' ')).not.toThrow();
  }
});
