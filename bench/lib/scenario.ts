import type {Command} from './measure.ts';

/** One way to get a job done, to be timed beside others. */
export interface Contestant {
  readonly name: string;
  readonly title: string;
  /** Run one behind the other and timed as one. */
  readonly commands: readonly Command[];
  /** Untimed, once: what is wrong with the claim that the commands do the job at all, or ''. */
  readonly proof?: () => string;
  /** Untimed, before each run: puts the files into the state that the run starts from. */
  readonly prepare?: () => void;
  /** Untimed, after each run: what is wrong with the outcome, or ''. */
  readonly wrong?: () => string;
  /** The process that it leaves running between runs, if one does. */
  readonly daemonPid?: () => number | undefined;
}

/** What the first contestant has to reach. */
export type Bar =
  /** Wall time of `contestant` over that of `against`. */
  | {readonly kind: 'ratio'; readonly contestant: string; readonly against: string; readonly limit: number}
  /** Wall time of `contestant` less that of `against`, ms. */
  | {readonly kind: 'extra'; readonly contestant: string; readonly against: string; readonly limit: number}
  /** Wall time of `contestant`, ms. */
  | {readonly kind: 'time'; readonly contestant: string; readonly limit: number};

/** A job, and all who do it. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly rounds: number;
  readonly contestants: readonly Contestant[];
  readonly bars: readonly Bar[];
}
