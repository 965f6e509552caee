import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {outcomes} from '../rig/events.ts';
import {endingText} from '../rig/program.ts';
import {Rig} from '../rig/rig.ts';

const ODD = [
  'with blanks',
  "o'clock",
  'say "yes"',
  'two\nlines',
  '$HOME `id`',
  '--dry-run',
  'größe',
  '日本',
  '*',
  'a\\b',
  'tab\there',
];

test('phases with odd names run, are recorded, and are found again', async () => {
  const rig = await Rig.make({
    'make.toml': ODD.map(
      (name) =>
        `[lifecycle.${JSON.stringify(name)}]\ncommand = "printf '%s\\\\000' \\"$PACELINE_TASK\\" >> names.txt"\n`,
    ).join(''),
  });
  const ending = await rig.events(['--jobs', '1', '--in-order', ...ODD.filter((name) => !name.startsWith('-'))]);
  expect(ending.code, endingText(ending)).toBe(0);
  expect(outcomes(ending.events)).toEqual(ODD.filter((name) => !name.startsWith('-')).map((name) => `${name} passed`));
  expect(readFileSync(rig.path('names.txt'), 'utf8').split('\0').slice(0, -1)).toEqual(
    ODD.filter((name) => !name.startsWith('-')),
  );
  const run = await rig.recorded();
  expect(run.tasks.map(({task}) => task)).toEqual(ODD.filter((name) => !name.startsWith('-')));
  const list = JSON.parse((await rig.run(['list', '--json'])).stdout) as {phases: {name: string}[]};
  expect(list.phases.map(({name}) => name).sort()).toEqual([...ODD].sort());
});

test('the command that runs a failed task alone can be pasted into a shell, whatever the name', async () => {
  for (const name of ODD.filter((one) => !one.startsWith('-'))) {
    const rig = await Rig.make({
      'make.toml': `[lifecycle.${JSON.stringify(name)}]\ncommand = "echo run >> runs.txt; exit 1"\n[lifecycle.other]\ncommand = "true"`,
    });
    rig.installPaceline();
    const {stdout} = await rig.run(['run', name]);
    const line = /run it alone: (paceline run .*? --only)$/ms.exec(stdout)?.[1];
    rig.install('pasted', line!);
    const again = await rig.startProgram(['pasted']).ended;
    expect(again.code, endingText(again)).toBe(1);
    expect(readFileSync(rig.path('runs.txt'), 'utf8')).toBe('run\nrun\n');
  }
});

test('a phase name cannot write commands for GitHub Actions, nor move the cursor', async () => {
  const rig = await Rig.make({'make.toml': '[lifecycle."x\\n::error::made up\\u001b[2J"]\ncommand = "echo text"'});
  const {stdout, code} = await rig.run(['run', 'x\n::error::made up\u001b[2J'], {env: {GITHUB_ACTIONS: 'true'}});
  expect(code).toBe(0);
  expect(stdout).not.toMatch(/^::error::/m);
  expect(stdout).not.toContain('\u001b');
});

test('a project in a folder with an odd name', async () => {
  for (const name of ['it\'s a "project" $HOME', 'größe\nzwei']) {
    const rig = await Rig.make(
      {
        'make.toml': '[lifecycle.build]\ncommands = ["pwd > where.txt", "test-tool"]',
        'node_modules/.bin/test-tool': '#!/bin/sh\ntrue\n',
      },
      {name},
    );
    rig.makeExecutable('node_modules/.bin/test-tool');
    const ending = await rig.run(['run', 'build']);
    expect(ending.code, endingText(ending)).toBe(0);
    expect(readFileSync(rig.path('where.txt'), 'utf8')).toBe(`${rig.root}\n`);
  }
});

test('workspaces in folders with odd names', async () => {
  const folders = ['pack age', "pack'age", 'pack"age', 'größe'];
  const rig = await Rig.make({
    'package.json': JSON.stringify({name: 'root', workspaces: ['packages/*']}),
    ...Object.fromEntries(
      folders.map((folder, index) => [
        `packages/${folder}/package.json`,
        JSON.stringify({name: `p${index}`, scripts: {build: 'pwd > where.txt'}}),
      ]),
    ),
  });
  const ending = await rig.run(['run', 'build']);
  expect(ending.code, endingText(ending)).toBe(0);
  for (const folder of folders)
    expect(readFileSync(rig.path('packages', folder, 'where.txt'), 'utf8')).toBe(`${rig.path('packages', folder)}\n`);
});

test('files and folders whose names are no UTF-8 are nobody’s business', async (context) => {
  const rig = await Rig.make({
    'package.json': JSON.stringify({name: 'root', workspaces: ['packages/*']}),
    'packages/a/package.json': JSON.stringify({name: 'a', scripts: {build: 'echo a'}}),
  });
  const odd = Buffer.concat([Buffer.from(`${rig.path('packages')}/caf`), Buffer.from([0xe9])]);
  try {
    mkdirSync(odd);
  } catch {
    return context.skip('needs a file system that takes any bytes');
  }
  writeFileSync(
    Buffer.concat([odd, Buffer.from('/package.json')]),
    JSON.stringify({name: 'cafe', scripts: {build: 'echo cafe'}}),
  );
  writeFileSync(Buffer.concat([Buffer.from(`${rig.path('packages/a')}/`), Buffer.from([0xff, 0xfe])]), 'x');
  const ending = await rig.run(['run', 'a#build']);
  expect(ending.code, endingText(ending)).toBe(0);
  expect(ending.stdout).toContain('a#build');
});

test('output that is no UTF-8 is shown without harm', async () => {
  const rig = await Rig.make({'make.toml': `[lifecycle.build]\ncommand = "printf 'caf\\\\351 ok\\\\n'"`});
  const {stdout, code} = await rig.run(['run', 'build']);
  expect(code).toBe(0);
  expect(stdout).toContain('caf\ufffd ok\n');
});
