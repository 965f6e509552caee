import {execFileSync} from 'node:child_process';
import type {TestContext} from 'vitest';

/** What tests need of a machine, and whether it is there. */
const NEEDS = {
  Linux: () => process.platform === 'linux',
  git: () => works('git', '--version'),
  'a mount of its own': () => works('unshare', '--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'),
  'a terminal': () => works('script', '--quiet', '--return', '--command', 'test -t 0', '/dev/null'),
  'another user': () => process.getuid?.() !== 0 || works('setpriv', '--reuid=65534', '--clear-groups', 'true'),
  protoc: () => works('protoc', '--version'),
  Chromium: () => works('chromium', '--version'),
} as const;

export type Need = keyof typeof NEEDS;

/** Skips a test by name where the machine lacks something. Where CI is set nothing is skipped: what is missing fails there. */
export function needs(context: TestContext, need: Need): void {
  if (process.env.CI === 'true' || NEEDS[need]()) return;
  process.stderr.write(`skipped, for want of ${need}: ${context.task.name}\n`);
  context.skip(`needs ${need}`);
}

function works(program: string, ...words: readonly string[]): boolean {
  try {
    execFileSync(program, words, {stdio: 'ignore'});
    return true;
  } catch {
    return false;
  }
}
