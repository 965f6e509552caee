import type {NodeId} from '../plan/plan.ts';
import type {LogRange, RunListener} from '../record/events.ts';
import type {Run} from '../record/run.ts';
import type {Screen} from './style.ts';

/** Which logs are shown: those of all tasks, of failed ones, or none. */
export type ShownLogs = 'all' | 'failed' | 'none';

/** A way to show a run while it happens. */
export interface Display {
  readonly listener: RunListener;
  /** Takes down what was live, and shows the summary. */
  readonly finish: (run: Run) => void;
}

export interface DisplayContext {
  readonly screen: Screen;
  /** The folder of the run's logs. */
  readonly logs: string;
  /** The bytes of a part of one. */
  readonly readLog: (log: LogRange) => Buffer;
  readonly shown: ShownLogs;
  /** Expected durations, ms. */
  readonly durations: ReadonlyMap<string, number>;
  /** How many nodes are tasks. */
  readonly tasks: ReadonlySet<NodeId>;
  /** Asked-for tasks that run until they are ended: their output is shown as it comes. */
  readonly streamed: ReadonlySet<NodeId>;
  readonly jobs: number;
  /** The command line that runs a task alone; undefined where there is none. */
  readonly alone: (task: string) => string | undefined;
  /** Fold marks that GitHub Actions understands. */
  readonly groups: boolean;
}
