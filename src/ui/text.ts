import {stripVTControlCharacters} from 'node:util';

/** `812 ms`, `3.41 s`, `2 min 05 s`. */
export function duration(ms: number): string {
  if (ms < 1) return '<1 ms';
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(ms < 9_995 ? 2 : 1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Text of a program for our own output: colours stay when the screen has them; whatever else moves the cursor goes. */
export function harmless(text: string, colour: boolean): string {
  const kept: string[] = [];
  // keep SGR sequences (colours) apart, so that stripping the rest leaves them alone
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  const parts = text.split(/(\x1b\[[\d;:]*m)/);
  for (const [index, part] of parts.entries()) {
    if (index % 2 === 1) kept.push(colour ? part : '');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
    else kept.push(stripVTControlCharacters(part).replaceAll('\r\n', '\n').replaceAll(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g, '\ufffd'));
  }
  return kept.join('').replaceAll(/^.*\r(?!\n)/gm, '');
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
