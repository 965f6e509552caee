import {readdirSync, readFileSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import {type Command, start} from './measure.ts';

/** A process's own peak is kept by the kernel, so only what it grew in its last milliseconds can be missed. */
const SAMPLE_MS = 5;

/**
 * The largest process of a command's tree: the highest peak resident size (VmHWM of proc_pid_status(5)), in bytes. Looking costs
 * time, so a run that is looked at is never one that is timed. Undefined where there is no /proc. Throws CommandFailed.
 */
export async function peakMemory(commands: readonly Command[], log: string): Promise<number | undefined> {
  let peak = 0;
  for (const command of commands) {
    const {pid, ended} = start(command, log);
    let running = true;
    const end = ended.finally(() => {
      running = false;
    });
    while (running) {
      for (const one of treeOf(pid)) peak = Math.max(peak, peakOf(one));
      await Promise.race([sleep(SAMPLE_MS), end]);
    }
    await end;
  }
  return peak > 0 ? peak : undefined;
}

/** Peak resident size of one process, in bytes; 0 when it is gone. */
export function peakOf(pid: number): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`)) ?? [];
  return Number(kilobytes ?? 0) * 1024;
}

/** A process and its descendants; any thread of a process may have started children. */
function treeOf(pid: number): readonly number[] {
  const children = threadsOf(pid).flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean),
  );
  return [pid, ...children.flatMap((child) => treeOf(Number(child)))];
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** '' when the process is gone. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
