import {existsSync} from 'node:fs';
import {dirname} from 'node:path';
import {expect, test} from 'vitest';
import {Rig} from './rig/rig.ts';

test('a missing interpreter is named with its phase before anything runs', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.build]
      command = "touch built.txt"
      [lifecycle.report]
      command = "ruby report.rb"
      depends_on = ["build"]
    `,
  });
  const {code, stderr} = await rig.run(['run', 'report'], {env: {PATH: `${dirname(process.execPath)}:/nowhere`}});
  expect(code).toBe(2);
  expect(stderr).toMatch(/^error "ruby" is not installed; report needs it\. E_TOOL_MISSING$/m);
  expect(stderr).toContain('make.toml:5:');
  expect(stderr).toContain('Install it: ');
  expect(existsSync(rig.path('built.txt'))).toBe(false);
});

test('a tool of node_modules/.bin is there', async () => {
  const rig = await Rig.make({
    'make.toml': '[lifecycle.build]\ncommand = "deno check"',
    'node_modules/.bin/deno': '#!/bin/sh\ntrue\n',
  });
  rig.makeExecutable('node_modules/.bin/deno');
  expect(await rig.run(['run', 'build'])).toMatchObject({code: 0});
});

test('a phase that does not run needs no tool', async () => {
  const rig = await Rig.make({
    'make.toml': '[lifecycle.build]\ncommand = "true"\n[lifecycle.other]\ncommand = "deno check"',
  });
  expect(await rig.run(['run', 'build'])).toMatchObject({code: 0});
});

test('[deps]: a tool that is missing, or too old, is an error; one that fits is not', async () => {
  const text = (range: string): string => `[deps]\nfrob = "${range}"\n[lifecycle.build]\ncommand = "touch built.txt"`;
  const rig = await Rig.make({'make.toml': text('>=2.0.0')});
  const missing = await rig.run(['run', 'build']);
  expect(missing).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^error "frob" is required and does not start .*E_TOOL_MISSING$/m),
  });
  rig.install('frob', 'echo "frob version 1.9.3 (2024)"');
  const old = await rig.run(['run', 'build']);
  expect(old).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^error "frob" is 1\.9\.3; >=2\.0\.0 is required\. E_TOOL_VERSION$/m),
  });
  expect(old.stderr).toContain('make.toml:2:');
  expect(existsSync(rig.path('built.txt'))).toBe(false);
  rig.install('frob', 'echo "frob version 2.1.0"');
  expect(await rig.run(['run', 'build'])).toMatchObject({code: 0});
});

test('every missing tool is said at once', async () => {
  const rig = await Rig.make({
    'make.toml':
      '[lifecycle.a]\ncommand = "ruby a.rb"\n[lifecycle.b]\ncommand = "php b.php"\n[lifecycle.c]\ncommand = "ruby c.rb"\n',
  });
  const {code, stderr} = await rig.run(['run', 'a', 'b', 'c'], {env: {PATH: dirname(process.execPath)}});
  expect(code).toBe(2);
  expect(stderr.match(/E_TOOL_MISSING/g)).toHaveLength(2);
});

test('a tool that a prefetch stage or a PATH of the config may bring is not missed', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [env]
      NODE_ENV = "test"
      [prefetch]
      command = "mkdir -p node_modules/.bin && cp deno node_modules/.bin/deno"
      [lifecycle.build]
      command = "deno check"
      [lifecycle.report]
      command = "ruby report.rb"
      env = {PATH = "./tools:\${PATH}"}
    `,
    deno: '#!/bin/sh\ntrue\n',
    'tools/ruby': '#!/bin/sh\ntrue\n',
  });
  for (const tool of ['deno', 'tools/ruby']) rig.makeExecutable(tool);
  expect(await rig.run(['run', 'build', 'report'])).toMatchObject({code: 0});
});

test('a phase that may fail, or need not run, only warns of a missing tool', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.lint]
      command = "php lint.php"
      error_handling = "warn"
      [lifecycle.report]
      command = "ruby report.rb"
      condition = {files_exist = ["report.rb"]}
    `,
  });
  const {code, stderr} = await rig.run(['run', 'lint', 'report'], {env: {PATH: `${dirname(process.execPath)}:/bin`}});
  expect(code).toBe(0);
  expect(stderr).toMatch(/^warning "php" is not installed; lint needs it\. E_TOOL_MISSING$/m);
});
