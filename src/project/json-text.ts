/** A JSON value that knows where it stands: `start` and `end` are offsets into the text. */
export type JsonNode = JsonObject | JsonArray | JsonScalar;

export interface JsonObject {
  readonly kind: 'object';
  readonly entries: readonly JsonEntry[];
  readonly start: number;
  readonly end: number;
}

export interface JsonEntry {
  readonly key: string;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly value: JsonNode;
}

export interface JsonArray {
  readonly kind: 'array';
  readonly items: readonly JsonNode[];
  readonly start: number;
  readonly end: number;
}

export interface JsonScalar {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  readonly start: number;
  readonly end: number;
}

/** Where a text stops being JSON, and what should have stood there. */
export interface JsonFault {
  readonly kind: 'fault';
  readonly offset: number;
  /** A sentence: `expected "," or "}" but found "x"`. */
  readonly message: string;
}

/** `jsonc`: comments and commas before a closing bracket are allowed, as turbo.json has them. */
export type JsonFlavour = 'json' | 'jsonc';

class Fault extends Error {
  readonly offset: number;
  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/** Reads JSON text into nodes with their places. A byte order mark is skipped, as npm does. */
export function parseJsonText(text: string, flavour: JsonFlavour = 'json'): JsonNode | JsonFault {
  try {
    return new Reader(text, flavour).document();
  } catch (error) {
    if (error instanceof Fault) return {kind: 'fault', offset: error.offset, message: error.message};
    throw error;
  }
}

/** The same value without the places. */
export function plainValue(node: JsonNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'array':
      return node.items.map(plainValue);
    case 'object':
      return Object.fromEntries(node.entries.map((entry) => [entry.key, plainValue(entry.value)]));
  }
}

const scalarPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const spacePattern = /[\t\n\r ]*/y;
const maxDepth = 500;

class Reader {
  readonly #text: string;
  readonly #comments: boolean;
  #at = 0;
  #depth = 0;

  constructor(text: string, flavour: JsonFlavour) {
    this.#text = text;
    this.#comments = flavour === 'jsonc';
    if (text.charCodeAt(0) === 0xfeff) this.#at = 1;
  }

  document(): JsonNode {
    this.#space();
    const value = this.#value();
    this.#space();
    if (this.#at < this.#text.length) throw this.#fault('the end of the file');
    return value;
  }

  #value(): JsonNode {
    const char = this.#text[this.#at];
    if (char === '{') return this.#object();
    if (char === '[') return this.#array();
    const start = this.#at;
    if (char === '"') return {kind: 'scalar', value: this.#string('a value'), start, end: this.#at};
    scalarPattern.lastIndex = start;
    const word = scalarPattern.exec(this.#text)?.[0];
    if (word === undefined) throw this.#fault('a value');
    this.#at += word.length;
    return {kind: 'scalar', value: JSON.parse(word) as number | boolean | null, start, end: this.#at};
  }

  #object(): JsonObject {
    const start = this.#open();
    const entries: JsonEntry[] = [];
    this.#list('}', () => {
      const keyStart = this.#at;
      const key = this.#string(entries.length === 0 ? 'a "key" or "}"' : 'a "key"');
      const keyEnd = this.#at;
      this.#space();
      if (this.#text[this.#at] !== ':') throw this.#fault('":"');
      this.#at += 1;
      this.#space();
      entries.push({key, keyStart, keyEnd, value: this.#value()});
    });
    return {kind: 'object', entries, start, end: this.#at};
  }

  #array(): JsonArray {
    const start = this.#open();
    const items: JsonNode[] = [];
    this.#list(']', () => items.push(this.#value()));
    return {kind: 'array', items, start, end: this.#at};
  }

  #open(): number {
    this.#depth += 1;
    if (this.#depth > maxDepth) throw new Fault(this.#at, `nested more than ${maxDepth} levels deep`);
    this.#at += 1;
    return this.#at - 1;
  }

  /** Items with commas between them, up to and including the closing bracket. */
  #list(close: string, item: () => void): void {
    for (let first = true; ; first = false) {
      this.#space();
      if (this.#text[this.#at] === close && first) break;
      if (!first) {
        if (this.#text[this.#at] === close) break;
        if (this.#text[this.#at] !== ',') throw this.#fault(`"," or "${close}"`);
        const comma = this.#at;
        this.#at += 1;
        this.#space();
        if (this.#text[this.#at] === close) {
          if (this.#comments) break;
          throw new Fault(comma, `a comma before "${close}" is not allowed in JSON`);
        }
      }
      item();
    }
    this.#at += 1;
    this.#depth -= 1;
  }

  #string(expected: string): string {
    const start = this.#at;
    if (this.#text[start] !== '"') throw this.#fault(expected);
    const end = stringEnd(this.#text, start);
    const raw = this.#text.slice(start, end);
    this.#at = end;
    try {
      return JSON.parse(raw) as string;
    } catch {
      throw brokenString(raw, start);
    }
  }

  #space(): void {
    for (;;) {
      spacePattern.lastIndex = this.#at;
      spacePattern.exec(this.#text);
      this.#at = spacePattern.lastIndex;
      if (!this.#comments || this.#text[this.#at] !== '/') return;
      const next = this.#text[this.#at + 1];
      const end = next === '/' ? this.#text.indexOf('\n', this.#at) : this.#text.indexOf('*/', this.#at + 2);
      if (next !== '/' && next !== '*') return;
      if (next === '*' && end === -1) throw new Fault(this.#at, 'this comment is never closed');
      this.#at = end === -1 ? this.#text.length : end + (next === '*' ? 2 : 1);
    }
  }

  #fault(expected: string): Fault {
    const found = /^(?:"[^"\n]*"|[\w$.-]+|.)/su.exec(this.#text.slice(this.#at, this.#at + 40))?.[0];
    const shown =
      found === undefined ? 'the end of the file' : found.length > 1 && found.startsWith('"') ? found : `"${found}"`;
    return new Fault(this.#at, `expected ${expected} but found ${shown}`);
  }
}

/** What is wrong with a string literal (with its quotes, or unclosed) that starts at `start`. */
function brokenString(raw: string, start: number): Fault {
  const unknown = /\\(?:u(?![0-9a-fA-F]{4})|[^"\\/bfnrtu])/.exec(raw);
  const control = [...raw].findIndex((char) => char < ' ');
  if (unknown !== null && (control === -1 || unknown.index < control)) {
    return new Fault(start + unknown.index, `${JSON.stringify(unknown[0])} is not an escape that JSON knows`);
  }
  return new Fault(start, 'this text has no closing " on its line');
}

/** The offset behind the string that starts at `start`; the end of the text when it is not closed. */
export function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at + 1;
    if (code === 0x5c) at++;
  }
  return text.length;
}
