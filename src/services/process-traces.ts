import {readdirSync, readFileSync, readlinkSync} from 'node:fs';
import {currentBoot, processIdentity, processStat} from '../base/living-process.ts';
import type {ProcessIdentity} from '../base/process-identity.ts';

/** How to know what came of a process that was started by a broker; each of them is enough. */
export interface ProcessTraces {
  /** `NAME=value`, in the environment of nothing else. Some programs write their title over it. */
  readonly mark: string;
  /** Its output goes to this file, to which nothing else writes its output. */
  readonly log?: string;
  /** It was the first of a session. */
  readonly first?: ProcessIdentity;
}

/** Living processes that have one of the traces. */
export function processesWith({mark, log, first}: ProcessTraces): readonly ProcessIdentity[] {
  const session = first === undefined ? undefined : sessionOf(first);
  return pids()
    .filter((pid) => {
      const stat = processStat(pid);
      if (stat === undefined) return false;
      return (
        (session !== undefined && stat.session === session) ||
        (log !== undefined && linkOf(`/proc/${pid}/fd/1`) === log) ||
        environmentOf(pid).includes(mark)
      );
    })
    .map(processIdentity);
}

/** The number of a session is not given out again while one process of it lives; when its first one is another by now, it was. */
function sessionOf({pid, started, boot}: ProcessIdentity): number | undefined {
  if (boot !== currentBoot()) return undefined;
  const now = processStat(pid);
  return now === undefined || now.started === started ? pid : undefined;
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

/** `NAME=value`, as it was when the process began. */
function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
  } catch {
    return [];
  }
}
