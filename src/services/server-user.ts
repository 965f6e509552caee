import {readFileSync} from 'node:fs';
import {getuid} from 'node:process';

/** Whom servers run as. */
export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Servers refuse to be root, or should: of these, the first that there is. */
const CANDIDATES = ['postgres', 'nobody'];

/** @returns undefined when we are not root: servers are ours */
export function serverUser(): ServerUser | undefined {
  if (getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({name, uid: Number(uid), gid: Number(gid)}));
  const found = CANDIDATES.flatMap((name) => users.find((user) => user.name === name) ?? []);
  return found[0] ?? {name: '65534', uid: 65_534, gid: 65_534};
}
