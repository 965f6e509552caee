import {expect, test} from 'vitest';
import {finished, outcomes} from './rig/events.ts';
import {Rig} from './rig/rig.ts';

const FOREVER = 'while :; do sleep 1000; done';

test('a phase over its limit has failed, with what it was', async () => {
  const rig = await Rig.make({
    'make.toml': `[lifecycle.build]\ncommands = ["true", "${FOREVER}", "echo never"]\ntimeout = "900ms"`,
  });
  const {code, events} = await rig.events(['build']);
  expect(code).toBe(1);
  expect(finished(events, 'build')).toMatchObject({
    status: 'failed',
    end: {kind: 'timeout', limitMs: 900, of: 'phase'},
    line: FOREVER,
  });
  expect((await rig.run(['run', 'build'])).stdout).toMatch(/^✗ build over the time limit of the phase, 900 ms$/m);
});

test('a command over its limit has failed', async () => {
  const rig = await Rig.make({
    'make.toml': `[lifecycle.build]\ncommands = ["true", "${FOREVER}"]\ncommand_timeout = "100ms"`,
  });
  const {code, events} = await rig.events(['build']);
  expect(code).toBe(1);
  expect(finished(events, 'build')).toMatchObject({
    status: 'failed',
    end: {kind: 'timeout', limitMs: 100, of: 'command'},
  });
});

test('a run over its limit: everything stops, exit 124, the last hooks run', async () => {
  for (const [config, words] of [
    ['', ['--timeout', '150ms']],
    ['[execution]\nrun_timeout = "150ms"\n', []],
  ] as const) {
    const rig = await Rig.make({
      'make.toml': `
        ${config}
        [hooks]
        after_all = "echo $PACELINE_STATUS > status.txt; test $PACELINE_STATUS = timeout"
        [lifecycle.slow]
        command = "${FOREVER}"
        [lifecycle.behind]
        command = "true"
        depends_on = ["slow"]
      `,
    });
    const {code, events} = await rig.events(['behind', ...words]);
    expect(code).toBe(124);
    expect(outcomes(events)).toEqual(['slow cancelled', 'behind blocked', 'after_all passed']);
    expect(events.at(-1)).toMatchObject({kind: 'run-finished', status: 'timeout', exitCode: 124});
  }
});

test('a limit that is longer than timers can count is none', async () => {
  const rig = await Rig.make({
    'make.toml': '[lifecycle.build]\ncommand = "sleep 0.1"\ntimeout = "1000h"\ncommand_timeout = "1000h"',
  });
  const {code, stderr} = await rig.run(['run', 'build', '--timeout', '1000h']);
  expect(code).toBe(0);
  expect(stderr).toBe('');
});

test('[execution] timeout_seconds holds for phases that do not say', async () => {
  const rig = await Rig.make({
    'make.toml': `[execution]\ntimeout_seconds = 0.1\n[lifecycle.short]\ncommand = "${FOREVER}"\n[lifecycle.long]\ncommand = "sleep 0.3"\ntimeout = "10m"\n`,
  });
  const {events} = await rig.events(['short', 'long', '--continue=always', '--jobs', '2']);
  expect([...outcomes(events)].sort()).toEqual(['long passed', 'short failed']);
});

test('a phase with a wider limit than its command ends by the command’s', async () => {
  const rig = await Rig.make({
    'make.toml': `[lifecycle.build]\ncommand = "${FOREVER}"\ntimeout = "10m"\ncommand_timeout = "100ms"`,
  });
  expect(finished((await rig.events(['build'])).events, 'build').end).toMatchObject({kind: 'timeout', of: 'command'});
});
