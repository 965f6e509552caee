import {Buffer, isUtf8} from 'node:buffer';
import {DELIMITED, FIXED32, FIXED64, VARINT} from './writer.ts';

/**
 * Reads the fields of a protobuf message in the order in which they come: `next`, then exactly one of the others for each.
 * All of them throw an Error at bytes that are no such message.
 */
export class Reader {
  /** Number of the field that `next` has come to. */
  field = 0;
  readonly #bytes: Buffer;
  #wireType = 0;
  #at = 0;
  /** Where the message that is being read ends. */
  #end: number;
  /** The upper half of the varint read last. */
  #high = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#end = bytes.length;
  }

  /** Goes to the next field, or says that the message is over. */
  next(): boolean {
    if (this.#at === this.#end) return false;
    const tag = this.#varint();
    this.field = tag >>> 3;
    this.#wireType = tag & 7;
    if (this.#high !== 0 || this.field === 0) throw this.#error('a field without a number');
    return true;
  }

  bool(): boolean {
    this.#expect(VARINT);
    return (this.#varint() | this.#high) !== 0;
  }

  /** An int32: its lower 32 bits, as other readers of protobuf take them. */
  int32(): number {
    this.#expect(VARINT);
    return this.#varint() | 0;
  }

  /** A uint32: its lower 32 bits. */
  uint32(): number {
    this.#expect(VARINT);
    return this.#varint();
  }

  /** An int64 that a number can keep exactly. */
  int64(): number {
    this.#expect(VARINT);
    const low = this.#varint();
    const value = (this.#high | 0) * 0x1_0000_0000 + low;
    if (!Number.isSafeInteger(value)) throw this.#error('a number that is too large');
    return value;
  }

  string(): string {
    const end = this.#delimited();
    const start = this.#at;
    this.#at = end;
    const text = this.#bytes.toString('utf8', start, end);
    // what is no UTF-8 becomes U+FFFD, which may also stand there
    if (text.includes('\ufffd') && !isUtf8(this.#bytes.subarray(start, end)))
      throw this.#error('text that is no UTF-8');
    return text;
  }

  /** A message in the field, by a function that reads until `next` says that it is over. */
  message<T>(read: (reader: Reader) => T): T {
    const inner = this.#delimited();
    const outer = this.#end;
    this.#end = inner;
    const value = read(this);
    this.#end = outer;
    return value;
  }

  /** Passes a field that nobody asks for. */
  skip(): void {
    if (this.#wireType === VARINT) this.#varint();
    else if (this.#wireType === DELIMITED) this.#at = this.#delimited();
    else if (this.#wireType === FIXED64) this.#pass(8);
    else if (this.#wireType === FIXED32) this.#pass(4);
    else throw this.#error(`wire type ${this.#wireType}`);
  }

  /** The end of a length-delimited value that begins here. */
  #delimited(): number {
    this.#expect(DELIMITED);
    const length = this.#varint();
    if (this.#high !== 0 || length > this.#end - this.#at) throw this.#error('a length beyond the end');
    return this.#at + length;
  }

  #pass(bytes: number): void {
    if (bytes > this.#end - this.#at) throw this.#error('a value that is cut off');
    this.#at += bytes;
  }

  #expect(wireType: number): void {
    if (this.#wireType !== wireType) throw this.#error(`field ${this.field} with wire type ${this.#wireType}`);
  }

  /** The lower 32 bits, unsigned; the upper ones are in `#high`. */
  #varint(): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.#at === this.#end) throw this.#error('a number that is cut off');
      const byte = this.#bytes[this.#at++] ?? 0;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        if (shift === 63 && byte > 1) break;
        this.#high = high >>> 0;
        return low >>> 0;
      }
    }
    throw this.#error('a number of more than 64 bits');
  }

  #error(what: string): Error {
    return new Error(`malformed protobuf message: ${what} before byte ${this.#at}`);
  }
}
