import {appendFileSync, renameSync, statSync} from 'node:fs';

/** What is longer is put aside, in place of what was put aside before, bytes. */
const MOST = 4 * 1024 * 1024;

/** @returns says something in the log of the broker; never throws: a full disk is no reason to end */
export function openLog(path: string): (message: string) => void {
  return (message) => {
    try {
      appendFileSync(path, `${new Date().toISOString()} ${message}\n`, {mode: 0o600});
      if (statSync(path).size > MOST) renameSync(path, `${path}.1`);
    } catch {
      // nobody can be told
    }
  };
}
