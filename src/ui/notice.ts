import type {RunEvent} from '../record/events.ts';
import {painted, type Screen} from './style.ts';
import {oneLine} from './text.ts';

export function printNotice(screen: Screen, event: Extract<RunEvent, {kind: 'notice'}>): void {
  const label = event.level === 'warning' ? painted(screen, 'yellow', 'warning') : painted(screen, 'cyan', 'note');
  screen.write(`${label} ${oneLine(event.message)} ${painted(screen, 'dim', event.code)}\n`);
}

export function printStopping(screen: Screen, event: Extract<RunEvent, {kind: 'run-stopping'}>): void {
  if (event.reason === 'failure') return;
  const why = event.reason === 'timeout' ? 'The time limit of the run is reached' : `Got ${event.signal ?? 'a signal'}`;
  screen.write(
    event.forced ? `${why} again: killing what still runs.\n` : `${why}: stopping; once more kills at once.\n`,
  );
}
