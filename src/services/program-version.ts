import {execFile} from 'node:child_process';

/** What a program says when it is asked for its version; undefined: it cannot be asked. */
export function saidVersion(program: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(program, ['--version'], (error, stdout) => resolve(error === null ? stdout.trim() : undefined));
  });
}

/** `15.18` of `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`. */
export function versionIn(said: string): string {
  return /\d+(\.\d+)*/.exec(said)?.[0] ?? '0';
}
