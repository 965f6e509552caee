import {spawn} from 'node:child_process';
import {endProcesses, groupMembers} from './processes.ts';

export interface QuestionContext {
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path. */
  readonly directory: string;
  /** Nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** Whether a shell exits with 0. It has a process group of its own; when the signal aborts the answer is no, and nothing of it is left. */
export function commandSucceeds(words: readonly string[], {env, directory, signal}: QuestionContext): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', words, {cwd: directory, env, stdio: 'ignore', detached: true});
    const {pid} = child;
    const end = async (): Promise<void> => {
      if (pid !== undefined) await endProcesses(() => groupMembers(pid), 0);
      resolve(false);
    };
    const answer = (success: boolean): void => {
      if (signal.aborted) return;
      signal.removeEventListener('abort', end);
      resolve(success);
    };
    signal.addEventListener('abort', end);
    child.once('exit', (code) => answer(code === 0));
    child.once('error', () => answer(false));
  });
}
