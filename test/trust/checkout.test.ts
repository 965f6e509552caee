import {readdirSync} from 'node:fs';
import {expect, test} from 'vitest';
import {notices} from '../rig/events.ts';
import {endingText} from '../rig/program.ts';
import {Rig} from '../rig/rig.ts';

test('two runs at once in one checkout: each does its work, neither touches the other, both are kept', async () => {
  const rig = await Rig.make({
    'make.toml': '[lifecycle.one]\ncommand = "exec rig one"\n[lifecycle.two]\ncommand = "exec rig two"',
  });
  const first = rig.start(['run', 'one', '--output', 'ndjson']);
  const one = await rig.command('one').nextInvocation();
  const second = rig.start(['run', 'two', '--output', 'ndjson']);
  const two = await rig.command('two').nextInvocation();
  expect(notices(second.events)).toEqual(['W_OTHER_RUN']);
  two.exit(0);
  expect(await second.ended).toMatchObject({code: 0});
  expect(one.signals).toEqual([]);
  one.exit(0);
  expect(await first.ended).toMatchObject({code: 0});
  const runs = [await rig.recorded(0), await rig.recorded(1)];
  expect(runs.map(({status, tasks}) => [status, tasks.map(({task}) => task)]).sort()).toEqual([
    ['passed', ['one']],
    ['passed', ['two']],
  ]);
  expect(readdirSync(rig.path('.paceline/journal'))).toEqual([]);
});

test('Ctrl-C of one run leaves the other alone', async () => {
  const rig = await Rig.make({'make.toml': '[lifecycle.build]\ncommand = "exec rig build"'});
  const first = rig.start(['run', 'build']);
  const one = await rig.command('build').nextInvocation();
  const second = rig.start(['run', 'build']);
  const two = await rig.command('build').nextInvocation();
  second.signal('SIGINT');
  await two.gone;
  expect(await second.ended).toMatchObject({code: 130});
  expect(one.signals).toEqual([]);
  one.exit(0);
  expect(await first.ended).toMatchObject({code: 0});
});

test('many runs that start together: none takes another for a killed one', async () => {
  const rig = await Rig.make({
    'make.toml':
      '[lifecycle.work]\ncommands = ["sleep 0.05", "sleep 0.05", "sleep 0.05"]\n[lifecycle.clear]\ncommand = "true"',
  });
  const count = 12;
  const endings = await Promise.all(Array.from({length: count}, () => rig.events(['work'])));
  for (const ending of endings) {
    expect(ending.code, endingText(ending)).toBe(0);
    expect(notices(ending.events).filter((code) => code !== 'W_OTHER_RUN')).toEqual([]);
  }
  const ids = endings.flatMap(({events}) =>
    events.flatMap((event) => (event.kind === 'run-started' ? [event.run] : [])),
  );
  const list = JSON.parse((await rig.run(['history', '--json', '--limit', '100'])).stdout) as {
    id: string;
    status: string;
  }[];
  expect(list.map(({id}) => id).sort()).toEqual([...ids].sort());
  expect(list.every(({status}) => status === 'passed')).toBe(true);
  expect(readdirSync(rig.path('.paceline/journal'))).toEqual([]);
});

test('a run that is killed beside another: the next start ends the one and not the other', async () => {
  const rig = await Rig.make({
    'make.toml': '[lifecycle.build]\ncommand = "exec rig build"\n[lifecycle.quick]\ncommand = "true"',
  });
  const living = rig.start(['run', 'build']);
  const kept = await rig.command('build').nextInvocation();
  const killed = rig.start(['run', 'build']);
  const orphan = await rig.command('build').nextInvocation();
  killed.signal('SIGKILL');
  await killed.ended;
  const next = await rig.events(['quick']);
  expect(next.code).toBe(0);
  expect([...notices(next.events)].sort()).toEqual(['W_OTHER_RUN', 'W_RECOVERED']);
  await orphan.gone;
  expect(kept.signals).toEqual([]);
  kept.exit(0);
  expect(await living.ended).toMatchObject({code: 0});
});
