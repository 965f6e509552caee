import {spawn} from 'node:child_process';
import {closeSync, fstatSync, openSync, readSync} from 'node:fs';
import {connect} from 'node:net';
import {StringDecoder} from 'node:string_decoder';
import {watchFile} from '../base/watch-file.ts';
import type {ReadyCondition} from '../project/project.ts';
import {sendSignal} from './processes.ts';

/** A pattern is looked for in what is new and this much before it. */
const KEPT_CHARACTERS = 65_536;

export interface ReadinessContext {
  readonly logPath: string;
  /** Where the attempt's part of the log begins. */
  readonly logStart: number;
  readonly env: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly signal: AbortSignal;
}

/** Resolves when a persistent task is ready; never when the signal aborts first. No condition: at once. */
export async function ready(condition: ReadyCondition | undefined, context: ReadinessContext): Promise<void> {
  if (condition === undefined) return;
  const {signal} = context;
  if (condition.kind === 'log') return logMatches(new RegExp(condition.pattern, 'm'), context);
  const probe =
    condition.kind === 'port'
      ? () => portOpens(condition.port, condition.host, signal)
      : () => commandSucceeds(condition.line, context);
  // nobody tells us when a port opens: try again, ever less often
  for (let wait = 10; !signal.aborted; wait = Math.min(wait * 1.5, 500)) {
    if (await probe()) return;
    await new Promise((resolve) => setTimeout(resolve, wait).unref());
  }
  return new Promise(() => {});
}

function logMatches(pattern: RegExp, {logPath, logStart, signal}: ReadinessContext): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return;
    const descriptor = openSync(logPath, 'r');
    const decoder = new StringDecoder('utf8');
    let position = logStart;
    let text = '';
    const done = (): void => {
      stopWatching();
      closeSync(descriptor);
      signal.removeEventListener('abort', done);
    };
    const look = (): void => {
      const size = fstatSync(descriptor).size;
      if (size <= position) return;
      const buffer = Buffer.alloc(size - position);
      const read = readSync(descriptor, buffer, 0, buffer.length, position);
      position += read;
      text = text.slice(-KEPT_CHARACTERS) + decoder.write(buffer.subarray(0, read));
      if (!pattern.test(text)) return;
      done();
      resolve();
    };
    const stopWatching = watchFile(logPath, look);
    signal.addEventListener('abort', done);
    look();
  });
}

function portOpens(port: number, host: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({port, host, signal});
    const answer = (open: boolean) => (): void => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', answer(true));
    socket.once('error', answer(false));
  });
}

/** In a process group of its own, which goes when nobody waits for the answer any more. */
function commandSucceeds(line: string, {env, directory, signal}: ReadinessContext): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', line], {cwd: directory, env, stdio: 'ignore', detached: true});
    const end = (): void => {
      if (child.pid !== undefined) sendSignal(-child.pid, 'SIGKILL');
    };
    const answer = (success: boolean): void => {
      signal.removeEventListener('abort', end);
      resolve(success);
    };
    signal.addEventListener('abort', end);
    child.once('exit', (code) => answer(code === 0));
    child.once('error', () => answer(false));
  });
}
