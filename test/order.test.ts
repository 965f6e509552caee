import {expect, test} from 'vitest';
import {Rig} from './rig/rig.ts';

test('a phase starts when what it needs has passed', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.build]
      command = "rig build"
      [lifecycle.test]
      command = "rig test"
      depends_on = ["build"]
    `,
  });
  const program = rig.start(['run', 'test']);
  const build = await rig.command('build').nextInvocation();
  expect(rig.command('test').count).toBe(0);
  build.exit(0);
  const check = await rig.command('test').nextInvocation();
  check.exit(0);
  const {code, stdout} = await program.ended;
  expect(code, stdout).toBe(0);
});
