import {execFileSync} from 'node:child_process';
import {chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {verifyStore} from '../../src/cache/store/verify-store.ts';
import {notices, outcomes} from '../rig/events.ts';
import {endingText} from '../rig/program.ts';
import {seededRandom} from '../rig/random.ts';
import {Rig} from '../rig/rig.ts';
import {filesOf, storeOf, treeOf} from '../rig/stored.ts';

const SEED = Number(process.env.SEED ?? 20_260_726);

/** Two tasks with small and large outputs. */
const PROJECT = {
  'make.toml': `
    [lifecycle.lib]
    command = "mkdir -p lib && cp src/a.txt lib/ && head -c 200000 /dev/zero | tr '\\\\0' l > lib/large.bin"
    cache = true
    inputs = ["src/**"]
    outputs = ["lib/**"]
    [lifecycle.app]
    command = "mkdir -p app && cat src/a.txt lib/a.txt > app/both.txt && head -c 300000 /dev/zero | tr '\\\\0' a > app/large.bin; echo built"
    cache = true
    inputs = ["src/**"]
    outputs = ["app/**"]
    depends_on = ["lib"]
  `,
  'src/a.txt': 'a\n',
};

function right(text: string): Readonly<Record<string, string>> {
  return {
    'lib/a.txt': text,
    'lib/large.bin': 'l'.repeat(200_000),
    'app/both.txt': text + text,
    'app/large.bin': 'a'.repeat(300_000),
  };
}

function outputsOf(rig: Rig): Readonly<Record<string, string>> {
  return Object.fromEntries(
    ['lib', 'app'].flatMap((name) =>
      Object.entries(treeOf(rig.path(name))).map(([path, text]) => [`${name}/${path}`, text]),
    ),
  );
}

/** A run that has to end well, with the right outputs; returns its notices. */
async function runs(rig: Rig, what: string): Promise<readonly string[]> {
  const ending = await rig.events(['app']);
  expect(ending.code, `${what}: ${endingText(ending)}`).toBe(0);
  expect(`${ending.stdout}${ending.stderr}`, what).not.toMatch(/internal error|^\s+at |W_CACHE\b/m);
  expect(outputsOf(rig), what).toEqual(right(readFileSync(rig.path('src/a.txt'), 'utf8')));
  return notices(ending.events);
}

function clearOutputs(rig: Rig): void {
  for (const name of ['lib', 'app']) rmSync(rig.path(name), {recursive: true, force: true});
}

/** Ways to damage the bytes of a file. */
const DAMAGES: Readonly<Record<string, (bytes: Buffer, random: () => number) => Buffer>> = {
  emptied: () => Buffer.alloc(0),
  'cut in half': (bytes) => bytes.subarray(0, bytes.length >> 1),
  'one byte shorter': (bytes) => bytes.subarray(0, -1),
  'one byte longer': (bytes) => Buffer.concat([bytes, Buffer.from('x')]),
  'one bit flipped': flipped,
  'another bit flipped': flipped,
};

function flipped(bytes: Buffer, random: () => number): Buffer {
  const copy = Buffer.from(bytes);
  const at = Math.floor(random() * copy.length);
  copy[at] = (copy[at] ?? 0) ^ (1 << Math.floor(random() * 8));
  return copy;
}

function overwrite(path: string, bytes: Buffer): void {
  chmodSync(path, 0o644);
  writeFileSync(path, bytes);
}

test('damaged entries and blobs: never a wrong output, and the store is whole again after the run', async () => {
  const random = seededRandom(SEED);
  const rig = await Rig.make(PROJECT);
  const store = storeOf(rig);
  await runs(rig, 'the first run');
  for (const {path, kind} of filesOf(store)) {
    for (const [how, damage] of Object.entries(DAMAGES)) {
      overwrite(path, damage(readFileSync(path), random));
      clearOutputs(rig);
      await runs(rig, `${kind} ${how}`);
      expect(verifyStore(store.directory), how).toMatchObject({entries: 2, blobs: 2, problems: [], incomplete: 0});
    }
  }
}, 120_000);

test('entries and blobs that took each other’s place, or that are folders', async () => {
  const rig = await Rig.make(PROJECT);
  const store = storeOf(rig);
  await runs(rig, 'the first run');
  for (const wanted of ['entry', 'blob'] as const) {
    const [one, other] = filesOf(store).filter(({kind}) => kind === wanted);
    renameSync(one!.path, `${one!.path}.away`);
    renameSync(other!.path, one!.path);
    renameSync(`${one!.path}.away`, other!.path);
    clearOutputs(rig);
    expect(await runs(rig, `${wanted} swapped`)).toContain('W_STORE');
    expect(verifyStore(store.directory)).toMatchObject({entries: 2, blobs: 2, problems: []});
  }
  for (const {path} of filesOf(store)) {
    rmSync(path);
    mkdirSync(path);
    clearOutputs(rig);
    await runs(rig, 'a folder');
    rmSync(path, {recursive: true, force: true});
    await runs(rig, 'no folder any more');
    clearOutputs(rig);
    await runs(rig, 'stored again');
  }
}, 120_000);

test('an entry of a newer format is a miss and not an error; other formats are left alone', async () => {
  const rig = await Rig.make(PROJECT);
  const store = storeOf(rig);
  mkdirSync(join(store.directory, 'v2/ac'), {recursive: true});
  writeFileSync(join(store.directory, 'v2/ac/x'), 'newer');
  await runs(rig, 'beside a newer store');
  for (const {path, kind} of filesOf(store)) {
    if (kind !== 'entry') continue;
    const bytes = readFileSync(path);
    // the format stands in front of the hash and the magic
    bytes.writeUInt32BE(99, bytes.length - 44);
    overwrite(path, bytes);
  }
  expect(verifyStore(store.directory)).toMatchObject({entries: 0, newer: 2, problems: []});
  clearOutputs(rig);
  expect(await runs(rig, 'newer entries')).toEqual([]);
  expect(readFileSync(join(store.directory, 'v2/ac/x'), 'utf8')).toBe('newer');
});

test('a damaged index is made again, and it is said once', async () => {
  const random = seededRandom(SEED);
  const rig = await Rig.make(PROJECT);
  const index = rig.path('.paceline/cache/index');
  await runs(rig, 'the first run');
  await runs(rig, 'the second run');
  const swapHalves = (bytes: Buffer) =>
    Buffer.concat([bytes.subarray(bytes.length / 4), bytes.subarray(0, bytes.length / 4)]);
  for (const [how, damage] of [...Object.entries(DAMAGES), ['turned around', swapHalves] as const]) {
    writeFileSync(index, damage(readFileSync(index), random));
    rig.write({'src/a.txt': `${how}\n`});
    expect(
      (await runs(rig, how)).filter((code) => code === 'W_INDEX'),
      how,
    ).toHaveLength(1);
    const next = await rig.events(['app']);
    expect(notices(next.events).filter((code) => code === 'W_INDEX')).toEqual([]);
    expect(outcomes(next.events)).toEqual(['lib cached', 'app cached']);
  }
}, 60_000);

test('an index of a newer format is made again, and it is said', async () => {
  const rig = await Rig.make(PROJECT);
  const index = rig.path('.paceline/cache/index');
  await runs(rig, 'the first run');
  const bytes = readFileSync(index);
  const at = bytes.indexOf('"format":');
  for (const half of [0, bytes.length / 2]) bytes.write('9', half + at + '"format":'.length);
  writeFileSync(index, bytes);
  const ending = await rig.events(['app']);
  expect(notices(ending.events)).toEqual(['W_INDEX']);
  expect(ending.stdout).toContain('another version of paceline wrote it');
  expect(outcomes(ending.events)).toEqual(['lib cached', 'app cached']);
});

test('a checkout that was copied with everything in it: right outputs, its own hits, none that are not its own', async () => {
  const rig = await Rig.make({
    ...PROJECT,
    'make.toml': `${PROJECT['make.toml']}
      [lifecycle.place]
      command = "mkdir -p place && pwd > place/where.txt"
      cache = true
      inputs = ["src/**"]
      outputs = ["place/**"]
      [lifecycle.seen]
      command = "pwd > where.txt"
      cache = true
      inputs = ["src/**"]
    `,
  });
  await runs(rig, 'the first run');
  expect((await rig.run(['run', 'place', 'seen'])).code).toBe(0);
  execFileSync('cp', ['-a', rig.root, rig.path('../copy')]);
  const inCopy = {cwd: '../copy'};
  const first = await rig.events(['app', 'place', 'seen'], inCopy);
  expect(first.code, endingText(first)).toBe(0);
  expect(notices(first.events)).toEqual(['W_INDEX']);
  expect(outcomes(first.events).toSorted()).toEqual(['app cached', 'lib cached', 'place passed', 'seen passed']);
  for (const path of ['place/where.txt', 'where.txt'])
    expect(readFileSync(rig.path('../copy', path), 'utf8')).toBe(`${rig.path('../copy')}\n`);
  // what was edited in the copy only
  rig.write({'../copy/src/a.txt': 'copy\n'});
  const second = await rig.events(['app'], inCopy);
  expect(outcomes(second.events)).toEqual(['lib passed', 'app passed']);
  expect(readFileSync(rig.path('../copy/app/both.txt'), 'utf8')).toBe('copy\ncopy\n');
  // the first one is as it was
  const original = await rig.events(['app', 'place', 'seen']);
  expect(outcomes(original.events).toSorted()).toEqual(['app cached', 'lib cached', 'place cached', 'seen cached']);
  expect(outputsOf(rig)).toEqual(right('a\n'));
});

test('damaged files of task states: right outputs, and nothing that is not an output is removed', async () => {
  const random = seededRandom(SEED);
  const rig = await Rig.make({...PROJECT, 'app/b.txt': 'foreign'});
  rmSync(rig.path('app'), {recursive: true});
  await runs(rig, 'the first run');
  const folder = rig.path('.paceline/cache/tasks');
  const garbage: Readonly<Record<string, (bytes: Buffer, random: () => number) => Buffer>> = {
    ...DAMAGES,
    'no JSON': () => Buffer.from('no JSON'),
    null: () => Buffer.from('null'),
    'an empty object': () => Buffer.from('{}'),
    'lists of wrong things': () =>
      Buffer.from('{"format":1,"task":"app","owned":[5,null,"../x","src/a.txt"],"explanations":[null],"running":{}}'),
    'a list that names an input': (bytes) => Buffer.from(bytes.toString().replaceAll('app/both.txt', 'src/a.txt')),
  };
  let round = 0;
  for (const [how, damage] of Object.entries(garbage)) {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      writeFileSync(path, damage(readFileSync(path), random));
    }
    rig.write({'src/a.txt': `${round++}\n`});
    await runs(rig, how);
    expect(readFileSync(rig.path('src/a.txt'), 'utf8')).toBe(`${round - 1}\n`);
    clearOutputs(rig);
    await runs(rig, `after ${how}`);
  }
}, 60_000);

test('a lock that is no database, and folders in place of files of the cache', async () => {
  const rig = await Rig.make(PROJECT);
  await runs(rig, 'the first run');
  writeFileSync(rig.path('.paceline/cache/locks/app.db'), 'no database '.repeat(100));
  rig.write({'src/a.txt': 'b\n'});
  await runs(rig, 'a broken lock');
  for (const path of ['index', 'tasks/app.json', 'locks/app.db']) {
    rmSync(rig.path('.paceline/cache', path), {recursive: true});
    mkdirSync(rig.path('.paceline/cache', path));
    rig.write({'src/a.txt': `${path}\n`});
    await runs(rig, path);
    await runs(rig, `${path} again`);
    rmSync(rig.path('.paceline/cache', path), {recursive: true, force: true});
    await runs(rig, `no ${path}`);
  }
  rmSync(rig.path('.paceline/cache'), {recursive: true});
  writeFileSync(rig.path('.paceline/cache'), 'a file');
  rig.write({'src/a.txt': 'c\n'});
  await runs(rig, 'a file for the folder');
  expect(existsSync(rig.path('src/a.txt'))).toBe(true);
});
