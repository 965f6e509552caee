import {existsSync} from 'node:fs';
import {expect, test} from 'vitest';
import {outcomes} from './rig/events.ts';
import {Rig} from './rig/rig.ts';

const PROJECT = {
  'make.toml': `
    [lifecycle.build]
    command = "touch built.txt"
    [lifecycle.deploy]
    command = "echo deployed"
    depends_on = ["build"]
    requires_approval = true
  `,
};

test('without a terminal a phase that requires approval is refused before anything runs', async () => {
  const rig = await Rig.make(PROJECT);
  const {code, stderr} = await rig.run(['run', 'deploy']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^error Phase "deploy" requires approval, and there is no terminal to ask in\. E_APPROVAL$/m);
  expect(stderr).toContain('--approve=deploy');
  expect(stderr).toContain('make.toml:4:');
  expect(existsSync(rig.path('built.txt'))).toBe(false);
});

test('--approve lets it run', async () => {
  const rig = await Rig.make(PROJECT);
  for (const words of [['--approve=deploy'], ['--approve', 'other,deploy']]) {
    const {code, events} = await rig.events(['deploy', ...words]);
    expect(code).toBe(0);
    expect(outcomes(events)).toEqual(['build passed', 'deploy passed']);
  }
  expect(await rig.run(['run', 'deploy', '--approve=build'])).toMatchObject({code: 2});
});

test('what does not need the phase needs no approval', async () => {
  const rig = await Rig.make(PROJECT);
  expect(await rig.run(['run', 'build'])).toMatchObject({code: 0});
  expect(await rig.run(['run', 'deploy', '--dry-run'])).toMatchObject({code: 0});
});
