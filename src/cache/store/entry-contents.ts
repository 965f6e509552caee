import type {Hash} from '../digest.ts';
import {decodeActionResult} from '../remote-api/decode.ts';
import type {ActionResult} from '../remote-api/messages.ts';
import {FOOTER_BYTES, isIntact, type Layout, readFooter} from './entry-format.ts';
import {readInto} from './file-bytes.ts';

/** What was read of an entry, and is proven to be what was written. */
export interface Contents {
  readonly tail: Buffer;
  readonly layout: Layout;
  readonly result: ActionResult;
  /** The packed blobs, where they were read too; not proven. */
  readonly pack: Buffer | undefined;
}

/** Reads an open entry of `size` bytes: its tail, or the `whole` of it. */
export function readContents(file: number, size: number, action: Hash, whole: boolean): Contents | 'newer' | 'broken' {
  const entry = Buffer.allocUnsafeSlow(whole ? size : 0);
  if (readInto(file, entry, 0) !== entry.length) return 'broken';
  const read = (offset: number, length: number): Buffer => {
    if (whole) return entry.subarray(offset, offset + length);
    const bytes = Buffer.allocUnsafeSlow(length);
    return bytes.subarray(0, readInto(file, bytes, offset));
  };
  if (size < FOOTER_BYTES) return 'broken';
  const layout = readFooter(read(size - FOOTER_BYTES, FOOTER_BYTES), size);
  if (layout === undefined) return 'broken';
  if (layout === 'newer') return layout;
  const tail = read(layout.resultOffset, size - layout.resultOffset);
  if (!isIntact(tail, action)) return 'broken';
  try {
    const result = decodeActionResult(tail.subarray(0, layout.resultLength));
    return {tail, layout, result, pack: whole ? entry.subarray(0, layout.resultOffset) : undefined};
  } catch {
    return 'broken';
  }
}
