import {readFileSync} from 'node:fs';
import {processesOfSession} from './process-identity.ts';

/** What a server and everything that it started use. */
export interface ProcessUsage {
  /** Shared pages count in parts (PSS); proc(5), smaps_rollup. */
  readonly memoryBytes?: number;
  /** Of the living ones, since they started. */
  readonly cpuMs?: number;
}

/** Clock ticks a second in /proc; sysconf(_SC_CLK_TCK), the same on every Linux. */
const TICKS = 100;

/** @param session number of the first process of the session */
export function usageOf(session: number): ProcessUsage {
  const pids = processesOfSession(session).map(({pid}) => pid);
  if (pids.length === 0) return {};
  return {
    memoryBytes: pids.reduce((sum, pid) => sum + memoryOf(pid), 0),
    cpuMs: pids.reduce((sum, pid) => sum + cpuOf(pid), 0),
  };
}

function memoryOf(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB/m.exec(textOf(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) * 1024;
}

function cpuOf(pid: number): number {
  const stat = textOf(`/proc/${pid}/stat`);
  // behind the name: user and system time are fields 14 and 15
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 1000) / TICKS;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
