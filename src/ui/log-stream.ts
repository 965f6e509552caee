import {closeSync, fstatSync, openSync, readSync} from 'node:fs';
import {join} from 'node:path';
import {StringDecoder} from 'node:string_decoder';
import {watchFile} from '../base/watch-file.ts';
import type {LogRange} from '../record/events.ts';

/** Follows a growing log, and hands over whole lines as they come. */
export class LogStream {
  readonly #descriptor: number;
  readonly #stopWatching: () => void;
  readonly #show: (lines: string) => void;
  #position: number;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';

  constructor(folder: string, log: LogRange, show: (lines: string) => void) {
    const path = join(folder, log.file);
    this.#position = log.start;
    this.#show = show;
    this.#descriptor = openSync(path, 'r');
    this.#stopWatching = watchFile(path, () => this.#read());
    this.#read();
  }

  close(): void {
    this.#read();
    if (this.#rest !== '') this.#show(`${this.#rest}\n`);
    this.#stopWatching();
    closeSync(this.#descriptor);
  }

  #read(): void {
    for (;;) {
      const size = fstatSync(this.#descriptor).size - this.#position;
      if (size <= 0) return;
      const buffer = Buffer.alloc(Math.min(size, 1 << 20));
      const read = readSync(this.#descriptor, buffer, 0, buffer.length, this.#position);
      if (read === 0) return;
      this.#position += read;
      const text = this.#rest + this.#decoder.write(buffer.subarray(0, read));
      const end = text.lastIndexOf('\n') + 1;
      this.#rest = text.slice(end);
      if (end > 0) this.#show(text.slice(0, end));
    }
  }
}
