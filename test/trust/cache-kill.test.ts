import {readdirSync, rmSync} from 'node:fs';
import {setTimeout as delay} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {hashOf} from '../../src/cache/digest.ts';
import {verifyStore} from '../../src/cache/store/verify-store.ts';
import {endingText} from '../rig/program.ts';
import {seededRandom} from '../rig/random.ts';
import {Rig} from '../rig/rig.ts';
import {actionsOf, storeOf, treeOf} from '../rig/stored.ts';

const SEED = Number(process.env.SEED ?? 20_260_726);
const KILLS = Number(process.env.CACHE_KILLS ?? 200);
const AT_ONCE = 2;
const VERSIONS = ['0', '1', '2', '3'];
const SMALL = 30;

/** The names of the outputs depend on the version, so that what a killed run has left is seen. */
const PROJECT = {
  'make.toml': `
    [lifecycle.one]
    command = "sh ./make.sh one"
    cache = true
    inputs = ["version.txt", "make.sh"]
    outputs = ["one/**"]
    [lifecycle.two]
    command = "sh ./make.sh two; cat one/*.txt > two/all.txt"
    cache = true
    inputs = ["version.txt", "make.sh"]
    outputs = ["two/**"]
    depends_on = ["one"]
  `,
  'make.sh': `
    read -r version < version.txt
    mkdir -p $1/deep/$version
    for number in $(seq ${SMALL}); do echo "$1 $number $version" > $1/$number-$version.txt; done
    echo same > $1/same.txt
    head -c 300000 /dev/zero | tr '\\0' $version > $1/deep/$version/large.bin
    ln -sf ../same.txt $1/deep/link
  `,
  'version.txt': '0\n',
};

function expectedTree(task: string, version: string): Readonly<Record<string, string>> {
  const tree: Record<string, string> = {
    'same.txt': 'same\n',
    'deep/link': '-> ../same.txt',
    [`deep/${version}/large.bin`]: version.repeat(300_000),
  };
  for (let number = 1; number <= SMALL; number++) tree[`${number}-${version}.txt`] = `${task} ${number} ${version}\n`;
  if (task === 'two') {
    const one = expectedTree('one', version);
    tree['all.txt'] = Object.keys(one)
      .filter((path) => /^[^/]*\.txt$/.test(path))
      .sort()
      .map((path) => one[path])
      .join('');
  }
  return tree;
}

/** Paths and hashes of everything that a right result may hold. */
const RIGHT_RESULTS = new Set(
  ['one', 'two'].flatMap((task) =>
    [...VERSIONS, '4'].map((version) =>
      contentsText(
        Object.entries(expectedTree(task, version)).map(([path, text]) => [
          `${task}/${path}`,
          text.startsWith('-> ') ? text.slice(3) : hashOf(Buffer.from(text)),
        ]),
      ),
    ),
  ),
);

function contentsText(contents: readonly (readonly [string, string])[]): string {
  return JSON.stringify([...contents].sort());
}

test(`kill -9 at ${KILLS} random moments of storing and restoring: the next run is right, and so is all that is stored`, async () => {
  await Promise.all(
    Array.from({length: AT_ONCE}, async (_, lane) => killAgainAndAgain(seededRandom(SEED + lane), KILLS / AT_ONCE)),
  );
}, 240_000);

async function killAgainAndAgain(random: () => number, kills: number): Promise<void> {
  const rig = await Rig.make(PROJECT);
  for (let kill = 1; kill <= kills; kill++) {
    const version = VERSIONS[Math.floor(random() * VERSIONS.length)] ?? '0';
    rig.write({'version.txt': `${version}\n`});
    // what a killed run has left may still be writing
    if (random() < 0.3)
      for (const task of ['one', 'two']) rmSync(rig.path(task), {recursive: true, force: true, maxRetries: 9});
    const program = rig.start(['run', 'two', '--output', 'ndjson', ...(random() < 0.3 ? ['--force'] : [])]);
    // half of the kills by the clock, half soon after something that has happened
    if (kill % 2 === 0) await delay(50 + random() * 150);
    else {
      const events = Math.ceil(random() * 7);
      await program.event((event) => event.kind === 'run-finished' || program.events.length >= events).catch(() => {});
      await delay(random() * 15);
    }
    program.signal('SIGKILL');
    await program.ended;
    if (kill % 5 === 0) await nextRunIsRight(rig, random() < 0.5 ? version : '0');
  }
  // a version of its own: the run has something to write, and clears away what killed ones have left
  await nextRunIsRight(rig, '4');
  expect(readdirSync(rig.path('.paceline/cache')).toSorted()).toEqual(['index', 'locks', 'tasks']);
  expect(readdirSync(rig.path('.paceline/cache/tasks')).toSorted()).toEqual(['one.json', 'two.json']);
}

async function nextRunIsRight(rig: Rig, version: string): Promise<void> {
  rig.write({'version.txt': `${version}\n`});
  const ending = await rig.run(['run', 'two']);
  expect(ending.code, endingText(ending)).toBe(0);
  expect(`${ending.stdout}${ending.stderr}`).not.toMatch(/internal error|^\s+at |W_CACHE|W_NOT_STORED|W_FOREIGN/m);
  for (const task of ['one', 'two']) expect(treeOf(rig.path(task))).toEqual(expectedTree(task, version));
  const store = storeOf(rig);
  expect(verifyStore(store.directory)).toMatchObject({problems: [], incomplete: 0});
  for (const action of actionsOf(store)) {
    const entry = store.read(action);
    if (entry === undefined) throw new Error('unreadable');
    const {outputFiles, outputSymlinks, outputDirectories} = entry.result;
    entry.close();
    expect(outputDirectories).toEqual([]);
    const contents = [
      ...outputFiles.map(({path, digest}) => [path, digest.hash] as const),
      ...outputSymlinks.map(({path, target}) => [path, target] as const),
    ];
    expect(RIGHT_RESULTS, contents.map(([path]) => path).join(' ')).toContain(contentsText(contents));
  }
}
