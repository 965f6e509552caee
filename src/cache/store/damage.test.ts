import {
  chmodSync,
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {actionOf, bytesLike, publish} from '../../../test/support/stored-result.ts';
import {temporaryFolder} from '../../../test/support/temporary-folder.ts';
import {hashOf} from '../digest.ts';
import type {ActionResult} from '../remote-api/messages.ts';
import {DiskStore} from './disk-store.ts';
import {APART_BYTES} from './entry-writer.ts';
import type {StoreProblem} from './store-folder.ts';

const ACTION = actionOf('one');
/** Of the last 94 bytes: where the format number begins. */
const FORMAT_FROM_END = 44;

interface Stored {
  readonly store: DiskStore;
  readonly problems: StoreProblem[];
  readonly result: ActionResult;
  readonly outputs: readonly Buffer[];
  readonly path: string;
  /** Of the sound entry. */
  readonly bytes: Buffer;
}

function stored(outputs: readonly Buffer[] = [bytesLike(1, 700), bytesLike(2, 30), bytesLike(3, 1)]): Stored {
  const problems: StoreProblem[] = [];
  const store = new DiskStore(join(temporaryFolder(), 'store'), (problem) => problems.push(problem));
  const result = publish(store, ACTION, outputs, 'what it said');
  const path = store.folder.entry(ACTION);
  chmodSync(path, 0o644);
  return {store, problems, result, outputs, path, bytes: readFileSync(path)};
}

/** Whether everything can be had, and all of it is right; fails on anything that is wrong. */
function restores({store, result, outputs}: Stored, verify: boolean): boolean {
  const entry = store.read(ACTION);
  if (entry === undefined) return false;
  expect(entry.result).toEqual(result);
  if (verify && !entry.verify()) return false;
  const got = result.outputFiles.map(({digest, path}) => ({
    expected: outputs[Number(path)]!,
    bytes: entry.bytes(digest),
  }));
  const stdout = entry.bytes(result.stdoutDigest);
  entry.close();
  for (const {expected, bytes} of got) if (bytes !== undefined) expect(expected.equals(bytes)).toBe(true);
  if (stdout !== undefined) expect(Buffer.from(stdout).toString()).toBe('what it said');
  return got.every(({bytes}) => bytes !== undefined) && stdout !== undefined;
}

/** That the damage was a miss, was said once, and is mended by the next result. */
function expectMended(damaged: Stored): void {
  const {store, problems, outputs} = damaged;
  expect(problems).toHaveLength(1);
  expect(store.entryTime(ACTION)).toBeUndefined();
  publish(store, ACTION, outputs, 'what it said');
  expect(restores(damaged, true)).toBe(true);
  expect(problems).toHaveLength(1);
}

test('an entry that lost its end is a miss, wherever it ends', () => {
  const whole = stored();
  for (let length = 0; length < whole.bytes.length; length += length < 600 ? 37 : 1) {
    whole.problems.length = 0;
    writeFileSync(whole.path, whole.bytes);
    truncateSync(whole.path, length);
    expect(restores(whole, true), `${length} bytes`).toBe(false);
    expectMended(whole);
    chmodSync(whole.path, 0o644);
  }
});

test('an entry that is longer, or has a hole in it, is a miss', () => {
  for (const damage of [
    (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(1)]),
    (bytes: Buffer) => Buffer.concat([Buffer.alloc(1), bytes]),
    (bytes: Buffer) => Buffer.alloc(bytes.length),
    (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 300), bytes.subarray(301)]),
  ]) {
    const whole = stored();
    writeFileSync(whole.path, damage(whole.bytes));
    expect(restores(whole, true)).toBe(false);
    expectMended(whole);
  }
});

test('no bit can change without a miss', () => {
  const whole = stored();
  fc.assert(
    fc.property(
      fc.oneof(
        fc.nat(whole.bytes.length - 1),
        fc.integer({min: whole.bytes.length - 300, max: whole.bytes.length - 1}),
      ),
      fc.nat(7),
      fc.boolean(),
      (offset, bit, verify) => {
        const newer = isFormat(whole, offset);
        const bytes = Buffer.from(whole.bytes);
        bytes[offset]! ^= 1 << bit;
        whole.problems.length = 0;
        writeFileSync(whole.path, bytes);
        expect(restores(whole, verify)).toBe(false);
        if (!newer) expectMended(whole);
        else publish(whole.store, ACTION, whole.outputs, 'what it said');
        chmodSync(whole.path, 0o644);
      },
    ),
    {numRuns: 500},
  );
});

/** A format that seems newer is left alone. */
function isFormat({bytes}: Stored, offset: number): boolean {
  const from = bytes.length - FORMAT_FROM_END;
  return offset >= from && offset < from + 4;
}

test('the entry of another action is a miss', () => {
  const whole = stored();
  publish(whole.store, actionOf('other'), [bytesLike(9, 50)]);
  renameSync(whole.store.folder.entry(actionOf('other')), whole.path);
  expect(whole.store.read(ACTION)).toBeUndefined();
  expectMended(whole);
});

