import type {NodeId} from '../plan/plan.ts';
import type {RunEvent} from '../record/events.ts';
import type {DisplayContext} from './display.ts';
import {LogStream} from './log-stream.ts';
import {painted} from './style.ts';
import {harmless, oneLine} from './text.ts';

/** Shows the output of tasks that run until they are ended, line by line, each line with the task's name when there are several. */
export class StreamedLogs {
  readonly #context: DisplayContext;
  readonly #write: (text: string) => void;
  readonly #open = new Map<NodeId, LogStream>();

  constructor(context: DisplayContext, write: (text: string) => void = context.screen.write) {
    this.#context = context;
    this.#write = write;
  }

  hear(event: RunEvent): void {
    if (event.kind === 'task-started' && this.#context.streamed.has(event.task)) {
      this.#open.get(event.task)?.close();
      const prefix =
        this.#context.streamed.size > 1 ? `${painted(this.#context.screen, 'cyan', oneLine(event.task))} │ ` : '';
      this.#open.set(
        event.task,
        new LogStream(this.#context.logs, event.log, (lines) =>
          this.#write(harmless(lines, this.#context.screen.colour).replaceAll(/^(?=.)/gm, prefix)),
        ),
      );
    } else if (event.kind === 'task-finished') {
      this.#open.get(event.task)?.close();
      this.#open.delete(event.task);
    }
  }
}
