import {columnsOf, fitted} from './fitted.ts';

/** Lines of at most `width` columns, broken at spaces; a word that is longer has a line of its own. All but the first begin with `indent`. */
export function wrapped(text: string, width: number, indent = ''): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && (lines.length === 0 ? 0 : indent.length) + columnsOf(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  lines.push(line);
  return lines.map((one, place) => (place === 0 ? one : `${indent}${one}`));
}

/** A name as a cell of a table: cut or filled to so many columns. */
export function cell(name: string, width: number): string {
  const text = fitted(name, width);
  return text + ' '.repeat(Math.max(0, width - columnsOf(text)));
}
