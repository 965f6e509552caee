import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {needs} from './rig/needs.ts';
import {parentOf, untilGone} from './rig/processes.ts';
import {Rig} from './rig/rig.ts';

const CURSOR_UP = '\u001b[2A';

test('a terminal sees what runs, and in the end only the summary', async (context) => {
  needs(context, 'a terminal');
  const rig = await Rig.make({
    'make.toml':
      '[lifecycle.build]\ncommand = "exec rig build"\n[lifecycle.test]\ncommand = "echo hidden"\ndepends_on = ["build"]',
  });
  const program = rig.startInTerminal(['run', 'test']);
  const build = await rig.command('build').nextInvocation();
  await program.printed(/0\/2 done, 1 running/);
  build.exit(0);
  const {code, stdout} = await program.ended;
  expect(code).toBe(0);
  expect(stdout).toContain(CURSOR_UP);
  expect(stdout).not.toContain('hidden');
  expect(stdout).toMatch(/✓.* build +\d/);
  expect(stdout).toMatch(/passed.* {2}2 tasks \(2 passed\)/);
});

test('a terminal sees the end of the log of what failed', async (context) => {
  needs(context, 'a terminal');
  const rig = await Rig.make({'make.toml': '[lifecycle.build]\ncommand = "seq 100; exit 3"'});
  const {code, stdout} = await rig.startInTerminal(['run', 'build']).ended;
  expect(code).toBe(1);
  expect(stdout).toMatch(/ {2}99\r\n {2}100\r\n/);
  expect(stdout).not.toMatch(/^ {2}50\r$/m);
  expect(stdout).toContain('paceline run build --only');
});

test('Ctrl-C in a terminal', async (context) => {
  needs(context, 'a terminal');
  const rig = await Rig.make({'make.toml': '[lifecycle.build]\ncommand = "exec rig build"'});
  const program = rig.startInTerminal(['run', 'build']);
  const build = await rig.command('build').nextInvocation();
  program.type('\u0003');
  await build.gone;
  expect(build.signals).toEqual(['SIGTERM']);
  const {code, stdout} = await program.ended;
  expect(code).toBe(130);
  expect(stdout).toContain('Got SIGINT: stopping; once more kills at once.');
});

test('a terminal that is closed ends the run', async (context) => {
  needs(context, 'a terminal');
  const rig = await Rig.make({
    'make.toml':
      '[lifecycle.build]\ncommand = "exec rig build"\n[hooks]\nafter_all = "echo $PACELINE_STATUS > status.txt"',
  });
  const program = rig.startInTerminal(['run', 'build']);
  const build = await rig.command('build').nextInvocation();
  const paceline = parentOf(build.pid);
  program.signal('SIGKILL');
  await build.gone;
  expect(build.signals).toEqual(['SIGTERM']);
  await untilGone(paceline);
  expect(await rig.recorded()).toMatchObject({status: 'interrupted', exitCode: 129});
  expect(readFileSync(rig.path('status.txt'), 'utf8')).toBe('interrupted\n');
});

test('in a terminal a phase that requires approval is asked about first', async (context) => {
  needs(context, 'a terminal');
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.build]
      command = "exec rig build"
      [lifecycle.deploy]
      command = "exec rig deploy"
      description = "to the live servers"
      depends_on = ["build"]
      requires_approval = true
    `,
  });
  for (const answer of ['n', '', 'nope']) {
    const refused = rig.startInTerminal(['run', 'deploy']);
    await refused.printed(/Phase "deploy" \(to the live servers\) requires approval\. Run it\? \[y\/N\]/);
    refused.type(`${answer}\r`);
    const {code, stdout} = await refused.ended;
    expect(code).toBe(2);
    expect(stdout).toContain('Phase "deploy" was not approved; nothing was run.');
  }
  expect(rig.command('build').count).toBe(0);
  const approved = rig.startInTerminal(['run', 'deploy']);
  await approved.printed(/\[y\/N\]/);
  approved.type('y\r');
  (await rig.command('build').nextInvocation()).exit(0);
  (await rig.command('deploy').nextInvocation()).exit(0);
  expect(await approved.ended).toMatchObject({code: 0});
});

test('Ctrl-C at the question is a no', async (context) => {
  needs(context, 'a terminal');
  const rig = await Rig.make({
    'make.toml': '[lifecycle.deploy]\ncommand = "exec rig deploy"\nrequires_approval = true',
  });
  for (const key of ['\u0003', '\u0004']) {
    const program = rig.startInTerminal(['run', 'deploy']);
    await program.printed(/\[y\/N\]/);
    program.type(key);
    const {code, stdout} = await program.ended;
    expect(code, stdout).toBe(2);
    expect(stdout).toContain('Phase "deploy" was not approved; nothing was run.');
  }
  expect(rig.command('deploy').count).toBe(0);
});
