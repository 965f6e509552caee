import {type Hash, hashOf} from '../digest.ts';

// An entry is a file: small blobs one behind the other, the ActionResult, the index, the footer. Numbers are big-endian.
//   index   per blob: hash 32 | offset 6 | size 6; a blob with a file of its own has the offset APART
//   footer  action 32 | offset of the result 6 | its length 6 | blobs in the index 6 | format 4 | SHA-256 32 | magic 8
// The SHA-256 is over everything from the result up to it. Format and magic keep their places, counted from the end, in later formats.

const FORMAT = 1;
const MAGIC = Buffer.from('paceline', 'latin1');
const HASH_BYTES = 32;
const ROW_BYTES = HASH_BYTES + 6 + 6;
const SEAL_BYTES = HASH_BYTES + MAGIC.length;
const FORMAT_BYTES = 4;
export const FOOTER_BYTES = HASH_BYTES + 3 * 6 + FORMAT_BYTES + SEAL_BYTES;
const APART = 2 ** 48 - 1;

/** Where a blob is: `offset` bytes into the entry, or undefined when it has a file of its own. */
export interface BlobPlace {
  readonly offset: number | undefined;
  readonly size: number;
}

/** Where the parts of an entry are, as its footer says; not yet proven. */
export interface Layout {
  /** Bytes of packed blobs before it. */
  readonly resultOffset: number;
  readonly resultLength: number;
  readonly blobs: number;
}

/** Everything behind the blobs, but for the action and the seal. */
export function makeTail(result: Uint8Array, resultOffset: number, blobs: ReadonlyMap<Hash, BlobPlace>): Buffer {
  const tail = Buffer.alloc(result.length + blobs.size * ROW_BYTES + FOOTER_BYTES);
  tail.set(result);
  let at = result.length;
  for (const [hash, {offset, size}] of blobs) {
    tail.write(hash, at, 'hex');
    tail.writeUIntBE(offset ?? APART, at + HASH_BYTES, 6);
    tail.writeUIntBE(size, at + HASH_BYTES + 6, 6);
    at += ROW_BYTES;
  }
  at += HASH_BYTES;
  for (const number of [resultOffset, result.length, blobs.size]) at = tail.writeUIntBE(number, at, 6);
  tail.writeUInt32BE(FORMAT, at);
  tail.set(MAGIC, tail.length - MAGIC.length);
  return tail;
}

/** Makes the tail that of one action. */
export function sealTail(tail: Buffer, action: Hash): void {
  tail.write(action, tail.length - FOOTER_BYTES, 'hex');
  tail.write(sealOf(tail), tail.length - SEAL_BYTES, 'hex');
}

/** Reads the footer of a file of `fileSize` bytes; undefined when there is none. */
export function readFooter(footer: Buffer, fileSize: number): Layout | 'newer' | undefined {
  if (footer.length < FOOTER_BYTES || !footer.subarray(-MAGIC.length).equals(MAGIC)) return undefined;
  const format = footer.readUInt32BE(FOOTER_BYTES - SEAL_BYTES - FORMAT_BYTES);
  if (format > FORMAT) return 'newer';
  const [resultOffset, resultLength, blobs] = [0, 6, 12].map((at) => footer.readUIntBE(HASH_BYTES + at, 6));
  if (format < FORMAT || resultOffset === undefined || resultLength === undefined || blobs === undefined)
    return undefined;
  if (resultOffset + resultLength + blobs * ROW_BYTES + FOOTER_BYTES !== fileSize) return undefined;
  return {resultOffset, resultLength, blobs};
}

/** Whether everything behind the blobs is as it was written for this action. */
export function isIntact(tail: Buffer, action: Hash): boolean {
  const start = tail.length - FOOTER_BYTES;
  return (
    tail.toString('hex', start, start + HASH_BYTES) === action &&
    tail.toString('hex', tail.length - SEAL_BYTES, tail.length - MAGIC.length) === sealOf(tail)
  );
}

/** The index of an intact tail, in the order of the entry. */
export function readIndex(tail: Buffer, layout: Layout): ReadonlyMap<Hash, BlobPlace> {
  const blobs = new Map<Hash, BlobPlace>();
  for (let row = 0; row < layout.blobs; row++) {
    const at = layout.resultLength + row * ROW_BYTES;
    const hash = tail.toString('hex', at, at + HASH_BYTES) as Hash;
    const offset = tail.readUIntBE(at + HASH_BYTES, 6);
    blobs.set(hash, {
      offset: offset === APART ? undefined : offset,
      size: tail.readUIntBE(at + HASH_BYTES + 6, 6),
    });
  }
  return blobs;
}

function sealOf(tail: Buffer): Hash {
  return hashOf(tail.subarray(0, tail.length - SEAL_BYTES));
}
