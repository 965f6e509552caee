import {existsSync, readdirSync, readFileSync, statSync, truncateSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {actionOf, bytesLike, publish} from '../../../test/support/stored-result.ts';
import {temporaryFolder} from '../../../test/support/temporary-folder.ts';
import type {Hash} from '../digest.ts';
import {collect, collectIfDue, storeLimits} from './collection.ts';
import {DiskStore} from './disk-store.ts';
import {removeUnlessUsed, storedFiles} from './store-files.ts';
import type {StoreFolder} from './store-folder.ts';
import {withStoreLock} from './store-lock.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2030, 0, 15);
const UNLIMITED = storeLimits({maxBytes: 0, maxAgeMs: 0});

/** Makes a file one that was last used `ms` before NOW. */
function age(path: string, ms: number): void {
  utimesSync(path, (NOW - ms) / 1000, (NOW - ms) / 1000);
}

/** A store of entries that were last used so long before NOW, and one large blob each where `large`. */
function storeOf(
  ages: readonly number[],
  large = false,
): {readonly store: DiskStore; readonly actions: readonly Hash[]} {
  const store = new DiskStore(join(temporaryFolder(), 'store'));
  const actions = ages.map((_, index) => actionOf(String(index)));
  for (const [index, ms] of ages.entries()) {
    const blob = bytesLike(index, large ? 200_000 : 1000);
    publish(store, actions[index]!, [blob]);
    age(store.folder.entry(actions[index]!), ms);
  }
  return {store, actions};
}

function remaining({folder}: DiskStore): readonly string[] {
  return [...storedFiles(folder)].map(({hash}) => hash);
}

function ageBlobs(folder: StoreFolder, ms: number): void {
  for (const {kind, path} of storedFiles(folder)) if (kind === 'blob') age(path, ms);
}

test('nothing said is 10 GiB and 30 days, 0 is no limit', () => {
  expect(storeLimits({})).toEqual({maxBytes: 10 * 2 ** 30, maxAgeMs: 30 * DAY});
  expect(UNLIMITED).toEqual({maxBytes: Infinity, maxAgeMs: Infinity});
  expect(storeLimits({maxBytes: 5, maxAgeMs: 6})).toEqual({maxBytes: 5, maxAgeMs: 6});
});

test('what was not used for longer than the limit goes', () => {
  const {store, actions} = storeOf([31 * DAY, 29 * DAY, 2 * HOUR]);
  expect(collect(store.folder, storeLimits({}), NOW)).toMatchObject({entries: 1, blobs: 0});
  expect(remaining(store)).toEqual([actions[1], actions[2]].sort());
});

test('beyond the size the least recently used go, and no more than needed', () => {
  const {store, actions} = storeOf([2 * HOUR, 5 * HOUR, 4 * HOUR, 3 * HOUR]);
  const each = statSync(store.folder.entry(actions[0]!)).size;
  const collected = collect(store.folder, {...UNLIMITED, maxBytes: 2 * each}, NOW);
  expect(collected).toEqual({entries: 2, blobs: 0, temporaries: 0, bytes: 2 * each, keptBytes: 2 * each});
  expect(remaining(store)).toEqual([actions[0], actions[3]].sort());
});

test('what was used within the hour stays, whatever the size', () => {
  const {store} = storeOf([HOUR - 1000, 0, -HOUR, HOUR + 1000]);
  expect(collect(store.folder, {maxBytes: 1, maxAgeMs: 1}, NOW)).toMatchObject({entries: 1});
  expect(remaining(store)).toHaveLength(3);
});

test('a time far in the future keeps nothing for ever', () => {
  const {store} = storeOf([-400 * DAY]);
  expect(collect(store.folder, storeLimits({}), NOW)).toMatchObject({entries: 1});
});

test('of files used at the same time entries go before blobs', () => {
  const {store, actions} = storeOf([2 * HOUR], true);
  ageBlobs(store.folder, 2 * HOUR);
  expect(collect(store.folder, {...UNLIMITED, maxBytes: 200_000}, NOW)).toMatchObject({entries: 1, blobs: 0});
  expect(remaining(store)).not.toContain(actions[0]);
  expect(remaining(store)).toHaveLength(1);
});

test('an entry that names a collected blob is a miss', () => {
  const {store, actions} = storeOf([2 * HOUR], true);
  ageBlobs(store.folder, 3 * HOUR);
  expect(collect(store.folder, {...UNLIMITED, maxBytes: 2000}, NOW)).toMatchObject({entries: 0, blobs: 1});
  expect(store.read(actions[0]!)?.verify()).toBe(false);
  expect(store.entryTime(actions[0]!)).toBeUndefined();
});

test('a reader keeps what it has open', () => {
  const store = new DiskStore(join(temporaryFolder(), 'store'));
  const action = actionOf('big');
  // more than is read at once
  const outputs = Array.from({length: 100}, (_, index) => bytesLike(index, 100_000));
  const result = publish(store, action, outputs);
  const entry = store.read(action)!;
  age(store.folder.entry(action), 2 * DAY);
  expect(collect(store.folder, {maxBytes: 1, maxAgeMs: DAY}, NOW)).toMatchObject({entries: 1});
  expect(store.read(action)).toBeUndefined();
  expect(entry.verify()).toBe(true);
  for (const {path, digest} of result.outputFiles)
    expect(outputs[Number(path)]!.equals(entry.bytes(digest)!)).toBe(true);
  entry.close();
});

test('never is more kept than allowed, and never is something kept that was used before something removed', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({min: 0, max: 72}), {maxLength: 8}),
      fc.integer({min: 1, max: 9000}),
      fc.integer({min: 1, max: 72}),
      (hours, maxBytes, maxHours) => {
        const {store} = storeOf(hours.map((each) => each * HOUR));
        const before = [...storedFiles(store.folder)];
        const collected = collect(store.folder, {maxBytes, maxAgeMs: maxHours * HOUR}, NOW)!;
        const kept = new Set(remaining(store));
        const ages = (there: boolean): number[] =>
          before.filter(({hash}) => kept.has(hash) === there).map(({usedAt}) => NOW - usedAt);
        expect(Math.min(...ages(false))).toBeGreaterThanOrEqual(
          Math.max(HOUR, ...ages(true).filter((ms) => ms >= HOUR)),
        );
        if (collected.keptBytes > maxBytes) expect(ages(true).every((ms) => ms < HOUR)).toBe(true);
        expect(ages(true).every((ms) => ms < HOUR || ms <= maxHours * HOUR)).toBe(true);
        expect(collected.entries).toBe(before.length - kept.size);
      },
    ),
    {numRuns: 50},
  );
});

