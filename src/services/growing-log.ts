import {closeSync, fstatSync, openSync, readSync} from 'node:fs';

/** What is read at once, bytes. */
const CHUNK = 1024 * 1024;
/** What is read again with what follows, since something may have been said in two parts, bytes. */
const OVERLAP = 64 * 1024;
const NEWLINE = 10;

/** A log that somebody appends to, and that may be emptied: all of it is looked through, once, however much is said between two looks. */
export class GrowingLog {
  readonly #path: string;
  #offset = 0;
  #overlap: Buffer = Buffer.alloc(0);

  constructor(path: string) {
    this.#path = path;
  }

  /** Whether what has been said since the last look matches. @param pattern of text that is not longer than 64 KiB */
  says(pattern: RegExp): boolean {
    let file: number;
    try {
      file = openSync(this.#path, 'r');
    } catch {
      return false;
    }
    try {
      return this.#search(file, pattern);
    } finally {
      closeSync(file);
    }
  }

  #search(file: number, pattern: RegExp): boolean {
    const {size} = fstatSync(file);
    if (size < this.#offset) {
      this.#offset = 0;
      this.#overlap = Buffer.alloc(0);
    }
    while (this.#offset < size) {
      const chunk = Buffer.alloc(Math.min(CHUNK, size - this.#offset));
      const read = readSync(file, chunk, 0, chunk.length, this.#offset);
      // emptied meanwhile
      if (read === 0) return false;
      this.#offset += read;
      const text = Buffer.concat([this.#overlap, chunk.subarray(0, read)]);
      this.#overlap = endOf(text);
      if (pattern.test(text.toString('utf8'))) return true;
    }
    return false;
  }
}

/** The last whole lines. */
function endOf(text: Buffer): Buffer {
  if (text.length <= OVERLAP) return text;
  const end = text.subarray(text.length - OVERLAP);
  return Buffer.from(end.subarray(end.indexOf(NEWLINE) + 1));
}
