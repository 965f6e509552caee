import type {Setup, TaskName, Workload} from './workload.ts';

export type RunnerName = 'paceline' | 'make' | 'turbo' | 'nx' | 'wireit' | 'lage' | 'moon';

/** Tasks at once, for every runner. */
export const JOBS = 2;

/** How a runner is asked. */
export interface Ask {
  readonly task: TaskName;
  readonly cache: 'on' | 'off';
  /** What it prints: as little as it can besides failures, what it prints on its own, or all that it knows about why a task ran. */
  readonly output: 'little' | 'usual' | 'reasons';
}

/** One program that can build the workload. */
export interface Runner {
  readonly name: RunnerName;
  /** As in tables: `make -j2`. */
  readonly title: string;
  /** The npm package under bench/node_modules, for a peer. */
  readonly package?: string;
  /** Undefined: it is not on this machine. */
  readonly version: () => string | undefined;
  readonly setup: (workload: Workload) => Setup;
  /** Whether it caches a task that does not say its inputs. */
  readonly hasDefaultInputs: boolean;
  /** Program and arguments, started in the workload's root. */
  readonly command: (ask: Ask) => readonly [program: string, ...args: string[]];
  /** Variables besides the common ones. `folder` is the workload's root. */
  readonly env: (ask: Ask, folder: string) => Readonly<Record<string, string>>;
  /** Paths of what it keeps between runs, relative to the workload's root. */
  readonly caches: readonly string[];
  readonly daemon?: Daemon;
}

/** A process that a runner leaves behind, on purpose. */
export interface Daemon {
  /** Undefined: none runs. `folder` is the workload's root. */
  readonly pid: (folder: string) => number | undefined;
  readonly stop: readonly [program: string, ...args: string[]];
}
