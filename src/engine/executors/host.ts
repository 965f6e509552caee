import {spawn} from 'node:child_process';
import {writeSync} from 'node:fs';
import type {CommandEnd} from '../../record/events.ts';
import {type CommandLine, commandLine, type ScriptFiles} from '../command-line.ts';
import type {Execution, Executor, Order} from '../executor.ts';
import type {ProcessMeter} from '../process-meter.ts';
import {endProcesses, groupMembers, sendSignal} from '../processes.ts';

/** Puts something around a command, such as a profiler. */
export type Wrap = (
  line: CommandLine,
  env: Readonly<Record<string, string>>,
) => {readonly line: CommandLine; readonly env: Readonly<Record<string, string>>};

const asItIs: Wrap = (line, env) => ({line, env});

/** Runs commands as processes of this machine, each in a session and process group of its own. */
export class HostExecutor implements Executor {
  readonly #scripts: ScriptFiles;
  readonly #meter: ProcessMeter;
  readonly #wrap: Wrap;

  constructor(scripts: ScriptFiles, meter: ProcessMeter, wrap: Wrap = asItIs) {
    this.#scripts = scripts;
    this.#meter = meter;
    this.#wrap = wrap;
  }

  start(order: Order): Execution {
    let commandStarted: CommandLine | undefined;
    try {
      commandStarted = commandLine(order, this.#scripts);
      const {line, env} = this.#wrap(commandStarted, order.env);
      return started({...order, env}, line, this.#meter);
    } catch (error) {
      // Node throws what it can see at once: arguments that are too long, a full disk under a script
      return neverStarted(
        order,
        commandStarted?.line ?? '',
        startError(error as Error, commandStarted?.program ?? 'its script', order.directory),
      );
    }
  }
}

function started(order: Order, {program, args, line}: CommandLine, meter: ProcessMeter): Execution {
  const child = spawn(program, args as string[], {
    cwd: order.directory,
    env: order.env,
    stdio: ['ignore', order.log, order.log],
    detached: true,
  });
  const pid = child.pid ?? 0;
  if (pid > 0) meter.started(pid);
  const ended = new Promise<Awaited<Execution['ended']>>((resolve) => {
    child.once('exit', (code, signal) => {
      const end: CommandEnd = signal === null ? {kind: 'exit', code: code ?? 1} : {kind: 'signal', signal};
      void meter.ended(pid).then((usage) => resolve({end, usage}));
    });
    child.once('error', (error) => resolve({end: unstartable(order, startError(error, program, order.directory))}));
  });
  return {
    pid,
    line,
    ended,
    signal: (name) => {
      if (pid > 0) sendSignal(-pid, name);
    },
    endLeftovers: async (graceMs) =>
      pid > 0 && sendSignal(-pid, 0) ? endProcesses(() => groupMembers(pid), graceMs) : 0,
  };
}

function neverStarted(order: Order, line: string, reason: string): Execution {
  return {
    pid: 0,
    line,
    ended: Promise.resolve({end: unstartable(order, reason)}),
    signal: () => {},
    endLeftovers: async () => 0,
  };
}

/** The log says it too: that is where people look. */
function unstartable(order: Order, reason: string): CommandEnd {
  tryWrite(order.log, `paceline: ${reason}\n`);
  return {kind: 'unstartable', reason};
}

function startError(error: Error, program: string, directory: string): string {
  const {code} = error as NodeJS.ErrnoException;
  if (code === 'ENOENT')
    return `cannot start "${program}": it is not on PATH, or the folder ${directory} does not exist`;
  if (code === 'EACCES') return `cannot start "${program}": it is not executable`;
  if (code === 'ENOTDIR') return `cannot start "${program}": ${directory} is not a folder`;
  if (code === 'E2BIG') return `cannot start "${program}": its arguments and environment are too long`;
  return `cannot start "${program}": ${error.message}`;
}

function tryWrite(descriptor: number, text: string): void {
  try {
    writeSync(descriptor, text);
  } catch {
    // a full disk: the end of the command carries the reason too
  }
}
