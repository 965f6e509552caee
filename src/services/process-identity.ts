import {readdirSync, readFileSync, readlinkSync} from 'node:fs';

/** Proves which process is meant: numbers are given out again, start times are not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since the machine started; proc(5), field 22 of stat. */
  readonly startTicks: string;
}

/** How to know what came of a process that was started by a broker; each of them is enough. */
export interface ProcessTraces {
  /** `NAME=value`, in the environment of nothing else. Some programs write their title over it. */
  readonly mark: string;
  /** Its output goes to this file, to which nothing else writes its output. */
  readonly log?: string;
  /** It was the first of a session, on this machine since its last start. */
  readonly first?: ProcessIdentity;
}

/** @returns undefined when there is no such process, or it has ended and nobody has asked for its status yet */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const stat = statOf(pid);
  return stat === undefined ? undefined : {pid, startTicks: stat.startTicks};
}

/** Living processes that have one of the traces. */
export function processesWith({mark, log, first}: ProcessTraces): readonly ProcessIdentity[] {
  const session = first === undefined ? undefined : sessionOf(first);
  return pids().flatMap((pid) => {
    const stat = statOf(pid);
    if (stat === undefined) return [];
    const isOurs =
      (session !== undefined && stat.session === session) ||
      (log !== undefined && linkOf(`/proc/${pid}/fd/1`) === log) ||
      readText(`/proc/${pid}/environ`)?.split('\0').includes(mark) === true;
    return isOurs ? [{pid, startTicks: stat.startTicks}] : [];
  });
}

/** Changes when the machine starts anew. */
export function bootId(): string {
  return readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

/** The number of a session is not given out again while one process of it lives; when its first one is another by now, it was. */
function sessionOf({pid, startTicks}: ProcessIdentity): number | undefined {
  const now = identityOf(pid);
  return now === undefined || now.startTicks === startTicks ? pid : undefined;
}

function statOf(pid: number): {readonly startTicks: string; readonly session: number} | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // behind the name, which may hold anything: state is field 3
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, , , session] = fields;
  const startTicks = fields[19];
  return startTicks === undefined || state === 'Z' || state === 'X'
    ? undefined
    : {startTicks, session: Number(session)};
}

function pids(): readonly number[] {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
  } catch {
    return [];
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