test('left-over temporary files go after an hour, running writers stay', () => {
  const store = new DiskStore(join(temporaryFolder(), 'store'));
  store.write();
  store.write();
  const [first = '', second = ''] = readdirSync(store.folder.temporaries);
  age(join(store.folder.temporaries, first), HOUR);
  age(join(store.folder.temporaries, second), HOUR - 1000);
  expect(collect(store.folder, UNLIMITED, NOW)).toMatchObject({temporaries: 1, entries: 0});
  expect(readdirSync(store.folder.temporaries)).toEqual([second]);
});

test('what is used between the look at the store and its removal stays', () => {
  const {store, actions} = storeOf([40 * DAY, 40 * DAY]);
  const [first, second] = [...storedFiles(store.folder)];
  store.touch(first!.hash);
  expect([first, second].map((file) => removeUnlessUsed(file!))).toEqual([false, true]);
  expect(actions.filter((action) => store.entryTime(action) !== undefined)).toEqual([first!.hash]);
  expect(removeUnlessUsed(second!)).toBe(true);
});

test('files that are not ours stay', () => {
  const {store} = storeOf([2 * DAY]);
  const others = [
    join(store.directory, 'notes'),
    join(store.folder.entries, 'notes'),
    join(store.folder.path, 'notes'),
  ];
  for (const path of others) {
    writeFileSync(path, 'mine');
    age(path, 90 * DAY);
  }
  collect(store.folder, {maxBytes: 1, maxAgeMs: 1}, NOW);
  expect(others.map((path) => existsSync(path))).toEqual([true, true, true]);
});

test('one process collects at a time', () => {
  const {store} = storeOf([40 * DAY]);
  withStoreLock(store.folder, () => {
    expect(collect(store.folder, storeLimits({}), NOW)).toBeUndefined();
    expect(remaining(store)).toHaveLength(1);
  });
  expect(collect(store.folder, storeLimits({}), NOW)).toMatchObject({entries: 1});
});

test('a store that is not there is not made', () => {
  const store = new DiskStore(join(temporaryFolder(), 'store'));
  expect(collect(store.folder, storeLimits({}))).toMatchObject({entries: 0, keptBytes: 0});
  expect(collectIfDue(store.folder, storeLimits({}), 0)).toBeUndefined();
  expect(existsSync(store.directory)).toBe(false);
});

test('a collection is due after a day, or after a GiB', () => {
  const {store} = storeOf([40 * DAY]);
  const {folder} = store;
  const limits = storeLimits({});
  expect(collectIfDue(folder, limits, 1000, NOW)).toBeUndefined();
  expect(collectIfDue(folder, limits, 0, NOW + DAY - 1)).toBeUndefined();
  expect(collectIfDue(folder, limits, 0, NOW + DAY)).toMatchObject({entries: 1});
  const later = NOW + DAY;
  expect(collectIfDue(folder, limits, 2 ** 29, later + 1)).toBeUndefined();
  expect(collectIfDue(folder, limits, 2 ** 29 - 1, later + 1)).toBeUndefined();
  expect(collectIfDue(folder, limits, 1, later + 1)).toMatchObject({entries: 0});
  expect(collectIfDue(folder, limits, 1, later + 2)).toBeUndefined();
  // the clock was set back
  expect(collectIfDue(folder, limits, 0, NOW - DAY)).toMatchObject({entries: 0});
});

test('half a state is as good as none', () => {
  const {store} = storeOf([40 * DAY]);
  const path = join(store.folder.path, 'gc.json');
  collectIfDue(store.folder, storeLimits({}), 5, NOW);
  for (const length of [0, 7, readFileSync(path).length - 3]) {
    truncateSync(path, length);
    expect(collectIfDue(store.folder, storeLimits({}), 5, NOW)).toBeUndefined();
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({collectedAt: NOW, written: 5});
  }
});
