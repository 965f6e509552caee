import {closeSync, openSync} from 'node:fs';
import {expect, test} from 'vitest';
import {parseLines} from '../rig/events.ts';
import {endingText} from '../rig/program.ts';
import {Rig} from '../rig/rig.ts';

const COUNT = 2000;

test(`a plan of ${COUNT} tasks runs each once, behind what it needs`, async () => {
  const phases = Array.from({length: COUNT}, (_, index) => {
    // a binary tree with a few long ties, so that it is both wide and deep
    const needs = [(index - 1) >> 1, index % 10 === 0 ? index - 7 : -1].filter(
      (need, place, all) => need >= 0 && need < index && all.indexOf(need) === place,
    );
    return `[lifecycle.t${index}]\ncommand = "true"\ndepends_on = [${needs.map((need) => `"t${need}"`).join(', ')}]\n`;
  });
  const all = `[lifecycle.all]\ncommands = []\ndepends_on = [${phases.map((_, index) => `"t${index}"`).join(', ')}]\n`;
  const rig = await Rig.make({'make.toml': phases.join('') + all});
  const {code, stdout, stderr} = await rig.run(['run', 'all', '--output', 'ndjson', '--jobs', '4']);
  expect(code, stderr).toBe(0);
  const events = parseLines(stdout);
  const [started] = events;
  if (started?.kind !== 'run-started') throw new Error('no start');
  const startOf = new Map(
    events.flatMap((event, index) => (event.kind === 'task-started' ? [[event.task as string, index] as const] : [])),
  );
  const ends = events.flatMap((event, index) =>
    event.kind === 'task-finished' ? [[event.task as string, index, event.status] as const] : [],
  );
  expect(ends).toHaveLength(COUNT);
  expect(new Set(ends.map(([task]) => task)).size).toBe(COUNT);
  expect(ends.every(([, , status]) => status === 'passed')).toBe(true);
  const endOf = new Map(ends.map(([task, index]) => [task, index]));
  const early = started.plan.edges.filter(
    ({from, to}) => endOf.has(from) && startOf.has(to) && endOf.get(from)! > startOf.get(to)!,
  );
  expect(early).toEqual([]);
  let running = 0;
  let most = 0;
  for (const event of events) {
    if (event.kind === 'task-started') most = Math.max(most, ++running);
    else if (event.kind === 'task-finished') running--;
  }
  expect(most).toBe(4);
  const run = await rig.recorded();
  expect(run.tasks).toHaveLength(COUNT);
}, 120_000);

test('a plan of 10,000 tasks is made and shown', async () => {
  const phases = Array.from(
    {length: 10_000},
    (_, index) => `[lifecycle.t${index}]\ncommand = "true"\n${index === 0 ? '' : `depends_on = ["t${index - 1}"]\n`}`,
  );
  const rig = await Rig.make({'make.toml': phases.join('')});
  const ending = await rig.run(['run', 't9999', '--dry-run']);
  expect(ending.code, endingText({...ending, stdout: ''})).toBe(0);
  const order = ending.stdout.split('\n').flatMap((line) => /^(t\d+)/.exec(line)?.[1] ?? []);
  expect(order).toEqual(Array.from({length: 10_000}, (_, index) => `t${index}`));
  const nowhere = openSync('/dev/null', 'w');
  for (const format of ['tree', 'dot', 'mermaid', 'json']) {
    const graph = await rig.run(['graph', 't9999', '--format', format], {stdout: nowhere});
    expect(graph.code, `${format}: ${graph.stderr}`).toBe(0);
  }
  closeSync(nowhere);
});

test('a task in a long chain that fails blocks every one behind it, and the program ends', async () => {
  const phases = Array.from(
    {length: 3000},
    (_, index) =>
      `[lifecycle.t${index}]\ncommand = "${index === 1 ? 'false' : 'true'}"\n${index === 0 ? '' : `depends_on = ["t${index - 1}"]\n`}`,
  );
  const rig = await Rig.make({'make.toml': phases.join('')});
  const {code, events} = await rig.events(['t2999']);
  expect(code).toBe(1);
  const counts = new Map<string, number>();
  for (const event of events)
    if (event.kind === 'task-finished') counts.set(event.status, (counts.get(event.status) ?? 0) + 1);
  expect(Object.fromEntries(counts)).toEqual({passed: 1, failed: 1, blocked: 2998});
});
