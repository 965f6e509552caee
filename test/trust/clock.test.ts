import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {finished, parseLines} from '../rig/events.ts';
import {endingText} from '../rig/program.ts';
import {Rig} from '../rig/rig.ts';

/** Each look at the wall clock shows an hour less. */
const BACKWARDS = `
  const start = Date.now();
  let looks = 0;
  Date.now = () => start - 3_600_000 * ++looks;
`;

test('a wall clock that goes backwards changes no duration and no order', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.one]
      command = "exec rig one"
      [lifecycle.two]
      command = "exec rig two"
      depends_on = ["one"]
    `,
    'backwards.mjs': BACKWARDS,
  });
  const node = ['--import', rig.path('backwards.mjs')];
  const runs: string[] = [];
  for (let turn = 0; turn < 3; turn++) {
    const program = rig.start(['run', 'two', '--output', 'ndjson'], {node});
    (await rig.command('one').nextInvocation()).exit(0);
    (await rig.command('two').nextInvocation()).exit(0);
    const ending = await program.ended;
    expect(ending.code, endingText(ending)).toBe(0);
    const events = parseLines(ending.stdout);
    const times = events.map(({time}) => time);
    expect(times).toEqual([...times].sort((one, other) => one - other));
    runs.push(...events.flatMap((event) => (event.kind === 'run-started' ? [event.run] : [])));
    const run = await rig.recorded();
    expect(run.wallMs).toBeGreaterThan(0);
    expect(run.spans.every(({start, end}) => start >= 0 && end >= start)).toBe(true);
  }
  const list = JSON.parse((await rig.run(['history', '--json'])).stdout) as {id: string; status: string}[];
  expect(list.map(({id}) => id).sort()).toEqual([...runs].sort());
});

test('what runs after a clock that was far ahead was set right keeps its record and its logs', async () => {
  const rig = await Rig.make({
    'make.toml': '[lifecycle.one]\ncommand = "echo text"',
    'ahead.mjs': 'const now = Date.now; Date.now = () => now() + 10 * 365 * 86_400_000;',
  });
  for (let turn = 0; turn < 22; turn++)
    expect(await rig.run(['run', 'one'], {node: ['--import', rig.path('ahead.mjs')]})).toMatchObject({code: 0});
  const {code, events} = await rig.events(['one']);
  expect(code).toBe(0);
  const [started] = events;
  const id = started?.kind === 'run-started' ? started.run : '';
  const {log} = finished(events, 'one');
  expect(readFileSync(rig.path('.paceline/logs', id, log!.file), 'utf8')).toBe('text\n');
  expect(await rig.run(['history', 'show', id])).toMatchObject({code: 0});
});
