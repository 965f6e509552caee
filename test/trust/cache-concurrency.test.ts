import {execFileSync} from 'node:child_process';
import {readFileSync, rmSync, utimesSync} from 'node:fs';
import {join} from 'node:path';
import {setImmediate as turn} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {collect} from '../../src/cache/store/collection.ts';
import {verifyStore} from '../../src/cache/store/verify-store.ts';
import {notices, outcomes} from '../rig/events.ts';
import {needs} from '../rig/needs.ts';
import {endingText} from '../rig/program.ts';
import {seededRandom} from '../rig/random.ts';
import {Rig} from '../rig/rig.ts';
import {filesOf, storeOf, treeOf} from '../rig/stored.ts';

const ROUNDS = Number(process.env.CACHE_ROUNDS ?? 100);
const SEED = Number(process.env.SEED ?? 20_260_726);

/** Said of a run beside another, and of tasks whose input changes before every run. */
const EXPECTED = new Set(['W_OTHER_RUN', 'W_ALWAYS_MISSES']);

/** Each execution leaves a line outside of the checkout. */
const PROJECT = {
  'make.toml': ['a', 'b', 'c']
    .map(
      (name) => `
        [lifecycle.${name}]
        command = "sh ./make.sh ${name}"
        cache = true
        inputs = ["version.txt", "make.sh"]
        outputs = ["${name}/**"]
        ${name === 'c' ? 'depends_on = ["a", "b"]' : ''}
      `,
    )
    .join(''),
  'make.sh': `
    read -r version < version.txt
    echo "$1 $version" >> ../ran.txt
    mkdir -p $1
    for number in 1 2 3 4 5 6 7 8; do echo "$1 $number $version" > $1/$number-$version.txt; done
    if test $1 = c; then cat a/*.txt b/*.txt > c/all.txt; head -c 200000 /dev/zero | tr '\\0' x > c/large.bin; fi
  `,
};

function expectedTrees(version: string): Readonly<Record<string, string>> {
  const lines = (name: string): [string, string][] =>
    Array.from({length: 8}, (_, at) => [`${name}/${at + 1}-${version}.txt`, `${name} ${at + 1} ${version}\n`]);
  const all = [...lines('a'), ...lines('b')].map(([, text]) => text).join('');
  return Object.fromEntries([
    ...['a', 'b', 'c'].flatMap(lines),
    ['c/all.txt', all],
    ['c/large.bin', 'x'.repeat(200_000)],
  ]);
}

function outputsIn(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    ['a', 'b', 'c'].flatMap((name) =>
      Object.entries(treeOf(join(folder, name))).map(([path, text]) => [`${name}/${path}`, text]),
    ),
  );
}

/** Executions so far, `a 3` once for each. */
function executions(rig: Rig): readonly string[] {
  return readFileSync(rig.path('../ran.txt'), 'utf8').trimEnd().split('\n');
}

test(`two runs at the same time in one checkout, ${ROUNDS} times: one of them executes each task, the other waits for it`, async () => {
  const rig = await Rig.make(PROJECT);
  for (let round = 1; round <= ROUNDS; round++) {
    rig.write({'version.txt': `${round}\n`});
    const endings = await Promise.all([rig.events(['c']), rig.events(['c'])]);
    for (const ending of endings) {
      expect(ending.code, endingText(ending)).toBe(0);
      expect(notices(ending.events).filter((code) => !EXPECTED.has(code))).toEqual([]);
    }
    expect(outputsIn(rig.root)).toEqual(expectedTrees(String(round)));
    const executed = executions(rig).filter((line) => line.endsWith(` ${round}`));
    expect(executed.toSorted(), `round ${round}`).toEqual([`a ${round}`, `b ${round}`, `c ${round}`]);
    expect(endings.flatMap(({events}) => outcomes(events)).toSorted()).toEqual(
      ['a', 'b', 'c'].flatMap((task) => [`${task} cached`, `${task} passed`]),
    );
  }
  expect(verifyStore(storeOf(rig).directory)).toMatchObject({problems: [], incomplete: 0, entries: 3 * ROUNDS});
}, 120_000);

test(`two runs at the same time in two worktrees that share a store, ${ROUNDS} times`, async (context) => {
  needs(context, 'git');
  const rig = await Rig.make({...PROJECT, 'version.txt': '0\n', '.gitignore': '/a/\n/b/\n/c/\n'});
  const git = (...words: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...words], {
      cwd: rig.root,
      env: rig.env,
      stdio: 'pipe',
    });
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'start');
  git('worktree', 'add', '--quiet', '../other');
  for (let round = 1; round <= ROUNDS; round++) {
    rig.write({'version.txt': `${round}\n`, '../other/version.txt': `${round}\n`});
    const endings = await Promise.all([rig.events(['c']), rig.events(['c'], {cwd: '../other'})]);
    for (const ending of endings) {
      expect(ending.code, endingText(ending)).toBe(0);
      expect(notices(ending.events).filter((code) => !EXPECTED.has(code))).toEqual([]);
    }
    for (const folder of [rig.root, rig.path('../other')])
      expect(outputsIn(folder)).toEqual(expectedTrees(String(round)));
  }
  // whoever comes later finds everything
  rmSync(rig.path('../other/.paceline'), {recursive: true});
  for (const name of ['a', 'b', 'c']) rmSync(rig.path('../other', name), {recursive: true});
  const count = executions(rig).length;
  expect(outcomes((await rig.events(['c'], {cwd: '../other'})).events).toSorted()).toEqual([
    'a cached',
    'b cached',
    'c cached',
  ]);
  expect(outputsIn(rig.path('../other'))).toEqual(expectedTrees(String(ROUNDS)));
  expect(executions(rig)).toHaveLength(count);
  expect(verifyStore(storeOf(rig).directory)).toMatchObject({problems: [], incomplete: 0, entries: 3 * ROUNDS});
}, 120_000);

test('a store that is collected all the time beside runs that store and restore: every run is right', async () => {
  const rig = await Rig.make(PROJECT);
  const random = seededRandom(SEED);
  const store = storeOf(rig);
  let removed = 0;
  for (let round = 1; round <= 25; round++) {
    const version = String(Math.floor(random() * 3));
    rig.write({'version.txt': `${version}\n`});
    if (random() < 0.5) for (const name of ['a', 'b', 'c']) rmSync(rig.path(name), {recursive: true, force: true});
    const program = rig.start(['run', 'c', '--output', 'ndjson']);
    while (!program.hasEnded) {
      // long ago, so that it may be collected; some of it is in use just now
      for (const {path} of filesOf(store)) if (random() < 0.2) attempt(() => utimesSync(path, 1, 1));
      const collected = collect(store.folder, {maxBytes: 2000, maxAgeMs: Number.POSITIVE_INFINITY});
      removed += (collected?.entries ?? 0) + (collected?.blobs ?? 0);
      await turn();
    }
    const ending = await program.ended;
    expect(ending.code, endingText(ending)).toBe(0);
    expect(ending.stdout).not.toMatch(/internal error|W_CACHE\b/);
    expect(outputsIn(rig.root)).toEqual(expectedTrees(version));
  }
  expect(removed).toBeGreaterThan(0);
  expect(verifyStore(store.directory)).toMatchObject({problems: []});
}, 120_000);

/** The run may have been faster. */
function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // it is gone
  }
}
