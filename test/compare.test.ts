import {expect, test} from 'vitest';
import {Rig} from './rig/rig.ts';

interface Compared {
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly total: {readonly before: number; readonly after: number; readonly verdict: string};
  readonly tasks: readonly {readonly task: string; readonly ratio?: number}[];
  readonly hits: {readonly before: number; readonly after: number};
}

/** A project with so many runs, in which `test` takes longer after the first half. */
async function ranOften(count: number): Promise<{readonly rig: Rig; readonly ids: readonly string[]}> {
  const rig = await Rig.make({
    'make.toml':
      '[lifecycle.build]\ncommand = "true"\n[lifecycle.test]\ncommand = "sleep $(cat time)"\ndepends_on = ["build"]\n',
  });
  for (let run = 0; run < count; run++) {
    rig.write({time: run < count / 2 ? '0.02' : '0.2'});
    expect((await rig.run(['run', 'test'])).code).toBe(0);
  }
  const list = JSON.parse((await rig.run(['history', '--json'])).stdout) as {id: string}[];
  return {rig, ids: list.map(({id}) => id)};
}

async function compared(rig: Rig, before: string, after: string, cwd = '.'): Promise<Compared> {
  const {code, stdout, stderr} = await rig.run(['compare', before, after, '--json'], {cwd});
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout) as Compared;
}

test('two runs: what changed, and that two do not tell it from noise', async () => {
  const {rig, ids} = await ranOften(2);
  const answer = await compared(rig, 'last~1', 'last');
  expect([answer.before, answer.after]).toEqual([[ids[1]], [ids[0]]]);
  expect(answer.total.verdict).toBe('unknown');
  expect(answer.tasks[0]).toMatchObject({task: 'test'});
  expect(answer.tasks[0]?.ratio).toBeGreaterThan(0);
  const {stdout} = await rig.run(['compare', 'last~1', 'last']);
  expect(stdout).toMatch(/^1 run before, 1 run after\n/);
  expect(stdout).toContain('too few runs to tell a change from noise');
});

test('ranges: both ends count, and so many runs say whether a change is noise', async () => {
  const {rig, ids} = await ranOften(8);
  const answer = await compared(rig, 'last~7..last~4', 'last:4');
  expect(answer.before).toEqual(ids.slice(4));
  expect(answer.after).toEqual(ids.slice(0, 4));
  expect(answer.total.verdict).not.toBe('unknown');
  const {stdout} = await rig.run(['compare', `${ids[7]}..${ids[4]}`, 'last:4']);
  expect(stdout).toMatch(/^4 runs before, 4 runs after\n/);
  expect(stdout).not.toContain('too few runs');
});

test('files need no history; a file may be compared with a run', async () => {
  const {rig, ids} = await ranOften(2);
  for (const [file, run] of [
    ['old.json', 'last~1'],
    ['new.json', 'last'],
  ] as const)
    rig.write({[file]: (await rig.run(['history', 'show', run, '--json'])).stdout});
  rig.write({'elsewhere/make.toml': ''});
  expect(await compared(rig, '../old.json', '../new.json', 'elsewhere')).toMatchObject({
    before: [ids[1]],
    after: [ids[0]],
  });
  expect(await compared(rig, 'old.json', 'last')).toMatchObject({before: [ids[1]], after: [ids[0]]});
  const {code, stderr} = await rig.run(['compare', '../old.json', 'last'], {cwd: 'elsewhere'});
  expect(stderr).toContain('E_NO_HISTORY');
  expect(code).toBe(2);
});

test('what is not there', async () => {
  const {rig} = await ranOften(1);
  for (const [before, after, error] of [
    ['zzz', 'last', 'There is no run "zzz"'],
    ['last', 'last~5', 'There is no run "last~5"'],
    ['last', 'gone.json', 'E_RUN_FILE'],
    ['last:0', 'last', 'E_USAGE'],
  ] as const) {
    const {code, stdout, stderr} = await rig.run(['compare', before, after]);
    expect(stderr).toContain(error);
    expect(stderr).not.toMatch(/^\s+at |internal error/m);
    expect({code, stdout}).toEqual({code: 2, stdout: ''});
  }
});
