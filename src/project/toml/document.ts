import {parse, TomlError} from 'smol-toml';
import type {Diagnostic, Origin} from '../../base/source.ts';
import {TextPlaces} from '../text-place.ts';
import {locateKeys} from './key-positions.ts';
import {Section} from './section.ts';

/** A TOML file that was read. */
export interface TomlDocument {
  /** Relative to the root. */
  readonly file: string;
  readonly text: string;
  /** The top level. */
  readonly top: Section;
}

/** Reads TOML 1.1 text; undefined, and an E_TOML with the place and what was expected there, when it is none. */
export function parseDocument(
  file: string,
  text: string,
  report: (diagnostic: Diagnostic) => void,
): TomlDocument | undefined {
  const places = new TextPlaces(file, text);
  try {
    const value = parse(text);
    return {file, text, top: new Section(value, locateKeys(text), places, {file, line: 1, column: 1})};
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    report(syntaxDiagnostic(error, file, text));
    return undefined;
  }
}

/** What the parser found, as what it should have found. */
const expectations: ReadonlyMap<string, string> = new Map([
  ['expected comma or end of structure', 'expected a comma, or the closing bracket'],
  [
    'each key-value declaration must be followed by an end-of-line',
    'expected the end of the line: one "key = value" stands on each line',
  ],
  ['illegal character in key', 'expected a key of letters, digits, "-" and "_"; put any other name in quotes'],
  ['illegal empty bare key', 'expected a key before the dot'],
  ['unexpected end of key', 'expected a key'],
  ['incomplete key-value: cannot find end of key', 'expected "=" and a value after the key'],
  ['invalid value', 'expected a value: text in quotes, a number, true, false, a list or a table'],
  ['illegal character in numeric literal', 'expected a number; put text in quotes'],
  ['unfinished numeric value', 'expected a number'],
  ['unfinished string', 'expected the closing quote of this text'],
  ['unfinished array', 'expected "]" to close this list'],
  ['unfinished table', 'expected "}" to close this table'],
  ['expected end of table array declaration', 'expected "]]"'],
  [
    'trying to redefine an already defined table or value',
    'expected a name that is not defined yet: this table or key is there already',
  ],
  ['trying to redefine an already defined value', 'expected a name that is not defined yet: this key is there already'],
  [
    'unrecognised escape sequence',
    'expected an escape that TOML knows (\\n, \\t, \\", \\\\ ...); text in single quotes needs none',
  ],
  [
    'control characters are not allowed in strings',
    'expected the closing quote on the same line; use """ for text of several lines',
  ],
]);

function syntaxDiagnostic(error: TomlError, file: string, text: string): Diagnostic {
  const reason = /^Invalid TOML document: (.*)/.exec(error.message)?.[1] ?? error.message;
  const origin: Origin = {file, line: error.line, column: error.column};
  const template = /\{\{|\{%/.test(text);
  return {
    severity: 'error',
    code: 'E_TOML',
    message: `this is not TOML: ${expectations.get(reason) ?? reason}`,
    ...(template && {
      hint: 'The file has {{ }} or {% %} in it: it may be a template that must be rendered before it is TOML.',
    }),
    origin,
  };
}
