import {duration} from '../base/figures.ts';
import type {NodeId} from '../plan/plan.ts';
import type {RunEvent, TaskFinished} from '../record/events.ts';
import type {Display, DisplayContext} from './display.ts';
import {printNotice, printStopping} from './notice.ts';
import {signOf, whyOf} from './outcome.ts';
import {StreamedLogs} from './streamed-logs.ts';
import {painted} from './style.ts';
import {printSummary} from './summary.ts';
import {printLog} from './task-log.ts';
import {oneLine} from './text.ts';

/** For files, pipes and CI: each task's output in one piece, when it is done. Rewrites nothing. */
export function groupedDisplay(context: DisplayContext): Display {
  const {screen, shown} = context;
  const started = new Map<NodeId, number>();
  const streams = new StreamedLogs(context);
  const show = (event: TaskFinished): void => {
    const wanted = shown === 'all' || (shown === 'failed' && event.status === 'failed');
    const log = event.log;
    const hasLog = log !== undefined && log.end > log.start && !context.streamed.has(event.task);
    const why = whyOf(event);
    const start = started.get(event.task);
    const spent = start === undefined ? '' : ` ${painted(screen, 'dim', duration(event.time - start))}`;
    const title = `${signOf(screen, event)} ${oneLine(event.task)}${spent}${why === '' ? '' : `  ${why}`}`;
    if (!wanted || !hasLog) {
      // a task that did not run is in the summary
      if (event.status !== 'cached' && (wanted || event.status !== 'passed')) screen.write(`${title}\n`);
      return;
    }
    if (context.groups) screen.write(`::group::${title}\n`);
    else screen.write(`${title}\n`);
    printLog(context, log);
    screen.write(context.groups ? '::endgroup::\n' : '\n');
  };
  const listener = (event: RunEvent): void => {
    streams.hear(event);
    switch (event.kind) {
      case 'task-started':
        if (event.attempt === 1) started.set(event.task, event.time);
        break;
      case 'task-finished':
        show(event);
        break;
      case 'task-retrying':
        screen.write(`${oneLine(event.task)}: attempt ${event.attempt} failed, next in ${duration(event.delayMs)}\n`);
        break;
      case 'notice':
        printNotice(screen, event);
        break;
      case 'run-stopping':
        printStopping(screen, event);
        break;
      case 'run-started':
      case 'cache-missed':
      case 'command-started':
      case 'command-finished':
      case 'step-finished':
      case 'task-ready':
      case 'run-finished':
        break;
      default:
        event satisfies never;
    }
  };
  return {listener, finish: (run) => printSummary(context, run)};
}
