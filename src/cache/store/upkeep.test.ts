import {chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {actionOf, bytesLike, publish} from '../../../test/support/stored-result.ts';
import {temporaryFolder} from '../../../test/support/temporary-folder.ts';
import {hashOf} from '../digest.ts';
import {clearStore} from './clear-store.ts';
import {collectIfDue, storeLimits} from './collection.ts';
import {DiskStore} from './disk-store.ts';
import {APART_BYTES} from './entry-writer.ts';
import {storedFiles} from './store-files.ts';
import {withStoreLock} from './store-lock.ts';
import {storeStats} from './store-stats.ts';
import {verifyStore} from './verify-store.ts';

/** Three entries, two of which share a large blob, and a blob of its own. */
function makeStore(): DiskStore {
  const store = new DiskStore(join(temporaryFolder(), 'store'));
  publish(store, actionOf('one'), [bytesLike(1, APART_BYTES), bytesLike(2, 100)]);
  publish(store, actionOf('two'), [bytesLike(1, APART_BYTES)]);
  publish(store, actionOf('three'), [bytesLike(3, 5000)]);
  store.putBlob(bytesLike(4, 10));
  return store;
}

function overwrite(path: string, change: (bytes: Buffer) => Buffer): void {
  chmodSync(path, 0o644);
  writeFileSync(path, change(readFileSync(path)));
}

function flipped(bytes: Buffer): Buffer {
  bytes[7]! ^= 4;
  return bytes;
}

test('stats: how many, how much, since when', () => {
  const store = makeStore();
  for (const [index, {path}] of [...storedFiles(store.folder)].entries()) utimesSync(path, 1000 + index, 1000 + index);
  expect(storeStats(store.folder)).toEqual({
    directory: store.directory,
    entries: 3,
    blobs: 2,
    bytes: store.written,
    oldest: 1_000_000,
    newest: 1_004_000,
  });
});

test('stats of a store that is not there', () => {
  const store = new DiskStore(join(temporaryFolder(), 'store'));
  expect(storeStats(store.folder)).toEqual({directory: store.directory, entries: 0, blobs: 0, bytes: 0});
  expect(verifyStore(store.directory)).toMatchObject({entries: 0, problems: []});
  expect(clearStore(store.folder)).toMatchObject({entries: 0});
  expect(existsSync(store.directory)).toBe(false);
});

test('verify: a sound store', () => {
  const store = makeStore();
  expect(verifyStore(store.directory)).toEqual({
    entries: 3,
    blobs: 2,
    bytes: store.written,
    incomplete: 0,
    newer: 0,
    problems: [],
  });
});

test('verify: what is broken goes, with the entries that need it, and what is newer stays', () => {
  const store = makeStore();
  overwrite(store.folder.blob(hashOf(bytesLike(1, APART_BYTES))), flipped);
  overwrite(store.folder.entry(actionOf('three')), flipped);
  publish(store, actionOf('newer'), []);
  overwrite(store.folder.entry(actionOf('newer')), (bytes) => {
    bytes.writeUInt32BE(9, bytes.length - 44);
    return bytes;
  });
  const check = verifyStore(store.directory);
  expect(check).toMatchObject({entries: 0, blobs: 1, incomplete: 2, newer: 1});
  expect(check.problems.map(({path}) => path).sort()).toEqual(
    [store.folder.blob(hashOf(bytesLike(1, APART_BYTES))), store.folder.entry(actionOf('three'))].sort(),
  );
  expect(verifyStore(store.directory)).toMatchObject({entries: 0, blobs: 1, incomplete: 0, newer: 1, problems: []});
});

test('clear: nothing of ours remains, and nothing else goes', () => {
  const store = makeStore();
  store.write();
  withStoreLock(store.folder, () => {});
  collectIfDue(store.folder, storeLimits({}), 1);
  const {bytes} = storeStats(store.folder);
  expect(clearStore(store.folder)).toMatchObject({entries: 3, blobs: 2, bytes});
  expect(readdirSync(store.directory)).toEqual([]);

  publish(store, actionOf('one'), []);
  const others = ['notes', 'v1/notes', 'v1/ac/notes', 'v1/ac/00/notes', 'v2/ac/notes'].map((path) =>
    join(store.directory, path),
  );
  for (const path of others) {
    mkdirSync(join(path, '..'), {recursive: true});
    writeFileSync(path, '');
  }
  expect(clearStore(store.folder)).toMatchObject({entries: 1});
  expect(others.map((path) => existsSync(path))).toEqual([true, true, true, true, true]);
  expect(existsSync(store.folder.blobs)).toBe(false);
});

test('a store goes on after it was cleared', () => {
  const store = makeStore();
  clearStore(store.folder);
  rmSync(store.directory, {recursive: true});
  publish(store, actionOf('one'), [bytesLike(1, APART_BYTES)]);
  expect(store.read(actionOf('one'))?.verify()).toBe(true);
});
