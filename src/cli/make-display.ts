import type {TaskPlan} from '../plan/task.ts';
import {readLog} from '../record/read-log.ts';
import type {Display, DisplayContext, ShownLogs} from '../ui/display.ts';
import {screenOf} from '../ui/style.ts';

export interface DisplayOptions {
  readonly output: 'auto' | 'live' | 'grouped' | 'ndjson';
  readonly logs?: ShownLogs;
  readonly why?: boolean;
}

/** Chooses how a run is shown, by what was asked for and what the terminal can do; the folder of its logs is known later. */
export async function makeDisplay(
  planned: TaskPlan,
  options: DisplayOptions,
  run: Pick<DisplayContext, 'durations' | 'jobs' | 'alone'>,
): Promise<(logs: string) => Display> {
  if (options.output === 'ndjson') {
    const {ndjsonDisplay} = await import('../export/ndjson.ts');
    return () => ndjsonDisplay((text) => process.stdout.write(text));
  }
  const screen = screenOf(process.stdout, process.env);
  const live = options.output === 'live' || (options.output === 'auto' && screen.live);
  const context: Omit<DisplayContext, 'logs' | 'readLog'> = {
    ...run,
    screen: {...screen, live},
    shown: options.logs ?? (live ? 'failed' : 'all'),
    tasks: new Set(planned.tasks.keys()),
    streamed: new Set(
      [...planned.tasks.values()].filter((task) => task.requested && task.phase.persistent).map((task) => task.id),
    ),
    groups: process.env.GITHUB_ACTIONS === 'true',
  };
  const display = live
    ? (await import('../ui/live.ts')).liveDisplay
    : (await import('../ui/grouped.ts')).groupedDisplay;
  const {withReasons} = options.why === true ? await import('../ui/why.ts') : {};
  return (logs) => {
    const shown = display({...context, logs, readLog: (log) => readLog(logs, log)});
    return withReasons === undefined ? shown : withReasons(shown, context);
  };
}
