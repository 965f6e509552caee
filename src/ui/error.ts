import {readFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {PacelineError} from '../base/error.ts';
import type {Diagnostic, Origin} from '../base/source.ts';
import {painted, type Screen} from './style.ts';
import {harmless} from './text.ts';

/** An error as people see it: what, where with the line itself, and what to do. Stack traces are for `PACELINE_DEBUG=1`. */
export function printError(screen: Screen, error: unknown, root: string, debug: boolean): void {
  if (!(error instanceof PacelineError)) {
    const text = error instanceof Error ? (debug ? (error.stack ?? error.message) : error.message) : String(error);
    screen.write(`${painted(screen, 'red', 'internal error')} ${text}\n`);
    if (!debug)
      screen.write('  This is a fault of paceline. PACELINE_DEBUG=1 shows where it happened; please report it.\n');
    return;
  }
  if (error.diagnostics.length === 0 || error.code === 'E_CYCLE') {
    screen.write(`${painted(screen, 'red', 'error')} ${error.message} ${painted(screen, 'dim', error.code)}\n`);
    if (error.diagnostics.length === 0 && error.origin !== undefined)
      screen.write(excerpt(screen, root, error.origin, 'red'));
    if (error.hint !== undefined && error.code !== 'E_CYCLE') screen.write(`  ${error.hint}\n`);
  }
  for (const diagnostic of error.diagnostics) printDiagnostic(screen, diagnostic, root);
  if (error.code === 'E_CYCLE' && error.hint !== undefined) screen.write(`  ${error.hint}\n`);
  if (debug && error.stack !== undefined) screen.write(`${error.stack}\n`);
}

export function printDiagnostic(screen: Screen, diagnostic: Diagnostic, root: string): void {
  const colour = diagnostic.severity === 'error' ? 'red' : 'yellow';
  screen.write(
    `${painted(screen, colour, diagnostic.severity)} ${diagnostic.message} ${painted(screen, 'dim', diagnostic.code)}\n`,
  );
  screen.write(excerpt(screen, root, diagnostic.origin, colour));
  if (diagnostic.hint !== undefined) screen.write(`  ${diagnostic.hint}\n`);
}

/** The same in one line, for what is only good to know. */
export function printBriefly(screen: Screen, {severity, code, message, origin}: Diagnostic): void {
  const colour = severity === 'error' ? 'red' : 'yellow';
  const place = `${origin.file}:${origin.line}:${origin.column}`;
  screen.write(`${painted(screen, colour, severity)} ${place} ${message} ${painted(screen, 'dim', code)}\n`);
}

/** `--> file:line:column`, the line, and a squiggle under what is meant. */
function excerpt(screen: Screen, root: string, origin: Origin, colour: 'red' | 'yellow'): string {
  const place = `  ${painted(screen, 'dim', '-->')} ${origin.file}:${origin.line}:${origin.column}\n`;
  const line = lineOf(resolve(root, origin.file), origin.line);
  if (line === undefined) return place;
  const number = String(origin.line);
  const gutter = (text: string): string => `  ${painted(screen, 'dim', `${text.padStart(number.length)} |`)} `;
  // the squiggle keeps the tabs of the line above it, so that both are as wide
  const indent = line.slice(0, origin.column - 1).replaceAll(/[^\t]/g, ' ');
  const length = Math.max(1, Math.min(origin.length ?? 1, line.length - origin.column + 1));
  return `${place}${gutter(number)}${harmless(line, false)}\n${gutter('')}${indent}${painted(screen, colour, '~'.repeat(length))}\n`;
}

function lineOf(path: string, number: number): string | undefined {
  try {
    return readFileSync(path, 'utf8').split(/\r?\n/)[number - 1];
  } catch {
    return undefined;
  }
}
