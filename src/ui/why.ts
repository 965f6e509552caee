import {plural} from '../base/figures.ts';
import type {RunEvent} from '../record/events.ts';
import type {Display, DisplayContext} from './display.ts';
import {painted} from './style.ts';
import {oneLine} from './text.ts';

/** Differences that are listed of one task. */
const LISTED = 12;

/** A display that says at its end why each cached task ran, and why the others did not have to. */
export function withReasons(display: Display, {screen}: Pick<DisplayContext, 'screen'>): Display {
  const missed: Extract<RunEvent, {kind: 'cache-missed'}>[] = [];
  const listener = (event: RunEvent): void => {
    if (event.kind === 'cache-missed') missed.push(event);
    display.listener(event);
  };
  return {
    listener,
    finish: (run) => {
      display.finish(run);
      const hits = run.tasks.filter(({status}) => status === 'cached');
      if (missed.length + hits.length > 0) screen.write(`\n${painted(screen, 'bold', 'why')}\n`);
      for (const {task, reason, differences} of missed) {
        const lines = differences.length > 0 ? differences : [reason];
        screen.write(`${oneLine(task)} ran:${lines.length === 1 ? ` ${oneLine(lines[0] ?? '')}` : ''}\n`);
        if (lines.length > 1) for (const line of lines.slice(0, LISTED)) screen.write(`  ${oneLine(line)}\n`);
        if (lines.length > LISTED) screen.write(`  and ${lines.length - LISTED} more: paceline why ${oneLine(task)}\n`);
      }
      if (hits.length > 0)
        screen.write(
          `${plural(hits.length, 'task')} did not run: command, inputs, variables, tools and what they need are those of a stored result.\n`,
        );
    },
  };
}
