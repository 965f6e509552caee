import {Engine} from '../../src/engine/engine.ts';
import type {ContinuePolicy} from '../../src/engine/engine-options.ts';
import {Environment} from '../../src/engine/environment.ts';
import {LogStore} from '../../src/engine/log-store.ts';
import type {Task, TaskPlan} from '../../src/plan/task.ts';
import type {Project} from '../../src/project/project.ts';
import type {RunEvent, RunId} from '../../src/record/events.ts';
import {RecordingExecutor} from './recording-executor.ts';
import {temporaryFolder} from './temporary-folder.ts';

export interface ExecutedOrderOptions {
  /** Tasks whose commands fail. */
  readonly failing?: readonly string[];
  readonly continueOn?: ContinuePolicy;
  readonly skip?: (task: Task) => string | undefined;
}

/** What the engine makes of a plan when all tasks take equally long: a line a round, then a line for each task that did not pass. */
export async function executedOrder(
  project: Project,
  planned: TaskPlan,
  {failing = [], continueOn = 'independent', skip = () => undefined}: ExecutedOrderOptions = {},
): Promise<readonly string[]> {
  assertStartsNothing(planned);
  const executor = new RecordingExecutor(failing);
  const logs = new LogStore(temporaryFolder(), 'run' as RunId);
  const others: string[] = [];
  const emit = (event: RunEvent): void => {
    if (event.kind === 'task-finished' && event.status !== 'passed') others.push(`${event.task}: ${event.status}`);
  };
  const engine = new Engine({
    planned,
    dialect: 'lifecycle',
    root: project.root,
    executor,
    environment: new Environment({project, inherited: {}, defined: {}, marks: {}}),
    logs,
    emit,
    now: () => 0,
    durations: new Map(),
    continueOn,
    graceMs: 1000,
    skip,
  });
  await engine.run();
  logs.close();
  return [...executor.rounds.map((round) => round.join(' + ')), ...others];
}

/** Conditions and variables may be scripts, which no executor carries out. */
function assertStartsNothing({tasks}: TaskPlan): void {
  for (const {id, phase} of tasks.values()) {
    const conditions = [phase.condition, ...phase.env.map(({condition}) => condition)];
    const starts = conditions.some((condition) => condition?.script !== undefined);
    if (starts || phase.env.some(({source}) => source.kind === 'script'))
      throw new Error(`${id} would start a process`);
  }
}
