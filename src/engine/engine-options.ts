import type {TaskCache} from '../cache/task-cache.ts';
import type {Task, TaskPlan} from '../plan/task.ts';
import type {Dialect} from '../project/project.ts';
import type {RunListener} from '../record/events.ts';
import type {Environment} from './environment.ts';
import type {Executor} from './executor.ts';
import type {LogStore} from './log-store.ts';
import type {TaskServices} from './task-services.ts';

/** What happens to the rest when a task fails: nothing more starts; what does not need it goes on; everything goes on. */
export type ContinuePolicy = 'never' | 'independent' | 'always';

export interface EngineOptions {
  readonly planned: TaskPlan;
  /** Absolute path. */
  readonly root: string;
  readonly executor: Executor;
  readonly environment: Environment;
  readonly logs: LogStore;
  readonly emit: RunListener;
  /** ms since the start of the run. */
  readonly now: () => number;
  /** Expected duration of tasks, ms. */
  readonly durations: ReadonlyMap<string, number>;
  readonly continueOn: ContinuePolicy;
  readonly graceMs: number;
  readonly timeoutMs?: number;
  readonly profile?: string;
  readonly dialect: Dialect;
  /** Knows which tasks need not run because their results are stored. */
  readonly cache?: TaskCache;
  /** Leases what tasks need; undefined when no task of the plan needs a service. */
  readonly services?: TaskServices;
  /** Why a task need not run now; undefined when it must. */
  readonly skip: (task: Task) => string | undefined;
}
