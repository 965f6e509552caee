/** Where a key of a TOML file and its value stand, and what lies under it. All numbers are offsets into the text. */
export interface KeyPlace {
  readonly keyStart: number;
  readonly keyEnd: number;
  /** 0 for a table that headers or dotted keys made. */
  readonly valueStart: number;
  readonly valueEnd: number;
  /** Of a table. */
  readonly keys: ReadonlyMap<string, KeyPlace>;
  /** Of an array; an element's own key is where it begins. */
  readonly items: readonly KeyPlace[];
}

class Place implements KeyPlace {
  keyStart: number;
  keyEnd: number;
  valueStart = 0;
  valueEnd = 0;
  keys = new Map<string, Place>();
  items: Place[] = [];

  constructor(keyStart: number, keyEnd: number) {
    this.keyStart = keyStart;
    this.keyEnd = keyEnd;
  }

  child(word: KeyWord): Place {
    let place = this.keys.get(word.name);
    if (place === undefined) {
      place = new Place(word.start, word.end);
      this.keys.set(word.name, place);
    }
    return place;
  }
}

interface KeyWord {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The places of all keys of a TOML 1.1 text. The text must have been accepted by a parser: smol-toml gives the values but not where
 * they stand, so this walks over the same text and checks nothing. A table's own place is its header, however late that comes.
 */
export function locateKeys(text: string): KeyPlace {
  return new Scanner(text).document();
}

const bareKey = /[A-Za-z0-9_-]+/y;
const scalar = /[^\n\r,\]}#]*/y;

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    if (text.charCodeAt(0) === 0xfeff) this.#at = 1;
  }

  document(): Place {
    const root = new Place(0, 0);
    let table = root;
    for (this.#space(); this.#at < this.#text.length; this.#space()) {
      if (this.#text[this.#at] === '[') table = this.#header(root);
      else this.#pair(table);
    }
    return root;
  }

  /** `[a.b]` or `[[a.b]]`, up to and including the closing bracket. */
  #header(root: Place): Place {
    const list = this.#text[this.#at + 1] === '[';
    this.#at += list ? 2 : 1;
    const words = this.#key();
    this.#at += list ? 2 : 1;
    let place = root;
    for (const [index, word] of words.entries()) {
      place = place.child(word);
      if (index < words.length - 1) place = place.items.at(-1) ?? place;
      else {
        place.keyStart = word.start;
        place.keyEnd = word.end;
        if (!list) continue;
        const item = new Place(word.start, word.end);
        place.items.push(item);
        place = item;
      }
    }
    return place;
  }

  /** `a.b = value`. */
  #pair(table: Place): void {
    const words = this.#key();
    this.#at += 1;
    let place = table;
    for (const word of words) place = place.child(word);
    this.#blank();
    this.#value(place);
  }

  #value(place: Place): void {
    const start = this.#at;
    const char = this.#text[start];
    if (char === '"' || char === "'") this.#at = stringEnd(this.#text, start);
    else if (char === '[') this.#list(']', () => this.#item(place));
    else if (char === '{') this.#list('}', () => this.#pair(place));
    else {
      scalar.lastIndex = start;
      this.#at += scalar.exec(this.#text)?.[0].trimEnd().length ?? 0;
    }
    place.valueStart = start;
    place.valueEnd = this.#at;
  }

  #item(place: Place): void {
    const item = new Place(this.#at, this.#at);
    this.#value(item);
    item.keyEnd = item.valueEnd;
    place.items.push(item);
  }

  #list(close: string, each: () => void): void {
    this.#at += 1;
    for (this.#space(); this.#at < this.#text.length && this.#text[this.#at] !== close; this.#space()) {
      each();
      this.#space();
      if (this.#text[this.#at] === ',') this.#at += 1;
    }
    this.#at += 1;
  }

  /** The words of a dotted key; leaves off at what follows them. */
  #key(): KeyWord[] {
    const words: KeyWord[] = [];
    for (;;) {
      this.#blank();
      const start = this.#at;
      const char = this.#text[start];
      if (char === '"' || char === "'") {
        this.#at = stringEnd(this.#text, start);
        words.push({name: unquoted(this.#text.slice(start, this.#at)), start, end: this.#at});
      } else {
        bareKey.lastIndex = start;
        const name = bareKey.exec(this.#text)?.[0] ?? '';
        this.#at += Math.max(1, name.length);
        words.push({name, start, end: this.#at});
      }
      this.#blank();
      if (this.#text[this.#at] !== '.') return words;
      this.#at += 1;
    }
  }

  #blank(): void {
    for (
      let char = this.#text.charCodeAt(this.#at);
      char === 0x20 || char === 0x09;
      char = this.#text.charCodeAt(this.#at)
    )
      this.#at += 1;
  }

  /** Blanks, line ends and comments. */
  #space(): void {
    for (; this.#at < this.#text.length; this.#at++) {
      const char = this.#text.charCodeAt(this.#at);
      if (char === 0x23) {
        const end = this.#text.indexOf('\n', this.#at);
        this.#at = end === -1 ? this.#text.length : end;
      } else if (char !== 0x20 && char !== 0x09 && char !== 0x0a && char !== 0x0d) return;
    }
  }
}

/** The offset behind the string, of any of the four kinds, that starts at `start`. */
function stringEnd(text: string, start: number): number {
  const quote = text[start] ?? '"';
  const escapes = quote === '"';
  const triple = quote.repeat(3);
  const close = text.startsWith(triple, start) ? triple : quote;
  for (let at = start + close.length; at < text.length; at++) {
    if (escapes && text[at] === '\\') at += 1;
    else if (text.startsWith(close, at)) {
      let end = at + close.length;
      // up to two quotes more belong to a string that ends with four or five
      if (close === triple) for (let more = 0; more < 2 && text[end] === quote; more++) end += 1;
      return end;
    }
  }
  return text.length;
}

const shortEscapes: Readonly<Record<string, string>> = {b: '\b', t: '\t', n: '\n', f: '\f', r: '\r', e: '\x1b'};

/** The name that a quoted key means. */
function unquoted(quoted: string): string {
  const inner = quoted.slice(1, -1);
  if (quoted.startsWith("'")) return inner;
  return inner.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/gs,
    (_, two, four, eight, one: string) => {
      const digits: string | undefined = two ?? four ?? eight;
      return digits === undefined ? (shortEscapes[one] ?? one) : String.fromCodePoint(Number.parseInt(digits, 16));
    },
  );
}
