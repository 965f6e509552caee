import type {Command} from './measure.ts';

/** One way to get a job done, to be timed beside others. */
export interface Contestant {
  readonly name: string;
  readonly title: string;
  /** Run one behind the other and timed as one. */
  readonly commands: readonly Command[];
  /** Untimed, once: what is wrong with the claim that the commands do the job at all, or ''. */
  readonly proof?: () => string;
  /** The commands run once, untimed and unprepared, before everything else: what is kept between runs is then there. */
  readonly settles?: boolean;
  /** Untimed, before each run: puts the files into the state that the run starts from. */
  readonly prepare?: () => void;
  /** Untimed, after each run: what is wrong with the outcome, or ''. */
  readonly wrong?: () => string;
  /** Untimed, after the last run: in how many packages that run wrote outputs. */
  readonly written?: () => number;
  /** The process that it leaves running between runs, if one does. */
  readonly daemonPid?: () => number | undefined;
}

/** What the first contestant has to reach. */
export type Bar =
  /** Wall time of `contestant` over that of `against`. */
  | {
      readonly kind: 'ratio';
      readonly contestant: string;
      readonly against: string;
      readonly limit: number;
      /** What it should become. */
      readonly aim?: number;
    }
  /** Wall time of `contestant` less that of `against`, ms. */
  | {readonly kind: 'extra'; readonly contestant: string; readonly against: string; readonly limit: number}
  /** Wall time of `contestant`, ms. */
  | {readonly kind: 'time'; readonly contestant: string; readonly limit: number}
  /** Peak resident size of the largest process of `contestant`, bytes. */
  | {readonly kind: 'memory'; readonly contestant: string; readonly limit: number}
  /**
   * What one more file costs between the second and the third size, over what it costs between the first and the second: 1 for a
   * time that is linear in the files, whatever the start takes.
   */
  | {readonly kind: 'growth'; readonly sizes: Sizes; readonly limit: number};

/** Three contestants that do the same job on so many files, smallest first. */
export type Sizes = readonly [Size, Size, Size];

export interface Size {
  readonly contestant: string;
  readonly files: number;
}

/** A job, and all who do it. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** Scenarios of one group share a table, with a column each. */
  readonly group?: Group;
  readonly rounds: number;
  /** Who is slow is timed in the first rounds only: in as many as fit into this time, and in two at least. Absent: in all. */
  readonly patienceMs?: number;
  readonly contestants: readonly Contestant[];
  readonly bars: readonly Bar[];
}

export interface Group {
  readonly title: string;
  /** The scenario's heading in the table. */
  readonly column: string;
  /** Under the table: who is not in it, and why. */
  readonly notes: readonly string[];
}
