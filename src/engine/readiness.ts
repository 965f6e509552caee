import {spawn} from 'node:child_process';
import {closeSync, fstatSync, openSync, readSync} from 'node:fs';
import {connect} from 'node:net';
import {watchFile} from '../base/watch-file.ts';
import type {ReadyCondition} from '../project/project.ts';

export interface ReadinessContext {
  readonly logPath: string;
  /** Where the task's part of the log begins. */
  readonly logStart: number;
  readonly env: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly signal: AbortSignal;
}

/** Resolves when a persistent task is ready; never when the signal aborts first. No condition: at once. */
export async function ready(condition: ReadyCondition | undefined, context: ReadinessContext): Promise<void> {
  if (condition === undefined) return;
  if (condition.kind === 'log') return logMatches(new RegExp(condition.pattern, 'm'), context);
  const probe =
    condition.kind === 'port'
      ? () => portOpens(condition.port, condition.host)
      : () => commandSucceeds(condition.line, context);
  // nobody tells us when a port opens: try again, ever less often
  for (let wait = 10; !context.signal.aborted; wait = Math.min(wait * 1.5, 500)) {
    if (await probe()) return;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
  return new Promise(() => {});
}

function logMatches(pattern: RegExp, {logPath, logStart, signal}: ReadinessContext): Promise<void> {
  return new Promise((resolve) => {
    const descriptor = openSync(logPath, 'r');
    let position = logStart;
    let tail = '';
    const done = (): void => {
      stopWatching();
      closeSync(descriptor);
      signal.removeEventListener('abort', done);
    };
    const look = (): void => {
      const size = fstatSync(descriptor).size;
      if (size <= position) return;
      const buffer = Buffer.alloc(size - position);
      position += readSync(descriptor, buffer, 0, buffer.length, position);
      tail = (tail + buffer.toString('utf8')).slice(-65_536);
      if (!pattern.test(tail)) return;
      done();
      resolve();
    };
    const stopWatching = watchFile(logPath, look);
    signal.addEventListener('abort', done);
    look();
  });
}

function portOpens(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({port, host});
    const answer = (open: boolean) => (): void => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', answer(true));
    socket.once('error', answer(false));
  });
}

function commandSucceeds(line: string, {env, directory}: ReadinessContext): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', line], {cwd: directory, env, stdio: 'ignore'});
    child.once('exit', (code) => resolve(code === 0));
    child.once('error', () => resolve(false));
  });
}
