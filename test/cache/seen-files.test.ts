import {existsSync, readFileSync, rmSync} from 'node:fs';
import {expect, test} from 'vitest';
import {ran, reasons, said} from '../rig/cached.ts';
import {outcomes} from '../rig/events.ts';
import {Rig} from '../rig/rig.ts';

/** A phase that is cached and does not say what it writes. */
function phase(command: string, ...lines: readonly string[]): string {
  return [`[lifecycle.build]\ncommand = "${command}"\ncache = true`, ...lines].join('\n');
}

test('without `outputs`: skipped while everything that it wrote is as it was', async () => {
  const rig = await Rig.make({'make.toml': phase('mkdir -p dist && cp in.txt dist/out && echo built'), 'in.txt': '1'});
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  for (const _ of [1, 2]) expect(await ran(rig, ['build'])).toEqual(['build cached']);
  expect((await rig.run(['run', 'build', '--logs', 'all'])).stdout).toContain('built');
  rig.write({'in.txt': '2'});
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  expect(readFileSync(rig.path('dist/out'), 'utf8')).toBe('2');
});

test.for([
  ['missing', (rig: Rig) => rmSync(rig.path('dist/out'))],
  ['changed', (rig: Rig) => rig.write({'dist/out': '2'})],
  ['not executable any more', (rig: Rig) => rig.makeExecutable('dist/out')],
] as const)('it runs when a file that it wrote is %s', async ([, damage]) => {
  const rig = await Rig.make({'make.toml': phase('mkdir -p dist && cp in.txt dist/out'), 'in.txt': '1'});
  await ran(rig, ['build']);
  damage(rig);
  const {events} = await rig.events(['build']);
  expect(outcomes(events)).toEqual(['build passed']);
  expect(reasons(events).build).toBe(
    'a file that it wrote is missing or was changed; with `outputs` it would be restored',
  );
  expect(readFileSync(rig.path('dist/out'), 'utf8')).toBe('1');
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
});

test('files in ignored folders count among those that it wrote', async () => {
  const rig = await Rig.make({
    'make.toml': phase('mkdir -p dist && cp in.txt dist/out'),
    'in.txt': '1',
    '.gitignore': 'dist\n',
  });
  await ran(rig, ['build']);
  rmSync(rig.path('dist'), {recursive: true});
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
});

test('a file that an earlier run wrote, and that this one found up to date, still counts', async () => {
  const rig = await Rig.make({
    'make.toml': phase('cp in.txt out1; test -e out2 || cp in.txt out2'),
    'in.txt': '1',
  });
  await ran(rig, ['build']);
  rig.write({'in.txt': '2'});
  await ran(rig, ['build']);
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
  rmSync(rig.path('out2'));
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
});

test('a task that writes nothing is skipped', async () => {
  const rig = await Rig.make({'make.toml': phase('true'), 'in.txt': '1'});
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
});

test('a task that changes its own inputs is not stored until it changes nothing more', async () => {
  const rig = await Rig.make({
    'make.toml': phase('grep -q formatted in.txt || echo formatted > in.txt'),
    'in.txt': '1',
  });
  const {events} = await rig.events(['build']);
  expect(said(events, 'W_INPUT_CHANGED')).toEqual(['The result of build is not stored: in.txt changed while it ran.']);
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
});

test('the result holds in this checkout only', async () => {
  const files = {'make.toml': phase('mkdir -p dist && cp in.txt dist/out'), 'in.txt': '1'};
  const rig = await Rig.make(files);
  rig.write(Object.fromEntries(Object.entries(files).map(([path, text]) => [`../other/${path}`, text])));
  await ran(rig, ['build']);
  expect(await ran(rig, ['build'], {cwd: '../other'})).toEqual(['build passed']);
  expect(existsSync(rig.path('../other/dist/out'))).toBe(true);
  expect(await ran(rig, ['build'], {cwd: '../other'})).toEqual(['build cached']);
});

test('a result of an earlier state of the files does not come back', async () => {
  const rig = await Rig.make({'make.toml': phase('cp in.txt out'), 'in.txt': '1'});
  await ran(rig, ['build']);
  rig.write({'in.txt': '2'});
  await ran(rig, ['build']);
  rig.write({'in.txt': '1'});
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  expect(readFileSync(rig.path('out'), 'utf8')).toBe('1');
});
