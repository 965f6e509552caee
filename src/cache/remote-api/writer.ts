import {Buffer} from 'node:buffer';

/** Wire types of the protobuf encoding. Source: protobuf.dev/programming-guides/encoding */
export const VARINT = 0;
export const FIXED64 = 1;
export const DELIMITED = 2;
export const FIXED32 = 5;

const LONGEST_VARINT = 10;
/** Up to here a loop over the characters is faster than a call into Node. */
const SHORT = 32;

/**
 * Writes the fields of a protobuf message one behind the other. Field numbers are below 16, so that each tag is one byte.
 * What proto3 leaves out when it has its default is left out.
 */
export class Writer {
  #buffer: Buffer;
  #at = 0;

  /** @param expected bytes of the message, a guess */
  constructor(expected: number) {
    this.#buffer = Buffer.allocUnsafe(Math.max(expected, 64));
  }

  bool(field: number, value: boolean): void {
    if (value) this.integer(field, 1);
  }

  /** Of type int32, int64 or uint32; a negative one takes ten bytes. */
  integer(field: number, value: number): void {
    if (value === 0) return;
    if (!Number.isSafeInteger(value)) throw new Error(`no whole number that can be kept exactly: ${value}`);
    this.#reserve(1 + LONGEST_VARINT);
    this.#buffer[this.#at++] = (field << 3) | VARINT;
    this.#varint(value);
  }

  /** A string, or the bytes of one in UTF-8. */
  string(field: number, value: string): void {
    if (value !== '') this.element(field, value);
  }

  /** An element of a repeated string, which is written when it is empty too. */
  element(field: number, value: string): void {
    const {length} = value;
    // UTF-8 takes at most three bytes for a UTF-16 unit
    this.#reserve(1 + LONGEST_VARINT + 3 * length);
    this.#buffer[this.#at++] = (field << 3) | DELIMITED;
    if (length <= SHORT && this.#ascii(value)) return;
    if (!value.isWellFormed()) throw new Error(`no text, half of a surrogate pair: ${JSON.stringify(value)}`);
    const start = this.#at + 1;
    this.#at = start + this.#buffer.write(value, start);
    this.close(start);
  }

  /** Begins a message in a field. What is written until `close` belongs to it; the result is for `close`. */
  open(field: number): number {
    this.#reserve(2);
    this.#buffer[this.#at++] = (field << 3) | DELIMITED;
    return ++this.#at;
  }

  close(start: number): void {
    const length = this.#at - start;
    if (length < 0x80) {
      this.#buffer[start - 1] = length;
      return;
    }
    // one byte was kept free for the length: move the message behind a longer one
    const end = this.#at;
    this.#reserve(LONGEST_VARINT);
    const shift = varintLength(length) - 1;
    this.#buffer.copyWithin(start + shift, start, end);
    this.#at = start - 1;
    this.#varint(length);
    this.#at = end + shift;
  }

  finish(): Uint8Array {
    return this.#buffer.subarray(0, this.#at);
  }

  /** Writes length and characters if all are ASCII; otherwise what it wrote is to be overwritten. */
  #ascii(value: string): boolean {
    const buffer = this.#buffer;
    let at = this.#at;
    buffer[at++] = value.length;
    for (let index = 0; index < value.length; index++) {
      const unit = value.charCodeAt(index);
      if (unit >= 0x80) return false;
      buffer[at++] = unit;
    }
    this.#at = at;
    return true;
  }

  #varint(value: number): void {
    const buffer = this.#buffer;
    let at = this.#at;
    // two's complement of 64 bits, in halves
    let low = value >>> 0;
    let high = Math.floor(value / 0x1_0000_0000) >>> 0;
    while (high > 0) {
      buffer[at++] = (low & 0x7f) | 0x80;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    while (low >= 0x80) {
      buffer[at++] = (low & 0x7f) | 0x80;
      low >>>= 7;
    }
    buffer[at++] = low;
    this.#at = at;
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.#buffer.length));
    this.#buffer.copy(grown, 0, 0, this.#at);
    this.#buffer = grown;
  }
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length++;
  return length;
}
