import {execFileSync} from 'node:child_process';
import {cpSync, existsSync, readFileSync, rmSync} from 'node:fs';
import {expect, test} from 'vitest';
import {ran, said} from '../rig/cached.ts';
import {finished} from '../rig/events.ts';
import {needs} from '../rig/needs.ts';
import {type Files, Rig} from '../rig/rig.ts';

/** The same project beside the first. */
function copied(rig: Rig, files: Files, name: string): void {
  rig.write(Object.fromEntries(Object.entries(files).map(([path, text]) => [`../${name}/${path}`, text])));
}

function project(command: string): Files {
  return {
    'make.toml': `[lifecycle.build]\ncommand = "mkdir -p dist && ${command}"\ncache = true\noutputs = ["dist/"]`,
    'in.txt': '1',
  };
}

test('a result holds in every checkout', async () => {
  const files = project('cp in.txt dist/out && echo built');
  const rig = await Rig.make(files);
  copied(rig, files, 'other');
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  const {events} = await rig.events(['build'], {cwd: '../other'});
  expect(finished(events, 'build')).toMatchObject({status: 'cached', reason: '1 file restored'});
  expect(readFileSync(rig.path('../other/dist/out'), 'utf8')).toBe('1');
});

test('an output that holds the path of its checkout is for this checkout only', async () => {
  const files = project('pwd > dist/out');
  const rig = await Rig.make(files);
  copied(rig, files, 'other');
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  expect(await ran(rig, ['build'], {cwd: '../other'})).toEqual(['build passed']);
  expect(readFileSync(rig.path('../other/dist/out'), 'utf8').trim()).toBe(rig.path('../other'));
  for (const cwd of ['.', '../other']) {
    rmSync(rig.path(cwd, 'dist'), {recursive: true});
    expect(await ran(rig, ['build'], {cwd})).toEqual(['build cached']);
    expect(readFileSync(rig.path(cwd, 'dist/out'), 'utf8').trim()).toBe(rig.path(cwd));
  }
});

test('the path is found in large and in binary outputs, and across the pieces in which they are read', async () => {
  const files = project('{ head -c 1048570 /dev/zero; printf %s \\"$PWD\\"; head -c 300000 /dev/zero; } > dist/out');
  const rig = await Rig.make(files);
  copied(rig, files, 'other');
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  expect(await ran(rig, ['build'], {cwd: '../other'})).toEqual(['build passed']);
});

test('results hold in worktrees of git', async (context) => {
  needs(context, 'git');
  const files = {...project('cp in.txt dist/out'), '.gitignore': 'dist\n.paceline\n'};
  const rig = await Rig.make(files);
  const git = (...words: readonly string[]): void => {
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], {cwd: rig.root, stdio: 'ignore'});
  };
  git('init');
  git('add', '.');
  git('commit', '-m', 'one');
  git('worktree', 'add', '../worktree');
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  expect(await ran(rig, ['build'], {cwd: '../worktree'})).toEqual(['build cached']);
  expect(readFileSync(rig.path('../worktree/dist/out'), 'utf8')).toBe('1');
});

test('a copied checkout makes its own index, and says so', async () => {
  const files = project('cp in.txt dist/out');
  const rig = await Rig.make(files);
  await ran(rig, ['build']);
  cpSync(rig.root, rig.path('../copy'), {recursive: true});
  rig.write({'../copy/in.txt': '2'});
  const {events} = await rig.events(['build'], {cwd: '../copy'});
  expect(finished(events, 'build')).toMatchObject({status: 'passed'});
  expect(said(events, 'W_INDEX')).toEqual([
    `The index of the cache was not usable and is made again: it was made in ${rig.root}.`,
  ]);
  expect(said((await rig.events(['build'], {cwd: '../copy'})).events, 'W_INDEX')).toEqual([]);
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
});

test('a broken index is made again, and said once', async () => {
  const rig = await Rig.make(project('cp in.txt dist/out'));
  await ran(rig, ['build']);
  rig.write({'.paceline/cache/index': 'broken'});
  const {events} = await rig.events(['build']);
  expect(finished(events, 'build')).toMatchObject({status: 'cached'});
  expect(said(events, 'W_INDEX')).toEqual(['The index of the cache was not usable and is made again: it is broken.']);
  expect(said((await rig.events(['build'])).events, 'W_INDEX')).toEqual([]);
});

test('the results lie where PACELINE_CACHE_DIR says', async () => {
  const rig = await Rig.make(project('cp in.txt dist/out'));
  const env = {PACELINE_CACHE_DIR: rig.path('../results')};
  await ran(rig, ['build'], {env});
  expect(existsSync(rig.path('../results/v1'))).toBe(true);
  expect(existsSync(rig.path('../.cache/paceline'))).toBe(false);
  expect(await ran(rig, ['build'], {env})).toEqual(['build cached']);
  // nothing is known of it elsewhere
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
});

test('a cache that was deleted makes a miss', async () => {
  const rig = await Rig.make(project('cp in.txt dist/out'));
  await ran(rig, ['build']);
  await ran(rig, ['build']);
  rmSync(rig.path('../.cache'), {recursive: true});
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
});
