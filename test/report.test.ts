import {readFileSync, writeFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import type {Run} from '../src/record/run.ts';
import type {Ending} from './rig/program.ts';
import {Rig} from './rig/rig.ts';
import {parsedXml} from './support/xml.ts';

const PROJECT = {
  'make.toml': `
    [lifecycle.build]
    command = "echo built"
    [lifecycle.test]
    command = "test -e good || { echo 'broken <&'; exit 3; }"
    depends_on = ["build"]
  `,
};

/** A project with three runs: the newest passed, and so did the oldest; the one between failed. */
async function threeRuns(): Promise<{readonly rig: Rig; readonly ids: readonly string[]}> {
  const rig = await Rig.make(PROJECT);
  await rig.run(['run', 'build']);
  await rig.run(['run', 'test']);
  rig.write({good: ''});
  await rig.run(['run', 'test']);
  const list = JSON.parse((await rig.run(['history', '--json'])).stdout) as {id: string}[];
  return {rig, ids: list.map(({id}) => id)};
}

/** A sentence and a hint on standard error, nothing else, and the exit code for wrong usage. */
function assertRefused({code, stdout, stderr}: Ending, error: string, hint: string): void {
  expect(stderr).toContain(error);
  expect(stderr).toContain(hint);
  expect(stderr).not.toMatch(/^\s+at |internal error/m);
  expect(stdout).toBe('');
  expect(code).toBe(2);
}

async function reported(rig: Rig, ...words: readonly string[]): Promise<{readonly run: Run; readonly history: object}> {
  const {code, stdout, stderr} = await rig.run(['report', ...words, '--format', 'json']);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout) as {run: Run; history: object};
}

test('a run by its id, its beginning, its place, or as one of several', async () => {
  const {rig, ids} = await threeRuns();
  const [newest = '', middle = '', oldest = ''] = ids;
  const runOf = async (...words: readonly string[]): Promise<string> => (await reported(rig, ...words)).run.id;
  expect(await runOf()).toBe(newest);
  expect(await runOf('last')).toBe(newest);
  expect(await runOf(oldest)).toBe(oldest);
  expect(await runOf(middle.slice(0, -2))).toBe(middle);
  expect(await runOf('last~2')).toBe(oldest);
  expect(await runOf(`${oldest}..${middle}`)).toBe(middle);
  expect(await runOf('last~1..last~2')).toBe(middle);
  expect((await reported(rig, 'last:2')).history).toMatchObject({build: [expect.anything(), expect.anything()]});
  // what is before a run is all there is, unless others are named
  expect((await reported(rig, 'last')).history).toMatchObject({
    build: [expect.anything(), expect.anything(), expect.anything()],
  });
});

test('a run of a file: of a history, or of a report; also where nothing has run', async () => {
  const {rig, ids} = await threeRuns();
  const shown = await rig.run(['history', 'show', 'last~1', '--json']);
  rig.write({'shown.json': shown.stdout, 'elsewhere/make.toml': ''});
  expect((await rig.run(['report', 'last~1', '--format', 'json', '--out', 'elsewhere/report.json'])).code).toBe(0);
  for (const file of ['../shown.json', 'report.json', './report.json']) {
    const {code, stdout} = await rig.run(['report', file, '--format', 'json'], {cwd: 'elsewhere'});
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as {run: Run}).run.id).toBe(ids[1]);
  }
  // nothing is kept of the reading
  assertRefused(await rig.run(['report', 'last'], {cwd: 'elsewhere'}), 'E_NO_HISTORY', 'Run something');
});

