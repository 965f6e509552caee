import type {OwnCommand, Task} from '../plan/task.ts';
import type {CommandEnd, Usage} from '../record/events.ts';

/** One command of one task, ready to be carried out. */
export interface Order {
  readonly task: Task;
  readonly command: OwnCommand;
  /** The complete environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path. */
  readonly directory: string;
  /** An open file that both output streams are appended to. */
  readonly log: number;
  /** Words for the end of the command. */
  readonly args: readonly string[];
}

/** A command under way. */
export interface Execution {
  /** 0 when it could not be started. */
  readonly pid: number;
  /** What was started, as a person would type it. */
  readonly line: string;
  readonly ended: Promise<{readonly end: CommandEnd; readonly usage?: Usage}>;
  /** Asks everything that the command started to stop. */
  signal(name: 'SIGTERM' | 'SIGKILL'): void;
  /** Ends what the command left running; resolves to how many processes that were. */
  endLeftovers(graceMs: number): Promise<number>;
}

/** Carries out the commands of tasks: on this host, in a clean room, in a container, or remotely. */
export interface Executor {
  start(order: Order): Execution;
}
