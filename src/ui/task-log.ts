import {StringDecoder} from 'node:string_decoder';
import type {LogRange} from '../record/events.ts';
import type {DisplayContext} from './display.ts';
import {harmless, lastLines} from './text.ts';

const CHUNK = 1 << 20;
const ESCAPE = '\u001b';
const RESET = `${ESCAPE}[0m`;

/** A task's whole output, in pieces, fit for the screen. */
export function printLog({screen, readLog}: DisplayContext, log: LogRange): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let coloured = false;
  const write = (text: string): void => {
    coloured ||= text.includes(ESCAPE);
    screen.write(text);
  };
  for (let start = log.start; start < log.end; start += CHUNK) {
    const text = rest + decoder.write(readBytes(readLog, {...log, start, end: Math.min(log.end, start + CHUNK)}));
    // whole lines only, so that nothing is cut in the middle of a sequence; a line longer than a piece has to be
    const whole = text.length > 2 * CHUNK ? text.length : text.lastIndexOf('\n') + 1;
    write(harmless(text.slice(0, whole), screen.colour));
    rest = text.slice(whole);
  }
  rest += decoder.end();
  if (rest !== '') write(`${harmless(rest, screen.colour)}\n`);
  // a colour that the task left on must not run into our own lines
  if (coloured) screen.write(RESET);
}

/** The last lines of a task's output. */
export function logTail({screen, readLog}: DisplayContext, log: LogRange, lines: number): string {
  const text = readBytes(readLog, {...log, start: Math.max(log.start, log.end - 65_536)}).toString('utf8');
  const shown = lastLines(harmless(text, screen.colour), lines);
  return shown.includes(ESCAPE) ? shown + RESET : shown;
}

function readBytes(readLog: DisplayContext['readLog'], log: LogRange): Buffer {
  try {
    return readLog(log);
  } catch (error) {
    return Buffer.from(`(its log cannot be read: ${(error as Error).message})\n`);
  }
}
