import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {anyDirectory} from '../../../test/support/remote-api-messages.ts';
import {
  actionResultVectors,
  actionVectors,
  commandVectors,
  directoryVectors,
  treeVectors,
  type Vector,
} from '../../../test/support/remote-api-vectors.ts';
import {EMPTY_DIGEST} from '../digest.ts';
import {encodeAction, encodeActionResult, encodeCommand, encodeDirectory, encodeTree} from './encode.ts';
import type {ActionResult} from './messages.ts';

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function expectVectors<T>(encode: (value: T) => Uint8Array, vectors: readonly Vector<T>[]): void {
  expect(vectors.map(({value}) => hex(encode(value)))).toEqual(vectors.map((vector) => vector.hex));
}

test("encodes as the API's own definition does", () => {
  expectVectors(encodeDirectory, directoryVectors);
  expectVectors(encodeTree, treeVectors);
  expectVectors(encodeCommand, commandVectors);
  expectVectors(encodeAction, actionVectors);
  expectVectors(encodeActionResult, actionResultVectors);
});

test('encodes an empty directory as nothing', () => {
  expect(encodeDirectory({files: [], directories: [], symlinks: []}).length).toBe(0);
});

test('encodes a directory the same whatever order its entries are given in', () => {
  fc.assert(
    fc.property(
      anyDirectory.chain((sorted) =>
        fc.record({
          sorted: fc.constant(sorted),
          files: shuffled(sorted.files),
          directories: shuffled(sorted.directories),
          symlinks: shuffled(sorted.symlinks),
        }),
      ),
      ({sorted, ...mixed}) => void expect(hex(encodeDirectory(mixed))).toBe(hex(encodeDirectory(sorted))),
    ),
  );
});

function shuffled<T>(list: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...list], {minLength: list.length, maxLength: list.length});
}

test('orders names by their UTF-8 bytes, not by UTF-16', () => {
  const names = ['😀', '\uffff', 'a', 'a/b', '\ud7ff', 'B', '', '😀!', 'é', 'a.b'];
  const symlinks = names.map((name) => ({name, target: ''}));
  const byBytes = symlinks.toSorted((one, other) => Buffer.compare(Buffer.from(one.name), Buffer.from(other.name)));
  const alone = byBytes.map((symlink) => hex(encodeDirectory({files: [], directories: [], symlinks: [symlink]})));
  expect(hex(encodeDirectory({files: [], directories: [], symlinks}))).toBe(alone.join(''));
});

test('throws at what has no encoding', () => {
  const result: ActionResult = actionResultVectors[0]!.value;
  expect(() => encodeActionResult({...result, exitCode: 0.5})).toThrow('no whole number');
  expect(() => encodeActionResult({...result, completedAt: Number.NaN})).toThrow('no whole number');
  expect(() => encodeActionResult({...result, stdoutDigest: {...EMPTY_DIGEST, size: 2 ** 53}})).toThrow(
    'no whole number',
  );
  expect(() => encodeCommand({...commandVectors[0]!.value, workingDirectory: 'a\ud83d'})).toThrow('surrogate');
});
