import {closeSync, fstatSync, openSync, readSync} from 'node:fs';
import {connect} from 'node:net';
import {StringDecoder} from 'node:string_decoder';
import {setTimeout as delay} from 'node:timers/promises';
import {watchFile} from '../base/watch-file.ts';
import type {ReadyCondition} from '../project/project.ts';
import {commandSucceeds} from './command-succeeds.ts';

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

/** Resolves to true when a persistent task is ready (no condition: at once), to false when the signal aborts first and no probe is left. */
export async function ready(condition: ReadyCondition | undefined, context: ReadinessContext): Promise<boolean> {
  if (condition === undefined) return true;
  const {signal} = context;
  if (condition.kind === 'log') return logMatches(new RegExp(condition.pattern, 'm'), context);
  const probe =
    condition.kind === 'port'
      ? () => portOpens(condition.port, condition.host, signal)
      : () => commandSucceeds(['-c', condition.line], context);
  // nobody tells us when a port opens: try again, ever less often
  for (let wait = 10; !signal.aborted; wait = Math.min(wait * 1.5, 500)) {
    if (await probe()) return true;
    await delay(wait, undefined, {signal, ref: false}).catch(() => {});
  }
  return false;
}

function logMatches(pattern: RegExp, {logPath, logStart, signal}: ReadinessContext): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(false);
    const descriptor = openSync(logPath, 'r');
    const decoder = new StringDecoder('utf8');
    let position = logStart;
    let text = '';
    const done = (isReady: boolean): void => {
      stopWatching();
      closeSync(descriptor);
      signal.removeEventListener('abort', stop);
      resolve(isReady);
    };
    const stop = (): void => done(false);
    const look = (): void => {
      const size = fstatSync(descriptor).size;
      if (size <= position) return;
      const buffer = Buffer.alloc(size - position);
      const read = readSync(descriptor, buffer, 0, buffer.length, position);
      position += read;
      text = text.slice(-KEPT_CHARACTERS) + decoder.write(buffer.subarray(0, read));
      if (pattern.test(text)) done(true);
    };
    const stopWatching = watchFile(logPath, look);
    signal.addEventListener('abort', stop);
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
