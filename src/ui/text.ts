import {stripVTControlCharacters} from 'node:util';

/** How wide a column must be for these, between `least` and `most`. */
export function columnWidth(texts: readonly string[], least: number, most: number): number {
  return Math.min(
    most,
    texts.reduce((width, text) => Math.max(width, text.length), least),
  );
}

const ESCAPE = String.fromCharCode(27);
/** A colour or another look of the text (SGR); ECMA-48, 8.3.117. */
const LOOKS = new RegExp(`(${ESCAPE}\\[[\\d;:]*m)`);
/** Control characters, apart from tab, line feed and carriage return. */
const CONTROLS = new RegExp(
  `[${[...Array(32).keys(), 127]
    .filter((code) => ![9, 10, 13].includes(code))
    .map((code) => `\\x${code.toString(16).padStart(2, '0')}`)
    .join('')}]`,
  'g',
);

/** Text of a program for our own output: colours stay when the screen has them; whatever else moves the cursor goes. */
export function harmless(text: string, colour: boolean): string {
  // every second part is a look, which stripping the rest must leave alone
  const kept = text.split(LOOKS).map((part, index) => {
    if (index % 2 === 1) return colour ? part : '';
    return stripVTControlCharacters(part).replaceAll('\r\n', '\n').replaceAll(CONTROLS, '\ufffd');
  });
  return kept.join('').split('\n').map(overwritten).join('\n');
}

/** What a line shows in the end when a carriage return lets it write over itself, as progress bars do. */
function overwritten(line: string): string {
  const text = line.replace(/\r+$/, '');
  return text.slice(text.lastIndexOf('\r') + 1);
}

/** A name as it stands in a line: what would end the line or move the cursor is written as in JSON. */
export function oneLine(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
  return name.replaceAll(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/g, (character) =>
    character < ' '
      ? JSON.stringify(character).slice(1, -1)
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** One line of at most `width` characters. */
export function clipped(text: string, width: number): string {
  const line = text.replaceAll(/\s*\n\s*/g, ' ; ');
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`;
}

/** What a command ended with, for a person. */
export function lastLines(text: string, count: number): string {
  const lines = text.replace(/\n$/, '').split('\n');
  return lines.slice(-count).join('\n');
}
