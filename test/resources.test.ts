import {expect, test} from 'vitest';
import {order} from './rig/events.ts';
import {Rig} from './rig/rig.ts';

test('a phase that takes two slots of two runs alone', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.wide]
      command = "sleep 0.02"
      resources = { cpu = 2 }
      ${['a', 'b', 'c', 'd'].map((name) => `[lifecycle.${name}]\ncommand = "sleep 0.01"\n`).join('')}
    `,
  });
  const {code, events} = await rig.events(['wide', 'a', 'b', 'c', 'd', '--jobs', '2']);
  expect(code).toBe(0);
  expect(overlaps(order(events), 'wide')).toEqual([]);
  expect(overlaps(order(events), 'a')).not.toEqual([]);
});

test('an exclusive phase runs alone, however many slots there are', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.alone]
      command = "sleep 0.02"
      exclusive = true
      ${['a', 'b', 'c', 'd', 'e'].map((name) => `[lifecycle.${name}]\ncommand = "sleep 0.01"\n`).join('')}
    `,
  });
  const {code, events} = await rig.events(['alone', 'a', 'b', 'c', 'd', 'e', '--jobs', '8']);
  expect(code).toBe(0);
  expect(overlaps(order(events), 'alone')).toEqual([]);
});

test('a phase that wants more than there is runs alone', async () => {
  const rig = await Rig.make({
    'make.toml':
      '[lifecycle.huge]\ncommand = "true"\nresources = { cpu = 64, memory = "900TiB" }\n[lifecycle.small]\ncommand = "true"',
  });
  const {code, events} = await rig.events(['huge', 'small', '--jobs', '2']);
  expect(code).toBe(0);
  expect(overlaps(order(events), 'huge')).toEqual([]);
});

test('memory limits what runs side by side', async () => {
  const rig = await Rig.make({
    'make.toml': ['a', 'b', 'c']
      .map((name) => `[lifecycle.${name}]\ncommand = "sleep 0.01"\nresources = { memory = "900TiB" }\n`)
      .join(''),
  });
  const {code, events} = await rig.events(['a', 'b', 'c', '--jobs', '3']);
  expect(code).toBe(0);
  expect(order(events)).toMatch(/^\+(\w) -\1 \+(\w) -\2 \+(\w) -\3$/);
});

/** What ran beside a task. */
function overlaps(text: string, task: string): readonly string[] {
  const running = new Set<string>();
  const beside = new Set<string>();
  for (const step of text.split(' ')) {
    const name = step.slice(1);
    if (step.startsWith('-')) running.delete(name);
    else {
      running.add(name);
      if (running.has(task)) for (const other of running) if (other !== task) beside.add(other);
    }
  }
  return [...beside];
}
