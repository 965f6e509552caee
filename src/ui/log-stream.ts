import {closeSync, fstatSync, openSync, readSync} from 'node:fs';
import {join} from 'node:path';
import {StringDecoder} from 'node:string_decoder';
import {watchFile} from '../base/watch-file.ts';
import type {LogRange} from '../record/events.ts';

const PIECE = 1 << 20;
/** A line that is longer is shown in parts. */
const LONGEST_LINE = 1 << 16;

/** Follows a growing log, and hands over whole lines as they come. */
export class LogStream {
  readonly #descriptor: number;
  readonly #stopWatching: () => void;
  readonly #show: (lines: string) => void;
  #position: number;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  #isReading = false;
  #isClosed = false;

  constructor(folder: string, log: LogRange, show: (lines: string) => void) {
    const path = join(folder, log.file);
    this.#position = log.start;
    this.#show = show;
    this.#descriptor = openSync(path, 'r');
    this.#stopWatching = watchFile(path, () => this.#follow());
    this.#follow();
  }

  close(): void {
    this.#isClosed = true;
    while (this.#readPiece());
    if (this.#rest !== '') this.#show(`${this.#rest}\n`);
    this.#stopWatching();
    closeSync(this.#descriptor);
  }

  /** A piece a turn: whoever writes faster than this reads must not keep the program from everything else. */
  #follow(): void {
    if (this.#isReading || this.#isClosed || !this.#readPiece()) return;
    this.#isReading = true;
    setImmediate(() => {
      this.#isReading = false;
      this.#follow();
    });
  }

  /** False when nothing was there to read. */
  #readPiece(): boolean {
    const size = fstatSync(this.#descriptor).size - this.#position;
    if (size <= 0) return false;
    const buffer = Buffer.alloc(Math.min(size, PIECE));
    const read = readSync(this.#descriptor, buffer, 0, buffer.length, this.#position);
    this.#position += read;
    const text = this.#rest + this.#decoder.write(buffer.subarray(0, read));
    const end = text.lastIndexOf('\n') + 1;
    this.#rest = text.slice(end);
    if (end > 0) this.#show(text.slice(0, end));
    if (this.#rest.length > LONGEST_LINE) {
      this.#show(`${this.#rest}\n`);
      this.#rest = '';
    }
    return read > 0;
  }
}
