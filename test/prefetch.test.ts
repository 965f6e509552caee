import {rmSync} from 'node:fs';
import {expect, test} from 'vitest';
import {finished, order, outcomes} from './rig/events.ts';
import {Rig} from './rig/rig.ts';

const PROJECT = {
  'package-lock.json': '{}',
  'make.toml': `
    [prefetch]
    command = "exec rig install"
    [lifecycle.build]
    command = "exec rig build"
    [lifecycle.aside]
    command = "exec rig aside"
    needs_prefetch = false
    [lifecycle.all]
    commands = []
    depends_on = ["build", "aside"]
  `,
};

test('the prefetch stage runs first, beside what does not need it, and what is behind it works offline', async () => {
  const rig = await Rig.make(PROJECT);
  const program = rig.start(['run', 'all', '--jobs', '2', '--output', 'ndjson']);
  const install = await rig.command('install').nextInvocation();
  const aside = await rig.command('aside').nextInvocation();
  expect(rig.command('build').count).toBe(0);
  expect(install.env.npm_config_offline).toBeUndefined();
  aside.exit(0);
  install.exit(0);
  const build = await rig.command('build').nextInvocation();
  expect(build.env.npm_config_offline).toBe('true');
  build.exit(0);
  expect(await program.ended).toMatchObject({code: 0});
});

test('it runs once, until the lockfile changes or what it installed is gone', async () => {
  const rig = await Rig.make({
    'package-lock.json': '{}',
    'make.toml': '[prefetch]\ncommand = "mkdir -p node_modules"\n[lifecycle.build]\ncommand = "true"',
  });
  const stages = async (): Promise<string> => outcomes((await rig.events(['build'])).events).join(', ');
  expect(await stages()).toBe('prefetch passed, build passed');
  expect(await stages()).toBe('prefetch skipped, build passed');
  rig.write({'package-lock.json': '{"changed": true}'});
  expect(await stages()).toBe('prefetch passed, build passed');
  expect(await stages()).toBe('prefetch skipped, build passed');
  rmSync(rig.path('node_modules'), {recursive: true});
  expect(await stages()).toBe('prefetch passed, build passed');
});

test('a prefetch that failed runs again, and blocks what needs it', async () => {
  const rig = await Rig.make(PROJECT);
  for (let turn = 0; turn < 2; turn++) {
    const program = rig.start(['run', 'all', '--continue=independent', '--jobs', '2', '--output', 'ndjson']);
    (await rig.command('aside').nextInvocation()).exit(0);
    (await rig.command('install').nextInvocation()).exit(1);
    expect(await program.ended).toMatchObject({code: 1});
    expect([...outcomes(program.events)].sort()).toEqual(['aside passed', 'build blocked', 'prefetch failed']);
  }
});

test('a prefetch stage and before_all come before everything else', async () => {
  const rig = await Rig.make({
    'make.toml': '[prefetch]\ncommand = "true"\n[hooks]\nbefore_all = "true"\n[lifecycle.build]\ncommand = "true"',
  });
  const {events} = await rig.events(['build', '--jobs', '1']);
  expect(finished(events, 'prefetch').status).toBe('passed');
  expect(order(events)).toMatch(/ \+build -build$/);
});
