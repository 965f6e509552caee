import type {Origin} from '../base/source.ts';

/** Turns offsets into a text into lines and columns, both counted from 1. */
export class TextPlaces {
  readonly #file: string;
  readonly #text: string;
  #starts: number[] | undefined;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
  }

  origin(offset: number, end?: number): Origin {
    const starts = this.#lineStarts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    const place = {file: this.#file, line: low + 1, column: offset - (starts[low] ?? 0) + 1};
    return end === undefined || end <= offset ? place : {...place, length: end - offset};
  }

  #lineStarts(): number[] {
    if (this.#starts !== undefined) return this.#starts;
    const starts = [0];
    for (let at = this.#text.indexOf('\n'); at !== -1; at = this.#text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#starts = starts;
    return starts;
  }
}
