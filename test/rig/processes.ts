import {readdirSync, readFileSync} from 'node:fs';

export interface RunningProcess {
  readonly pid: number;
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Running processes whose environment says this; none where there is no /proc. */
export function processesWith(name: string, value: string): readonly RunningProcess[] {
  return pids().flatMap((pid): RunningProcess[] => {
    const env = Object.fromEntries(
      (read(`/proc/${pid}/environ`) ?? '').split('\0').map((entry) => {
        const equals = entry.indexOf('=');
        return [entry.slice(0, equals), entry.slice(equals + 1)];
      }),
    );
    if (env[name] !== value) return [];
    return [{pid, command: (read(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ').trim(), env}];
  });
}

export function isRunning(pid: number): boolean {
  const stat = read(`/proc/${pid}/stat`);
  // behind the command name: the state; a zombie has ended
  return stat !== undefined && !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
}

export function parentOf(pid: number): number {
  const stat = read(`/proc/${pid}/stat`) ?? '';
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

/** Resolves when a process that is not our child is no more. Nobody tells us that: looks again and again. */
export async function untilGone(pid: number): Promise<void> {
  while (isRunning(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
}

export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it was quicker
  }
}

function pids(): readonly number[] {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
  } catch {
    return [];
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
