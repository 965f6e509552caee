import {rmSync} from 'node:fs';
import {expect, test} from 'vitest';
import {finished, outcomes} from './rig/events.ts';
import {Rig} from './rig/rig.ts';

const SETUP =
  '[lifecycle.setup]\ncommand = "test ! -e broken"\nfirst_run_only = true\n[lifecycle.build]\ncommand = "true"\ndepends_on = ["setup"]\n';

test('a first_run_only phase runs until it has succeeded once in this checkout', async () => {
  const rig = await Rig.make({'make.toml': SETUP, broken: ''});
  expect(outcomes((await rig.events(['build'])).events)).toEqual(['setup failed', 'build blocked']);
  rmSync(rig.path('broken'));
  expect(outcomes((await rig.events(['build'])).events)).toEqual(['setup passed', 'build passed']);
  const {events, code} = await rig.events(['build']);
  expect(code).toBe(0);
  expect(outcomes(events)).toEqual(['setup skipped', 'build passed']);
  expect(finished(events, 'setup').reason).toBe('first_run_only, and it has succeeded here before');
});

test('a success in .ggen/state.json counts', async () => {
  const state = {
    last_phase: 'setup',
    phase_history: [{phase: 'setup', started_ms: 1, duration_ms: 2, success: true}],
    generated: [],
    cache_keys: [],
  };
  const rig = await Rig.make({'make.toml': SETUP, '.ggen/state.json': JSON.stringify(state)});
  const {events} = await rig.events(['build']);
  expect(outcomes(events)).toEqual(['setup skipped', 'build passed']);
  expect(finished(events, 'setup').reason).toBe('first_run_only, and .ggen/state.json records its success');
});

for (const [what, text] of [
  [
    'says nothing of it',
    JSON.stringify({
      phase_history: [
        {phase: 'other', success: true},
        {phase: 'setup', success: false},
      ],
    }),
  ],
  ['is no JSON', '{'],
  ['is a list', '[]'],
] as const) {
  test(`a .ggen/state.json that ${what} does not count`, async () => {
    const rig = await Rig.make({'make.toml': SETUP, '.ggen/state.json': text});
    expect(outcomes((await rig.events(['build'])).events)).toEqual(['setup passed', 'build passed']);
  });
}

test('skip_if_exists: the phases count as done when all of the files are there', async () => {
  const rig = await Rig.make({
    'make.toml': `[state]\nskip_if_exists = ["a.txt", "b.txt"]\n${SETUP}`,
    'a.txt': '',
    broken: '',
  });
  expect(outcomes((await rig.events(['build'])).events)).toEqual(['setup failed', 'build blocked']);
  rig.write({'b.txt': ''});
  expect(outcomes((await rig.events(['build'])).events)).toEqual(['setup skipped', 'build passed']);
});

test('the marker holds when nothing is recorded in the history', async () => {
  const rig = await Rig.make({'make.toml': `[state]\npersist_execution_state = false\n${SETUP}`});
  expect(outcomes((await rig.events(['build'])).events)).toEqual(['setup passed', 'build passed']);
  expect(outcomes((await rig.events(['build'])).events)).toEqual(['setup skipped', 'build passed']);
});
