import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {anyActionResult, anyDirectory, anyTree} from '../../../test/support/remote-api-messages.ts';
import {
  actionResultVectors,
  directoryVectors,
  foreignActionResult,
  foreignDirectory,
  treeVectors,
} from '../../../test/support/remote-api-vectors.ts';
import {EMPTY_DIGEST} from '../digest.ts';
import {decodeActionResult, decodeDirectory, decodeTree} from './decode.ts';
import {encodeActionResult, encodeDirectory, encodeTree} from './encode.ts';

function bytes(...parts: readonly (string | Uint8Array)[]): Uint8Array {
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'hex') : part)));
}

describe('reads back what was written', () => {
  test('directories', () => {
    fc.assert(
      fc.property(anyDirectory, (value) => void expect(decodeDirectory(encodeDirectory(value))).toEqual(value)),
    );
  });

  test('trees', () => {
    fc.assert(fc.property(anyTree, (value) => void expect(decodeTree(encodeTree(value))).toEqual(value)));
  });

  test('results', () => {
    fc.assert(
      fc.property(
        anyActionResult,
        (value) => void expect(decodeActionResult(encodeActionResult(value))).toEqual(value),
      ),
    );
  });

  test('a result of 50,000 files', () => {
    const outputFiles = Array.from({length: 50_000}, (_, index) => ({
      path: `dist/${String(index).padStart(5, '0')}.js`,
      digest: {...EMPTY_DIGEST, size: index},
      isExecutable: index % 2 === 0,
    }));
    const value = {...actionResultVectors[0]!.value, outputFiles};
    expect(decodeActionResult(encodeActionResult(value))).toEqual(value);
  });

  test('from the middle of a larger buffer', () => {
    const {value, hex} = directoryVectors[1]!;
    const around = bytes('ffff', hex, 'ffff');
    expect(decodeDirectory(new Uint8Array(around.buffer, around.byteOffset + 2, hex.length / 2))).toEqual(value);
  });
});

test("reads what the API's own definition writes", () => {
  for (const {value, hex} of directoryVectors) expect(decodeDirectory(bytes(hex))).toEqual(value);
  for (const {value, hex} of treeVectors) expect(decodeTree(bytes(hex))).toEqual(value);
  for (const {value, hex} of actionResultVectors) expect(decodeActionResult(bytes(hex))).toEqual(value);
});

test('reads entries in any order, passes over fields that it does not know, takes symlinks from the older fields', () => {
  expect(decodeDirectory(bytes(foreignDirectory.hex))).toEqual(foreignDirectory.value);
  expect(decodeActionResult(bytes(foreignActionResult.hex))).toEqual(foreignActionResult.value);
});

test('does not read symlinks twice that stand in the older fields too', () => {
  const symlink = '06' + '0a0161' + '120162';
  const read = decodeActionResult(bytes(`52${symlink}62${symlink}`));
  expect(read.outputSymlinks).toEqual([{path: 'a', target: 'b'}]);
});

test('passes over unknown fields of every wire type', () => {
  const varint = 'f8ffffff0fffffffffffffffffff01';
  const fixed64 = 'f10100112233445566ff';
  const fixed32 = '7d00000080';
  const delimited = '7a020aff';
  for (const unknown of [varint, fixed64, fixed32, delimited, varint + fixed32 + delimited + fixed64]) {
    expect(decodeDirectory(bytes(unknown, foreignDirectory.hex, unknown))).toEqual(foreignDirectory.value);
  }
});

test('says that an execution took no time when its start is missing or after its end', () => {
  expect(decodeActionResult(bytes('4a0422020804'))).toMatchObject({executionMs: 0, completedAt: 4000});
  expect(decodeActionResult(bytes('4a081a02080522020804'))).toMatchObject({executionMs: 0, completedAt: 4000});
  expect(decodeActionResult(bytes('4a041a020804'))).toMatchObject({executionMs: 0, completedAt: 0});
});

const HASH = Buffer.from(EMPTY_DIGEST.hash).toString('hex');