test('each format, printed and written', async () => {
  const {rig, ids} = await threeRuns();
  const looks: Readonly<Record<string, (text: string) => void>> = {
    text: (text) => expect(text).toMatch(/^failed in .*\n(.*\n)*where the time went\n/),
    md: (text) => expect(text).toMatch(/^# \*\*failed\*\* in /),
    json: (text) => expect((JSON.parse(text) as {run: Run}).run.id).toBe(ids[1]),
    trace: (text) => expect((JSON.parse(text) as {traceEvents: object[]}).traceEvents.length).toBeGreaterThan(5),
    csv: (text) =>
      expect(text.split('\r\n').map((line) => line.split(',').slice(2, 4).join(' '))).toEqual([
        'task status',
        'build passed',
        'test failed',
        '',
      ]),
    junit: (text) => {
      const [build, failed] = parsedXml(text).children[0]!.children;
      expect([build?.children, failed?.children[0]?.text]).toEqual([[], 'broken <&\n']);
    },
  };
  for (const [format, look] of Object.entries(looks)) {
    const printed = await rig.run(['report', 'last~1', '--format', format]);
    expect(printed).toMatchObject({code: 0, stderr: ''});
    look(printed.stdout);
    const written = await rig.run(['report', 'last~1', '--format', format, '-o', 'out.txt']);
    expect(written).toMatchObject({code: 0, stdout: '', stderr: 'out.txt written.\n'});
    look(readFileSync(rig.path('out.txt'), 'utf8'));
  }
});

test('with --against both runs are compared, printed or written', async () => {
  const {rig} = await threeRuns();
  for (const words of [[], ['--format', 'md']]) {
    const {code, stdout} = await rig.run(['report', ...words, '--against', 'last~1']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/1 run before, 1 run after/);
  }
  expect((await rig.run(['report', '--against', 'last~1', '-o', 'out.txt'])).code).toBe(0);
  expect(readFileSync(rig.path('out.txt'), 'utf8')).toContain('1 run before, 1 run after');
});

test('runs that there are not', async () => {
  const {rig, ids} = await threeRuns();
  assertRefused(await rig.run(['report', 'zzz']), 'There is no run "zzz"', 'paceline history');
  assertRefused(await rig.run(['report', 'last~9']), 'There is no run "last~9"', '`last~1` the one before');
  assertRefused(await rig.run(['report', 'last..zzz']), 'There is no run "zzz"', 'paceline history');
  assertRefused(await rig.run(['report', 'last:0']), 'E_USAGE', 'last:5');
  assertRefused(await rig.run(['report', (ids[0] ?? '').slice(0, 2)]), 'several runs', ids[2] ?? '');
  assertRefused(await rig.run(['report', '--against', 'zzz']), 'There is no run "zzz"', 'paceline history');
});

test('before anything has run, and when nothing was kept', async () => {
  const rig = await Rig.make(PROJECT);
  for (const words of [['report'], ['simulate'], ['compare', 'last', 'last~1'], ['history', 'show', 'last']])
    assertRefused(await rig.run(words), 'E_NO_HISTORY', 'paceline run build');
  const unkept = await Rig.make({'make.toml': `[state]\npersist_execution_state = false\n${PROJECT['make.toml']}`});
  await unkept.run(['run', 'build']);
  for (const words of [['report'], ['report', 'last:5'], ['simulate'], ['compare', 'last', 'last~1']])
    assertRefused(await unkept.run(words), 'There is no run in the history yet', 'paceline run build');
});

test('a file that is no run, and one that cannot be read or written', async () => {
  const {rig} = await threeRuns();
  const {stdout} = await rig.run(['history', 'show', 'last', '--json']);
  rig.write({
    'cut.json': stdout.slice(0, 400),
    'other.json': '{"name": "x"}',
    'newer.json': stdout.replace('"format": 2', '"format": 9'),
  });
  assertRefused(await rig.run(['report', 'cut.json']), 'not complete JSON', 'cut off');
  assertRefused(await rig.run(['report', 'other.json']), 'E_RUN_FILE', 'history show');
  assertRefused(await rig.run(['report', 'newer.json']), 'newer paceline', 'Update paceline');
  assertRefused(await rig.run(['report', 'gone.json']), 'gone.json cannot be read', 'taken for a file');
  assertRefused(await rig.run(['report', '-o', 'no/such/folder/x.txt']), 'E_REPORT_WRITE', 'a folder that exists');
});

test('impossible times of a file are told once each, and the report goes on', async () => {
  const {rig} = await threeRuns();
  const run = JSON.parse((await rig.run(['history', 'show', 'last', '--json'])).stdout) as {
    tasks: {start: number; finish: number}[];
  };
  run.tasks[0]!.finish = run.tasks[0]!.start - 5;
  writeFileSync(rig.path('odd.json'), JSON.stringify(run));
  const {code, stderr, stdout} = await rig.run(['report', 'odd.json']);
  expect(code).toBe(0);
  expect(stderr).toBe('warning odd.json: build ends 5 ms before it starts; the time was put right.\n');
  expect(stdout).toContain('where the time went');
});

test('logs of a run of a file are not looked for by the names that it gives', async () => {
  const {rig} = await threeRuns();
  const run = JSON.parse((await rig.run(['history', 'show', 'last~1', '--json'])).stdout) as {
    id: string;
    tasks: {log?: object}[];
  };
  rig.write({'secret.txt': 'secret words', 'elsewhere/make.toml': ''});
  run.id = '../..';
  for (const task of run.tasks) task.log = {file: 'secret.txt', start: 0, end: 12};
  rig.write({'run.json': JSON.stringify(run)});
  const {code, stdout} = await rig.run(['report', 'run.json', '--format', 'junit']);
  expect(code).toBe(0);
  expect(stdout).not.toContain('secret');
});

test('a reader that goes away is no fault', async () => {
  const {rig} = await threeRuns();
  for (const format of ['text', 'json', 'trace']) {
    const program = rig.startProgram([
      'sh',
      '-c',
      `"$0" "$1" report --format ${format} | head -n 1 | wc -l`,
      process.execPath,
      `${import.meta.dirname}/../dist/bin.js`,
    ]);
    const {stdout, stderr} = await program.ended;
    expect([stdout.trim(), stderr]).toEqual(['1', '']);
  }
});
