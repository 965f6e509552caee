import type {Run} from '../record/run.ts';

/** One of the runs of the same command, in short. */
export interface TrendPoint {
  readonly run: Run['id'];
  /** Unix time, ms. */
  readonly at: number;
  readonly wallMs: number;
  readonly status: Run['status'];
  readonly executed: number;
  readonly hits: number;
}

/** So many points make a line that one can see through. */
const MOST_POINTS = 30;

/**
 * How long the same command took so far, the oldest first; the last one is the run itself.
 * @param earlier the newest first
 */
export function trendOf(run: Run, earlier: readonly Run[]): readonly TrendPoint[] {
  const command = run.command.join('\0');
  return [run, ...earlier.filter((one) => one.command.join('\0') === command)]
    .slice(0, MOST_POINTS)
    .map(({id, at, wallMs, status, tasks}) => ({
      run: id,
      at,
      wallMs,
      status,
      executed: tasks.filter(({attempts}) => attempts > 0).length,
      hits: tasks.filter((task) => task.status === 'cached').length,
    }))
    .reverse();
}
