import {spawn} from 'node:child_process';
import {writeSync} from 'node:fs';
import type {CommandEnd} from '../../record/events.ts';
import {commandLine, type ScriptFiles} from '../command-line.ts';
import type {Execution, Executor, Order} from '../executor.ts';
import {endProcesses, groupMembers, sendSignal} from '../processes.ts';

/** Runs commands as processes of this machine, each in a session and process group of its own. */
export class HostExecutor implements Executor {
  readonly #scripts: ScriptFiles;

  constructor(scripts: ScriptFiles) {
    this.#scripts = scripts;
  }

  start(order: Order): Execution {
    const {program, args, line} = commandLine(order, this.#scripts);
    const child = spawn(program, args as string[], {
      cwd: order.directory,
      env: order.env,
      stdio: ['ignore', order.log, order.log],
      detached: true,
    });
    const pid = child.pid ?? 0;
    const ended = new Promise<CommandEnd>((resolve) => {
      child.once('exit', (code, signal) => {
        resolve(signal === null ? {kind: 'exit', code: code ?? 1} : {kind: 'signal', signal});
      });
      child.once('error', (error) => {
        const reason = startError(error, program, order.directory);
        // the log says it too: that is where people look
        tryWrite(order.log, `paceline: ${reason}\n`);
        resolve({kind: 'unstartable', reason});
      });
    });
    return {
      pid,
      line,
      ended,
      signal: (name) => {
        if (pid > 0) sendSignal(-pid, name);
      },
      endLeftovers: async (graceMs) => (pid > 0 && sendSignal(-pid, 0) ? endProcesses(() => groupMembers(pid), graceMs) : 0),
    };
  }
}

function startError(error: Error, program: string, directory: string): string {
  const {code} = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return `cannot start "${program}": it is not on PATH, or the folder ${directory} does not exist`;
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
