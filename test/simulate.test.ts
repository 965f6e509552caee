import {expect, test} from 'vitest';
import {Rig} from './rig/rig.ts';

const PROJECT = {
  'make.toml': `
    [lifecycle.build]
    command = "sleep 0.1"
    [lifecycle.lint]
    command = "sleep 0.1"
    [lifecycle.test]
    command = "sleep 0.2"
    depends_on = ["build", "lint"]
  `,
};

interface Answer {
  readonly run: string;
  readonly changes: readonly object[];
  readonly measuredMs: number;
  readonly asItIs: {readonly p50: number; readonly p90: number; readonly runs: number};
  readonly changed: {readonly p50: number; readonly p90: number; readonly runs: number};
  readonly change: number;
  readonly tasks: readonly {
    readonly task: string;
    readonly source: string;
    readonly ms: number;
    readonly start: number;
    readonly end: number;
  }[];
}

async function ranOnce(): Promise<Rig> {
  const rig = await Rig.make(PROJECT);
  expect((await rig.run(['run', 'build', 'lint', 'test', '--jobs', '2'])).code).toBe(0);
  return rig;
}

async function answerOf(rig: Rig, ...words: readonly string[]): Promise<Answer> {
  const {code, stdout, stderr} = await rig.run(['simulate', '--json', ...words]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout) as Answer;
}

function task(answer: Answer, name: string): Answer['tasks'][number] {
  return answer.tasks.find((one) => one.task === name)!;
}

test('without a change it is the run itself, near to what was measured', async () => {
  const rig = await ranOnce();
  const answer = await answerOf(rig);
  expect(answer).toMatchObject({changes: [], change: 0, asItIs: answer.changed});
  expect(Math.abs(answer.asItIs.p50 - answer.measuredMs) / answer.measuredMs).toBeLessThan(0.1);
  expect(task(answer, 'test').start).toBeGreaterThanOrEqual(task(answer, 'build').end);
  const {stdout} = await rig.run(['simulate']);
  expect(stdout).toMatch(/^\S+ {2}paceline run build lint test --jobs 2, measured: .*\nno change\n/);
});

test('each option changes what it names', async () => {
  const rig = await ranOnce();
  const asItIs = await answerOf(rig);
  const base = asItIs.asItIs.p50;
  const of = (name: string): number => task(asItIs, name).ms;
  const after = async (...words: readonly string[]): Promise<number> => (await answerOf(rig, ...words)).changed.p50;
  expect(await after('--drop', 'test')).toBeCloseTo(base - of('test'));
  expect(await after('--speed', 'test=0.5x')).toBeCloseTo(base - of('test') / 2);
  expect(await after('--speed', 'test=3')).toBeCloseTo(base + 2 * of('test'));
  // what is started side by side waits a little for each other
  const split = await after('--split', 'test=2');
  expect(split).toBeLessThan(base - of('test') / 4);
  expect(await after('--split', 'test=2', '--setup', '40ms')).toBeGreaterThan(split + 10);
  expect(await after('--hit', 'test')).toBeLessThan(base - of('test') / 2);
  expect(await after('--jobs', '1')).toBeGreaterThan(base + Math.min(of('build'), of('lint')) / 2);
  expect(await after('--no-edge', 'build->test', '--no-edge', 'lint -> test', '--jobs', '3')).toBeLessThan(base - 50);
  expect(await after('--cold')).toBeCloseTo(base);
  expect(await after('--cores', '64')).toBeLessThanOrEqual(base);
  expect(await after('--add-cores', '2')).toBeLessThanOrEqual(base);
});

test('all options together are one change, told as it can be typed again', async () => {
  const rig = await ranOnce();
  const words = [
    '--cold',
    '--jobs',
    '3',
    '--cores',
    '4',
    '--add-cores',
    '2',
    '--drop',
    'lint',
    '--hit',
    'build',
    '--speed',
    'test=.5x',
  ];
  const all = [...words, '--split', 'test=2', '--setup', '5ms', '--no-edge', 'lint->test'];
  expect((await answerOf(rig, ...all)).changes).toEqual([
    {kind: 'cold'},
    {kind: 'jobs', count: 3},
    {kind: 'cores', count: 6},
    {kind: 'drop', task: 'lint'},
    {kind: 'hit', task: 'build'},
    {kind: 'speed', task: 'test', factor: 0.5},
    {kind: 'split', task: 'test', parts: 2, setupMs: 5},
    {kind: 'no-edge', from: 'lint', to: 'test'},
  ]);
  expect((await rig.run(['simulate', ...all])).stdout).toContain(
    "\n--cold --jobs 3 --cores 6 --drop lint --hit build --speed test=0.5x --split test=2 --setup 5ms --no-edge 'lint->test'\n",
  );
});

test('several runs give a range; a file is a run too', async () => {
  const rig = await ranOnce();
  for (let run = 0; run < 2; run++) await rig.run(['run', 'build', 'lint', 'test', '--jobs', '2']);
  const answer = await answerOf(rig, '--last', '3');
  expect(answer.asItIs.runs).toBe(3);
  expect(answer.asItIs.p90).toBeGreaterThanOrEqual(answer.asItIs.p50);
  expect((await rig.run(['simulate', '--last', '3'])).stdout).toContain('9 of 10 within');
  rig.write({'run.json': (await rig.run(['history', 'show', 'last~1', '--json'])).stdout, 'elsewhere/make.toml': ''});
  const {code, stdout} = await rig.run(['simulate', '--run', '../run.json', '--json'], {cwd: 'elsewhere'});
  expect(code).toBe(0);
  expect((JSON.parse(stdout) as Answer).measuredMs).toBe((await rig.recorded(1)).wallMs);
});

test.each([
  [['--drop', 'biuld'], 'E_UNKNOWN_TASK', 'Did you mean "build"?'],
  [['--hit', 'something-else'], 'E_UNKNOWN_TASK', 'paceline history show'],
  [['--no-edge', 'biuld->test'], 'E_UNKNOWN_TASK', 'Did you mean "build"?'],
  [['--no-edge', 'build->lint'], 'there is no such edge', 'lint waits for nothing.'],
  [['--no-edge', 'test->test'], 'there is no such edge', 'test waits for: build, lint.'],
  [['--no-edge', 'build,test'], 'E_USAGE', "For example: --no-edge 'lint->test'."],
  [['--speed', 'test'], 'E_USAGE', 'For example: --speed test=0.5x.'],
  [['--speed', 'test=fast'], 'E_USAGE', 'For example: --speed test=0.5x.'],
  [['--split', 'test=0'], 'E_USAGE', 'For example: --split test=4.'],
  [['--split', 'test=99999'], 'E_USAGE', 'For example: --split test=4.'],
  [['--split', 'test=2', '--setup', 'soon'], 'E_USAGE', '90s'],
  [['--setup', '3s'], 'nothing is split', '--split test=4 --setup 3s'],
  [['--run', 'zzz'], 'There is no run "zzz"', 'paceline history'],
] as const)('paceline simulate %j is refused with a remedy', async (words, error, hint) => {
  const rig = await Rig.make({
    'make.toml': PROJECT['make.toml'].replaceAll(/sleep 0\.\d/g, 'true'),
  });
  await rig.run(['run', 'build', 'lint', 'test']);
  const {code, stdout, stderr} = await rig.run(['simulate', ...words]);
  expect(stderr).toContain(error);
  expect(stderr).toContain(hint);
  expect(stderr).not.toMatch(/^\s+at |internal error/m);
  expect({code, stdout}).toEqual({code: 2, stdout: ''});
});