test('an entry of a newer format is a miss and stays as it is', () => {
  const whole = stored();
  const bytes = Buffer.from(whole.bytes);
  bytes.writeUInt32BE(2, bytes.length - FORMAT_FROM_END);
  bytes.fill(7, bytes.length - 90, bytes.length - 50);
  writeFileSync(whole.path, bytes);
  expect(whole.store.read(ACTION)).toBeUndefined();
  whole.store.touch(ACTION);
  expect(whole.problems).toEqual([]);
  expect(readFileSync(whole.path).equals(bytes)).toBe(true);
  publish(whole.store, ACTION, whole.outputs, 'what it said');
  expect(restores(whole, true)).toBe(true);
});

test('an older format is broken: its folder has another name', () => {
  const whole = stored();
  const bytes = Buffer.from(whole.bytes);
  bytes.writeUInt32BE(0, bytes.length - FORMAT_FROM_END);
  writeFileSync(whole.path, bytes);
  expect(whole.store.read(ACTION)).toBeUndefined();
  expectMended(whole);
});

test('a packed blob that is broken is found, in a large entry too', () => {
  const whole = stored(Array.from({length: 90}, (_, index) => bytesLike(index, 110_000)));
  for (const offset of [0, 5_000_000, 9_800_000]) {
    for (const verify of [true, false]) {
      const bytes = Buffer.from(whole.bytes);
      bytes[offset]! ^= 1;
      whole.problems.length = 0;
      writeFileSync(whole.path, bytes);
      expect(restores(whole, verify)).toBe(false);
      expectMended(whole);
      chmodSync(whole.path, 0o644);
    }
  }
});

test('an entry that is cut while it is open is a miss', () => {
  const whole = stored(Array.from({length: 90}, (_, index) => bytesLike(index, 110_000)));
  const entry = whole.store.read(ACTION)!;
  truncateSync(whole.path, 3_000_000);
  expect(entry.verify()).toBe(false);
  entry.close();
  expectMended(whole);
});

test.each(['truncated', 'changed', 'swapped', 'gone'])('a large blob that is %s is a miss', (damage) => {
  for (const size of [APART_BYTES, 3_000_000]) {
    for (const look of ['verify', 'bytes', 'copy', 'put'] as const) {
      const outputs = [bytesLike(1, size), bytesLike(2, 300)];
      const whole = stored(outputs);
      const blob = whole.store.folder.blob(hashOf(outputs[0]!));
      chmodSync(blob, 0o644);
      if (damage === 'truncated') truncateSync(blob, size - 1);
      else if (damage === 'gone') renameSync(blob, `${blob}-away`);
      else if (damage === 'swapped') writeFileSync(blob, bytesLike(3, size));
      else {
        const bytes = Buffer.from(outputs[0]!);
        bytes[size - 1]! ^= 128;
        writeFileSync(blob, bytes);
      }
      const {digest} = whole.result.outputFiles[0]!;
      const entry = whole.store.read(ACTION)!;
      if (look === 'verify') expect(entry.verify()).toBe(false);
      else if (look === 'bytes') expect(entry.bytes(digest)).toBeUndefined();
      else if (look === 'copy') expect(copied(whole, (target) => entry.copyTo(digest, target))).toBe(false);
      publish(whole.store, ACTION, outputs, 'what it said');
      expect(restores(whole, true)).toBe(true);
      expect(whole.problems.length).toBe(damage === 'gone' || (look === 'put' && damage !== 'truncated') ? 0 : 1);
      expect(statSync(blob).mode & 0o777).toBe(0o444);
    }
  }
});

function copied({store}: Stored, copy: (target: number) => boolean): boolean {
  const target = openSync(join(store.directory, 'copy'), 'w');
  try {
    return copy(target);
  } finally {
    closeSync(target);
  }
}

test('a good entry that has taken the place of a broken one stays', () => {
  const whole = stored(Array.from({length: 90}, (_, index) => bytesLike(index, 110_000)));
  const bytes = Buffer.from(whole.bytes);
  bytes[1000]! ^= 1;
  writeFileSync(whole.path, bytes);
  const broken = whole.store.read(ACTION)!;
  publish(whole.store, ACTION, whole.outputs, 'what it said');
  expect(broken.verify()).toBe(false);
  broken.close();
  expect(restores(whole, true)).toBe(true);
  expect(whole.problems).toHaveLength(1);
});

test('a broken entry is not made younger', () => {
  const whole = stored();
  for (let back = 1; back <= 94; back++) {
    if (isFormat(whole, whole.bytes.length - back)) continue;
    const bytes = Buffer.from(whole.bytes);
    bytes[bytes.length - back]! ^= 0x80;
    whole.problems.length = 0;
    writeFileSync(whole.path, bytes);
    utimesSync(whole.path, 1000, 1000);
    whole.store.touch(ACTION);
    expect(whole.store.entryTime(ACTION)).toBeUndefined();
    expect(whole.problems).toHaveLength(1);
  }
});

test('what is not kept in memory is proven each time that it is read', () => {
  const whole = stored(Array.from({length: 90}, (_, index) => bytesLike(index, 110_000)));
  const entry = whole.store.read(ACTION)!;
  expect(entry.verify()).toBe(true);
  const bytes = Buffer.from(whole.bytes);
  bytes[0]! ^= 1;
  writeFileSync(whole.path, bytes);
  const {digest} = whole.result.outputFiles.find(({path}) => path === '0')!;
  expect(entry.bytes(digest)).toBeUndefined();
  expect(entry.bytes(digest)).toBeUndefined();
  expect(entry.verify()).toBe(false);
  entry.close();
  expectMended(whole);
});
