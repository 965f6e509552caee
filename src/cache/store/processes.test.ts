import {type ChildProcess, execFile, execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {closeSync, ftruncateSync, mkdirSync, openSync, readdirSync, statSync, writeFileSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {setImmediate} from 'node:timers/promises';
import {promisify} from 'node:util';
import {expect, onTestFinished, test} from 'vitest';
import {needs} from '../../../test/rig/needs.ts';
import {actionOf, bytesLike, outputsLike, publish} from '../../../test/support/stored-result.ts';
import {temporaryFolder} from '../../../test/support/temporary-folder.ts';
import {clearStore} from './clear-store.ts';
import {collect, storeLimits} from './collection.ts';
import {DiskStore} from './disk-store.ts';
import {storedFiles} from './store-files.ts';
import type {StoreProblem} from './store-folder.ts';
import {verifyStore} from './verify-store.ts';

const WORKER = join(import.meta.dirname, '../../../test/support/store-worker.ts');
const run = promisify(execFile);

/** What a worker that has ended printed. */
function worked(words: readonly string[], under: readonly string[] = []): unknown {
  const [program = '', ...rest] = [...under, process.execPath, WORKER, ...words];
  return JSON.parse(execFileSync(program, rest, {encoding: 'utf8'}));
}

/** What a worker that works beside us prints in the end. */
async function outcomesOf(words: readonly string[]): Promise<readonly string[]> {
  const {stdout} = await run(process.execPath, [WORKER, ...words]);
  return JSON.parse(stdout) as string[];
}

function makeStore(): {readonly store: DiskStore; readonly folder: string; readonly problems: StoreProblem[]} {
  const folder = temporaryFolder();
  const problems: StoreProblem[] = [];
  mkdirSync(join(folder, 'store'));
  return {store: new DiskStore(join(folder, 'store'), (problem) => problems.push(problem)), folder, problems};
}

/** Whether there is an entry of that number; fails when there is one that is not right. */
function isRight(store: DiskStore, seed: number): boolean {
  const entry = store.read(actionOf(`${seed}`));
  if (entry === undefined) return false;
  expect(entry.verify()).toBe(true);
  const outputs = outputsLike(seed);
  for (const {path, digest} of entry.result.outputFiles)
    expect(outputs[Number(path)]?.equals(entry.bytes(digest) ?? Buffer.alloc(0))).toBe(true);
  entry.close();
  return true;
}

test('processes that publish the same actions at the same time do not disturb each other, nor readers', async () => {
  const {store, problems} = makeStore();
  let running = true;
  const writers = Promise.all([1, 2, 3].map(() => outcomesOf(['publish', store.directory, '8']))).finally(() => {
    running = false;
  });
  let hits = 0;
  for (let seed = 0; running; seed = (seed + 1) % 10) {
    if (isRight(store, seed)) hits++;
    await setImmediate();
  }
  expect(await writers).toEqual([['written'], ['written'], ['written']]);
  expect(hits).toBeGreaterThan(0);
  for (let seed = 0; seed < 10; seed++) expect(isRight(store, seed)).toBe(true);
  expect(readdirSync(store.folder.temporaries)).toEqual([]);
  expect([...storedFiles(store.folder)].filter(({kind}) => kind === 'blob')).toHaveLength(10);
  expect(problems).toEqual([]);
});

test('writers beside a collection and beside a clearing lose at most what they write', async () => {
  const {store} = makeStore();
  let running = true;
  const writers = Promise.all([1, 2].map(() => outcomesOf(['publish', store.directory, '8']))).finally(() => {
    running = false;
  });
  const inTwoHours = Date.now() + 7_200_000;
  for (let time = 0; running; time++) {
    if (time % 5 === 4) clearStore(store.folder);
    else collect(store.folder, {...storeLimits({}), maxBytes: 200_000}, inTwoHours);
    for (let seed = 0; seed < 10; seed++) store.read(actionOf(`${seed}`))?.verify();
    await setImmediate();
  }
  // a temporary file that seems two hours old, or is cleared away, is gone under its writer, which says so
  for (const outcomes of await writers)
    for (const outcome of outcomes) expect(['written', 'E_CACHE_WRITE']).toContain(outcome);
  publish(store, actionOf('0'), outputsLike(0));
  expect(isRight(store, 0)).toBe(true);
  expect(verifyStore(store.directory).problems).toEqual([]);
});

test('a killed writer leaves a right store, and a temporary file that is collected', async () => {
  for (let time = 0; time < 5; time++) {
    const {store} = makeStore();
    const writer: ChildProcess = spawn(process.execPath, [WORKER, 'publishForEver', store.directory]);
    onTestFinished(() => void writer.kill('SIGKILL'));
    // each time somewhere else in its work
    for (let rounds = 0; rounds <= time; rounds++) await once(writer.stdout!, 'data');
    writer.kill('SIGKILL');
    await once(writer, 'close');
    expect(verifyStore(store.directory)).toMatchObject({problems: [], incomplete: 0, entries: 10});
    const left = readdirSync(store.folder.temporaries).length;
    const collected = collect(store.folder, storeLimits({}), Date.now() + 3_700_000);
    expect(collected).toMatchObject({temporaries: left, entries: 0});
    expect(readdirSync(store.folder.temporaries)).toEqual([]);
  }
});

test('a file of 300 MiB takes no more memory than a small one', (context) => {
  needs(context, 'Linux');
  const {store, folder} = makeStore();
  const size = 300 * 2 ** 20;
  const path = join(folder, 'output');
  const file = openSync(path, 'w');
  ftruncateSync(file, size - 1000);
  writeSync(file, bytesLike(1, 1000), 0, 1000, size - 1000);
  closeSync(file);
  const small = join(folder, 'small');
  writeFileSync(small, bytesLike(1, 200_000));
  const few = worked(['large', store.directory, small, '200000', join(folder, 'copy')]) as {memory: number};
  const much = worked(['large', store.directory, path, String(size), join(folder, 'copy')]) as {memory: number};
  expect(much).toMatchObject({seen: size, right: true, digest: {size}});
  expect(statSync(join(folder, 'copy')).size).toBe(size);
  expect(much.memory - few.memory).toBeLessThan(50 * 2 ** 20);
});

test('an entry of 50000 blobs is neither written nor read as a whole', (context) => {
  needs(context, 'Linux');
  const {store} = makeStore();
  const few = worked(['many', store.directory, '50000', '16']) as {memory: number};
  const much = worked(['many', store.directory, '50000', '6000']) as {memory: number};
  expect(few).toMatchObject({right: true});
  expect(much).toMatchObject({right: true});
  expect([...storedFiles(store.folder)]).toHaveLength(1);
  // 286 MiB in all
  expect(much.memory - few.memory).toBeLessThan(100 * 2 ** 20);
});

/** A store with a good entry and a broken one, and a file to store. */
function usedStore(): {readonly store: DiskStore; readonly file: string} {
  const {store, folder} = makeStore();
  publish(store, actionOf('0'), outputsLike(0));
  mkdirSync(join(store.folder.entry(actionOf('broken')), '..'), {recursive: true});
  writeFileSync(store.folder.entry(actionOf('broken')), 'broken');
  const file = join(folder, 'output');
  writeFileSync(file, bytesLike(1, 3_000_000));
  return {store, file};
}

test('a store that may only be read: hits are hits, writing is one error, nothing else fails', (context) => {
  needs(context, 'a mount of its own');
  const {store, file} = usedStore();
  const script = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"';
  const under = ['unshare', '--mount', 'sh', '-c', script, store.directory];
  const refused = 'E_CACHE_WRITE';
  expect(worked(['write', store.directory, file], under)).toEqual({
    small: refused,
    large: refused,
    file: refused,
    blob: refused,
    left: [],
    right: true,
    broken: null,
    collected: null,
    problems: 1,
  });
});

test('a full disk: writing is one error, leaves no temporary file, and what was there stays', (context) => {
  needs(context, 'a mount of its own');
  const {store, file} = usedStore();
  const script = 'cp -r "$0" "$0-copy" && mount -t tmpfs -o size=1m tmpfs "$0" && cp -r "$0-copy/." "$0" && exec "$@"';
  const under = ['unshare', '--mount', 'sh', '-c', script, store.directory];
  const refused = 'E_CACHE_WRITE';
  expect(worked(['write', store.directory, file], under)).toMatchObject({
    small: refused,
    large: refused,
    file: refused,
    blob: refused,
    left: [],
    right: true,
    broken: null,
    problems: 1,
  });
});
