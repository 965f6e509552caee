import {readFileSync} from 'node:fs';
import type {ProcessIdentity} from './process-identity.ts';

let bootId: string | undefined;

/** Changes with each boot; '' where the platform does not tell. */
export function currentBoot(): string {
  bootId ??= textOr('/proc/sys/kernel/random/boot_id', '').trim();
  return bootId;
}

/** What the kernel tells of a process that runs; undefined: it does not, nobody has waited for it yet, or the platform does not tell. */
export function processStat(pid: number): {readonly started: string; readonly session: number} | undefined {
  const stat = textOr(`/proc/${pid}/stat`, '');
  // fields 3, 6 and 22, counted from behind the command name, which may hold blanks and brackets; proc(5)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, , , session] = fields;
  const started = fields[19];
  return started === undefined || state === 'Z' || state === 'X' ? undefined : {started, session: Number(session)};
}

/** The identity of a process that runs now; `started` is '' when it does not, or where the platform does not tell. */
export function processIdentity(pid: number): ProcessIdentity {
  return {pid, started: processStat(pid)?.started ?? '', boot: currentBoot()};
}

/** Whether the very process that was meant still runs. Where the platform does not tell its start time: whether its number is taken. */
export function isAlive({pid, started, boot}: ProcessIdentity): boolean {
  if (started === '') return isTaken(pid);
  return boot === currentBoot() && processStat(pid)?.started === started;
}

function isTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function textOr(path: string, otherwise: string): string {
  try {
    // names of programs may be in any encoding
    return readFileSync(path, 'latin1');
  } catch {
    return otherwise;
  }
}
