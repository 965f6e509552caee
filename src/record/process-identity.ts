import {readFileSync} from 'node:fs';
import type {ProcessIdentity} from './events.ts';

let bootId: string | undefined;

/** Changes with each boot; '' where the platform does not tell. */
function currentBoot(): string {
  bootId ??= readOr('/proc/sys/kernel/random/boot_id', '').trim();
  return bootId;
}

/** The identity of a process that runs now; `started` is '' when it does not, or where the platform does not tell. */
export function processIdentity(pid: number): ProcessIdentity {
  const stat = readOr(`/proc/${pid}/stat`, '');
  // fields 3 and 22, counted from behind the command name, which may hold blanks and brackets; proc(5)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // one that nobody has waited for yet runs no more
  const started = fields[0] === 'Z' || fields[0] === 'X' ? '' : (fields[19] ?? '');
  return {pid, started, boot: currentBoot()};
}

/** Whether the very process that was meant still runs. Where the platform does not tell its start time: whether its number is taken. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (identity.started === '') return isTaken(identity.pid);
  return identity.boot === currentBoot() && processIdentity(identity.pid).started === identity.started;
}

function isTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}
