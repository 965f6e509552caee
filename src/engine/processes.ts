import {readdirSync, readFileSync} from 'node:fs';

export interface ProcessEntry {
  readonly pid: number;
  readonly group: number;
  readonly zombie: boolean;
}

/** Every process of this machine that we may look at, with a number from `first` on; empty where there is no /proc. */
function listProcesses(first = 1): readonly ProcessEntry[] {
  let names: readonly string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const pid = Number(name);
    const stat = pid >= first ? readText(`/proc/${name}/stat`) : undefined;
    if (stat === undefined) return [];
    // behind the command name: state, parent, group; proc(5)
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [{pid, group: Number(group), zombie: state === 'Z' || state === 'X'}];
  });
}

/** Living members of a process group. */
export function groupMembers(group: number): readonly number[] {
  return listProcesses()
    .filter((entry) => entry.group === group && !entry.zombie)
    .map((entry) => entry.pid);
}

/**
 * Living processes that inherited the mark of one of these runs: `PACELINE_RUN_ID` holds the ids of a run and of the runs around it,
 * joined by `:`. An id is random, so the mark proves whose they are.
 */
export function processesOfRuns(runs: ReadonlySet<string>, first = 1): readonly number[] {
  if (runs.size === 0) return [];
  return listProcesses(first)
    .filter((entry) => entry.pid !== process.pid && !entry.zombie && carriesMark(entry.pid, runs))
    .map((entry) => entry.pid);
}

/**
 * The lowest number that a process born after this one can have. Numbers are given out in rising order and begin anew at a limit, so
 * after a while, or when the latest number is below ours, any number will do. proc(5), ns_last_pid.
 */
export function firstNumberAfterUs(): number {
  const latest = Number(readText('/proc/sys/kernel/ns_last_pid') ?? '0');
  return performance.now() < 30_000 && latest > process.pid ? process.pid : 1;
}

function carriesMark(pid: number, runs: ReadonlySet<string>): boolean {
  const environment = readText(`/proc/${pid}/environ`);
  const start = environment?.split('\0').find((entry) => entry.startsWith('PACELINE_RUN_ID='));
  return (
    start
      ?.slice('PACELINE_RUN_ID='.length)
      .split(':')
      .some((run) => runs.has(run)) === true
  );
}

/** Sends a signal to a process or, for a negative number, to a group; false when nobody is there. */
export function sendSignal(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Ends what `alive` lists: asks with SIGTERM, kills after `graceMs`. Resolves to how many there were at first. Nobody tells us when a
 * process that is not our child ends, so this looks again every 10 ms, and only when there is something to end.
 */
export async function endProcesses(alive: () => readonly number[], graceMs: number): Promise<number> {
  const first = alive();
  for (const pid of first) sendSignal(pid, 'SIGTERM');
  const deadline = performance.now() + graceMs;
  let left: readonly number[] = first;
  while (left.length > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    left = alive();
  }
  // twice, for what was born in between
  for (let round = 0; round < 20 && left.length > 0; round++) {
    for (const pid of left) sendSignal(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 10));
    left = alive();
  }
  return first.length;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
