import {readFileSync} from 'node:fs';

/** What a server and everything that it started use. */
export interface ProcessUsage {
  /** Shared pages count in parts (PSS); proc(5), smaps_rollup. */
  readonly memoryBytes?: number;
  /** Of the living ones, and of those whose end they were told. */
  readonly cpuMs?: number;
}

/** Clock ticks a second in /proc; sysconf(_SC_CLK_TCK), the same on every Linux. */
const TICKS = 100;

/** @returns nothing when there is no such process, or no /proc */
export function usageOf(pid: number): ProcessUsage {
  if (textOf(`/proc/${pid}/stat`) === '') return {};
  const pids = familyOf(pid);
  return {
    memoryBytes: pids.reduce((sum, pid) => sum + memoryOf(pid), 0),
    cpuMs: pids.reduce((sum, pid) => sum + cpuOf(pid), 0),
  };
}

/** A process, its children, theirs, and so on. */
function familyOf(pid: number): readonly number[] {
  const found = [pid];
  // those that are found on the way are looked at, too
  for (const one of found) {
    const children = textOf(`/proc/${one}/task/${one}/children`).split(' ');
    found.push(...children.filter((child) => child !== '').map(Number));
  }
  return found;
}

function memoryOf(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB/m.exec(textOf(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) * 1024;
}

function cpuOf(pid: number): number {
  const stat = textOf(`/proc/${pid}/stat`);
  // behind the name: user and system time are fields 14 and 15, and those of ended children 16 and 17
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * 1000) / TICKS;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
