import {closeSync, fstatSync, openSync, readSync} from 'node:fs';

const NEWLINE = 10;

/** A log that somebody may still write to, or empty. It is read to its end even when it is removed meanwhile. */
export class FollowedLog {
  readonly #file: number;
  #position = 0;
  #rest: Buffer = Buffer.alloc(0);

  /** @throws what the system says when there is none */
  constructor(path: string) {
    this.#file = openSync(path, 'r');
  }

  /** Lines that were finished since the last call. */
  next(): readonly string[] {
    const {size} = fstatSync(this.#file);
    // it was emptied
    if (size < this.#position) this.#position = 0;
    const buffer = Buffer.alloc(size - this.#position);
    const read = readSync(this.#file, buffer, 0, buffer.length, this.#position);
    this.#position += read;
    const text = Buffer.concat([this.#rest, buffer.subarray(0, read)]);
    const end = text.lastIndexOf(NEWLINE);
    this.#rest = text.subarray(end + 1);
    return end < 0 ? [] : text.toString('utf8', 0, end).split('\n');
  }

  /** All that is left, a last line without an end too; closes it. */
  last(): readonly string[] {
    const lines = this.next();
    closeSync(this.#file);
    return this.#rest.length === 0 ? lines : [...lines, this.#rest.toString()];
  }
}