describe('throws an Error', () => {
  test.each([
    ['a tag that is cut off', '80', 'a number that is cut off'],
    ['a tag of more than 32 bits', '8a8080801000', 'a field without a number'],
    ['a varint of eleven bytes', '78ffffffffffffffffffff01', 'a number of more than 64 bits'],
    ['a varint of 65 bits', '78ffffffffffffffffff02', 'a number of more than 64 bits'],
    ['field number 0', '0201', 'a field without a number'],
    ['the begin of a group', '7b7c', 'wire type 3'],
    ['the end of a group', '7c', 'wire type 4'],
    ['wire type 6', '7e', 'wire type 6'],
    ['a fixed64 that is cut off', '7900000000000000', 'a value that is cut off'],
    ['a fixed32 that is cut off', '7d000000', 'a value that is cut off'],
    ['a length without a message', '0a', 'a number that is cut off'],
    ['a length one beyond the end', '1a060a01611200', 'a length beyond the end'],
    ['a length of 2^31', '0a8080808008', 'a length beyond the end'],
    ['a length of 2^32, which is 0 in 32 bits', '0a8080808010', 'a length beyond the end'],
    ['a length of 2^64-1', '0affffffffffffffffff01', 'a length beyond the end'],
    ['a length beyond the end of the message around it', '1a030a05616200000000', 'a length beyond the end'],
    ['a message as a varint', '0801', 'field 1 with wire type 0'],
    ['text as a varint', '1a020801', 'field 1 with wire type 0'],
    ['a truth as text', '0a022200', 'field 4 with wire type 2'],
    ['text that is no UTF-8', '1a030a01ff', 'no UTF-8'],
    ['text that is no UTF-8 beside U+FFFD', '1a060a04efbfbdc0', 'no UTF-8'],
    ['text with half of a surrogate pair', '1a050a03eda080', 'no UTF-8'],
    ['text with an overlong character', '1a040a02c080', 'no UTF-8'],
    ['a file without a digest', '0a030a0161', 'has no digest'],
    ['a digest without a hash', '0a070a016112021001', 'no SHA-256'],
    ['a hash that is too short', `0a480a016112430a3f${HASH.slice(2)}1001`, 'no SHA-256'],
    ['a hash in upper case', `0a490a016112440a40${HASH.replace('65', '45')}1001`, 'no SHA-256'],
    ['a size of 2^53', `0a500a0161124b0a40${HASH}108080808080808010`, 'a number that is too large'],
    ['a size below 0', `0a520a0161124d0a40${HASH}10ffffffffffffffffff01`, 'a blob of -1 bytes'],
  ])('at %s', (_, hex, why) => {
    expect(() => decodeDirectory(bytes(hex))).toThrow(why);
    const child = bytes('12', varint(hex.length / 2), hex);
    expect(() => decodeTree(child)).toThrow(why);
  });

  test('at every place where a message may be cut off within a field', () => {
    const whole = bytes(foreignDirectory.hex);
    const readable = Array.from(whole.keys()).filter((length) => {
      try {
        decodeDirectory(whole.subarray(0, length));
        return true;
      } catch {
        return false;
      }
    });
    // only between two fields of the outermost message
    expect(readable).toEqual([0, 75, 150, 225, 240]);
  });
});

function varint(value: number): string {
  return value < 0x80 ? hexByte(value) : hexByte((value & 0x7f) | 0x80) + varint(value >>> 7);
}

function hexByte(value: number): string {
  return value.toString(16).padStart(2, '0');
}

describe('returns or throws an Error for any bytes', () => {
  const decoders = [decodeDirectory, decodeTree, decodeActionResult];
  const samples = fc.oneof(
    anyDirectory.map(encodeDirectory),
    anyTree.map(encodeTree),
    anyActionResult.map(encodeActionResult),
    fc.constantFrom(bytes(foreignDirectory.hex), bytes(foreignActionResult.hex)),
  );

  function expectEnd(input: Uint8Array): void {
    for (const decode of decoders) {
      try {
        decode(input);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        expect((error as Error).message).toMatch(/^malformed /);
      }
    }
  }

  test('of no message', () => {
    fc.assert(fc.property(fc.uint8Array({maxLength: 200}), expectEnd), {numRuns: 2000});
  });

  test('of a message that was cut off and changed', () => {
    const change = fc.record({at: fc.nat(), byte: fc.nat(255)});
    fc.assert(
      fc.property(samples, fc.nat(), fc.array(change, {maxLength: 4}), (sample, cut, changes) => {
        const input = Buffer.from(sample.subarray(0, sample.length - (cut % 3 === 0 ? cut % (sample.length + 1) : 0)));
        for (const {at, byte} of changes) if (input.length > 0) input[at % input.length] = byte;
        expectEnd(input);
      }),
      {numRuns: 1000},
    );
  });
});
