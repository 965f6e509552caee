import {readdirSync, readFileSync} from 'node:fs';

/** Proves which process is meant: numbers are given out again, start times are not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since the machine started; proc(5), field 22 of stat. */
  readonly startTicks: string;
}

/** @returns undefined when there is no such process, or it has ended and nobody has asked for its status yet */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // behind the name, which may hold anything: state is field 3
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const startTicks = fields[19];
  return startTicks === undefined || state === 'Z' || state === 'X' ? undefined : {pid, startTicks};
}

/** Living processes whose environment, as it was when they started, holds this entry. */
export function processesMarked(entry: string): readonly ProcessIdentity[] {
  return allProcesses().filter(({pid}) => readText(`/proc/${pid}/environ`)?.split('\0').includes(entry) === true);
}

/** Living processes of a session; setsid(2) made it for the first of them. */
export function processesOfSession(session: number): readonly ProcessIdentity[] {
  return allProcesses().filter(({pid}) => {
    const stat = readText(`/proc/${pid}/stat`);
    return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[3] === String(session);
  });
}

function allProcesses(): readonly ProcessIdentity[] {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (identityOf(Number(name)) ?? []) : []));
  } catch {
    return [];
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
