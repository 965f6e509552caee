import {spawn} from 'node:child_process';
import {closeSync, existsSync, openSync, readFileSync} from 'node:fs';
import {performance} from 'node:perf_hooks';
import {pid as ownPid} from 'node:process';

/** A process to start. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What one start of a command cost. */
export interface Cost {
  /** From just before the start to the exit. */
  readonly wallMs: number;
  /** User and system time of the process and of every descendant that was waited for; steps of 10 ms. Linux only. */
  readonly cpuMs?: number;
}

/** A command that ended with something else than 0, and its last lines. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  constructor({program, args}: Command, status: string, log: string) {
    const tail = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n').slice(-15) : [];
    super([`${[program, ...args].join(' ')}: ${status}`, ...tail].join('\n    '));
  }
}

/** A started command: its process and its end. */
export interface Started {
  readonly pid: number;
  /** Rejects with CommandFailed. */
  readonly ended: Promise<void>;
}

/** Starts a command with its output in a file, as every runner gets it, and no input. */
export function start(command: Command, log: string): Started {
  const output = openSync(log, 'w');
  const child = spawn(command.program, command.args, {
    cwd: command.cwd,
    env: command.env,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', (error) => reject(new CommandFailed(command, error.message, log)));
    child.once('exit', (code, signal) =>
      code === 0 ? resolve() : reject(new CommandFailed(command, signal ?? `exit ${code}`, log)),
    );
  });
  return {pid: child.pid ?? 0, ended};
}

/** Runs the commands one behind the other. Throws CommandFailed. */
export async function measure(commands: readonly Command[], log: string): Promise<Cost> {
  const cpuBefore = childrenCpuMs();
  const begin = performance.now();
  for (const command of commands) await start(command, log).ended;
  const wallMs = performance.now() - begin;
  const cpuAfter = childrenCpuMs();
  return {wallMs, ...(cpuBefore === undefined || cpuAfter === undefined ? {} : {cpuMs: cpuAfter - cpuBefore})};
}

/** Linux shows times in ticks of 10 ms, whatever the kernel's own clock (USER_HZ in proc_pid_stat(5)). */
const TICK_MS = 10;

/**
 * Processor time of all children that this process has waited for, with all that they have waited for in turn: cutime and cstime
 * of proc_pid_stat(5), which the kernel adds up in nanoseconds. The difference around one child is that child's tree, except for
 * what it left running.
 */
function childrenCpuMs(): number | undefined {
  const fields = statFields(ownPid);
  return fields === undefined ? undefined : (Number(fields[13]) + Number(fields[14])) * TICK_MS;
}

/** Processor time of one process so far, without its children; undefined when it is gone, or not on Linux. */
export function processCpuMs(pid: number): number | undefined {
  const fields = statFields(pid);
  return fields === undefined ? undefined : (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Processor time of the whole machine since its start, what its hypervisor took included; undefined when not on Linux. */
export function machineCpuMs(): number | undefined {
  try {
    // user nice system idle iowait irq softirq steal; proc_stat(5)
    const fields = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').split(/ +/).slice(1, 9).map(Number);
    return fields.reduce((sum, ticks, place) => sum + (place === 3 || place === 4 ? 0 : ticks), 0) * TICK_MS;
  } catch {
    return undefined;
  }
}

/** The fields of /proc/PID/stat behind the program's name, which may hold blanks: the first is the state, field 3 of the manual. */
function statFields(pid: number): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
