import {CHUNK_BYTES} from './file-bytes.ts';

/** Bytes of a pack, which are read ahead. */
export class PackWindow {
  readonly #length: number;
  readonly #read: (offset: number, size: number) => Uint8Array | undefined;
  #start = 0;
  #bytes: Uint8Array;

  constructor(
    pack: Uint8Array | undefined,
    length: number,
    read: (offset: number, size: number) => Uint8Array | undefined,
  ) {
    this.#length = length;
    this.#read = read;
    this.#bytes = pack ?? new Uint8Array();
  }

  read(offset: number, size: number): Uint8Array | undefined {
    if (offset + size > this.#length) return undefined;
    if (offset < this.#start || offset + size > this.#start + this.#bytes.length) {
      this.#bytes =
        this.#read(offset, Math.min(Math.max(size, CHUNK_BYTES), this.#length - offset)) ?? new Uint8Array();
      this.#start = offset;
    }
    const bytes = this.#bytes.subarray(offset - this.#start, offset - this.#start + size);
    return bytes.length === size ? bytes : undefined;
  }
}
