import type {LogRange} from '../record/events.ts';
import type {DisplayContext} from './display.ts';
import {harmless, lastLines} from './text.ts';

const CHUNK = 1 << 20;

/** A task's whole output, in pieces, fit for the screen. */
export function printLog({screen, readLog}: DisplayContext, log: LogRange): void {
  let endsLine = true;
  for (let start = log.start; start < log.end; start += CHUNK) {
    const text = readText(readLog, {...log, start, end: Math.min(log.end, start + CHUNK)});
    const shown = harmless(text, screen.colour);
    if (shown !== '') endsLine = shown.endsWith('\n');
    screen.write(shown);
  }
  if (!endsLine) screen.write('\n');
}

/** The last lines of a task's output, and how many bytes they are of. */
export function logTail({screen, readLog}: DisplayContext, log: LogRange, lines: number): string {
  const text = readText(readLog, {...log, start: Math.max(log.start, log.end - 65_536)});
  return lastLines(harmless(text, screen.colour), lines);
}

function readText(readLog: DisplayContext['readLog'], log: LogRange): string {
  try {
    return readLog(log).toString('utf8');
  } catch (error) {
    return `(its log cannot be read: ${(error as Error).message})\n`;
  }
}
