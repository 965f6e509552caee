import {duration} from '../base/figures.ts';
import type {NodeId} from '../plan/plan.ts';
import type {RunEvent, TaskFinished} from '../record/events.ts';
import type {Display, DisplayContext} from './display.ts';
import {columnsOf, fitted} from './fitted.ts';
import {printNotice, printStopping} from './notice.ts';
import {signOf, whyOf} from './outcome.ts';
import {StreamedLogs} from './streamed-logs.ts';
import {painted, type Screen} from './style.ts';
import {printSummary} from './summary.ts';
import {printLog} from './task-log.ts';
import {oneLine} from './text.ts';

const FRAME_MS = 100;

interface Running {
  readonly since: number;
  ready: boolean;
}

/** For a terminal: what runs now with elapsed and expected time, below whatever is worth a line of its own. */
export function liveDisplay(context: DisplayContext): Display {
  const view = new LiveView(context);
  return {listener: (event) => view.hear(event), finish: (run) => view.finish(() => printSummary(context, run))};
}

class LiveView {
  readonly #context: DisplayContext;
  readonly #screen: Screen;
  readonly #streams: StreamedLogs;
  readonly #running = new Map<NodeId, Running>();
  #done = 0;
  #leftMs: number;
  /** How many columns each row has that stands there now. */
  #drawn: readonly number[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(context: DisplayContext) {
    this.#context = context;
    this.#screen = context.screen;
    this.#streams = new StreamedLogs(context, (text) => this.#above(() => this.#screen.write(text)));
    this.#leftMs = [...context.tasks].reduce((sum, task) => sum + (context.durations.get(task) ?? 0), 0);
  }

  hear(event: RunEvent): void {
    this.#streams.hear(event);
    switch (event.kind) {
      case 'run-started':
        // the elapsed times are all that this timer is for; whatever happens is drawn when it happens
        this.#timer = setInterval(() => this.#draw(), FRAME_MS).unref();
        break;
      case 'task-started':
        if (event.attempt === 1) this.#running.set(event.task, {since: event.time, ready: false});
        break;
      case 'task-ready': {
        const running = this.#running.get(event.task);
        if (running !== undefined) running.ready = true;
        break;
      }
      case 'task-finished':
        this.#finished(event);
        break;
      case 'task-retrying':
        this.#above(() =>
          this.#screen.write(
            `${painted(this.#screen, 'yellow', '~')} ${oneLine(event.task)}: attempt ${event.attempt} failed, next in ${duration(event.delayMs)}\n`,
          ),
        );
        break;
      case 'notice':
        this.#above(() => printNotice(this.#screen, event));
        break;
      case 'run-stopping':
        this.#above(() => printStopping(this.#screen, event));
        break;
      case 'cache-missed':
      case 'command-started':
      case 'command-finished':
      case 'step-finished':
      case 'run-finished':
        break;
      default:
        event satisfies never;
    }
  }

  finish(summary: () => void): void {
    clearInterval(this.#timer);
    this.#erase();
    summary();
  }

  #finished(event: TaskFinished): void {
    const running = this.#running.get(event.task);
    this.#running.delete(event.task);
    this.#done++;
    this.#leftMs -= this.#context.durations.get(event.task) ?? 0;
    const {shown} = this.#context;
    const {log} = event;
    if (shown === 'all' && log !== undefined && log.end > log.start && !this.#context.streamed.has(event.task)) {
      const spent =
        running === undefined ? '' : ` ${painted(this.#screen, 'dim', duration(event.time - running.since))}`;
      this.#above(() => {
        this.#screen.write(`${signOf(this.#screen, event)} ${oneLine(event.task)}${spent}  ${whyOf(event)}\n`);
        printLog(this.#context, log);
      });
    } else if (event.status === 'failed')
      this.#above(() => this.#screen.write(`${signOf(this.#screen, event)} ${oneLine(event.task)}  ${whyOf(event)}\n`));
  }

  #above(print: () => void): void {
    this.#erase();
    print();
    this.#draw();
  }

  #erase(): void {
    const up = this.#up();
    if (up !== '') this.#screen.write(`${up}\x1b[0J`);
    this.#drawn = [];
  }

  #draw(): void {
    const width = this.#screen.columns();
    const most = Math.max(1, Math.min(12, this.#screen.rows() - 4));
    const now = performance.now();
    const rows = [...this.#running].slice(0, most).map(([task, {since, ready}]) => {
      const expected = this.#context.durations.get(task);
      const hint = ready ? 'ready' : expected === undefined ? '' : `of about ${duration(expected)}`;
      return fitted(`  ${oneLine(task)}  ${duration(now - since)} ${hint}`, width - 1);
    });
    if (this.#running.size > most) rows.push(`  and ${this.#running.size - most} more`);
    const left = this.#expectedEnd(now);
    rows.push(
      fitted(
        `${this.#done}/${this.#context.tasks.size} done, ${this.#running.size} running, ${duration(now)}${left}`,
        width - 1,
      ),
    );
    const painting = rows.map((row, index) => painted(this.#screen, index === rows.length - 1 ? 'dim' : 'cyan', row));
    // one write a frame, each line cleared behind its text: no flicker
    this.#screen.write(`${this.#up()}${painting.map((row) => `${row}\x1b[K\n`).join('')}\x1b[0J`);
    this.#drawn = rows.map(columnsOf);
  }

  /** To the first row that stands there; in a window that has become narrower a row has become several. */
  #up(): string {
    const width = Math.max(1, this.#screen.columns());
    const lines = this.#drawn.reduce((sum, columns) => sum + Math.max(1, Math.ceil(columns / width)), 0);
    return lines === 0 ? '' : `\x1b[${lines}A`;
  }

  /** From the history: the work that is left, shared by the jobs, but never less than what a running task still needs. */
  #expectedEnd(now: number): string {
    let longest = 0;
    let begun = 0;
    for (const [task, {since}] of this.#running) {
      const expected = this.#context.durations.get(task) ?? 0;
      begun += Math.min(expected, now - since);
      longest = Math.max(longest, expected - (now - since));
    }
    const left = Math.max(longest, (this.#leftMs - begun) / this.#context.jobs);
    return left >= 1000 ? `, about ${duration(left)} left` : '';
  }
}
