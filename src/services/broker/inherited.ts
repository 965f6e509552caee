import {closeSync, fstatSync, readdirSync} from 'node:fs';

/** Node closes the descriptors up to this one, and those behind it without a gap, in the processes that it starts: uv_disable_stdio_inheritance. */
const CLOSED_BY_NODE = 15;

/**
 * Closes files that whoever started the client had open, such as the lock file of `flock`: the broker would hold them for minutes.
 * To be called before anything is opened.
 */
export function closeInherited(): void {
  for (const name of readdirSync('/proc/self/fd')) {
    const descriptor = Number(name);
    if (descriptor > CLOSED_BY_NODE && isFile(descriptor)) closeSync(descriptor);
  }
}

function isFile(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFile();
  } catch {
    return false;
  }
}
