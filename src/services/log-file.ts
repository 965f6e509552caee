import {
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statfsSync,
  statSync,
  truncateSync,
} from 'node:fs';
import {dirname, join} from 'node:path';

/** What is longer is emptied: a server that says too much must not fill the machine's memory, bytes. */
const MOST = 64 * 1024 * 1024;
/** Of a file system that is small. */
const MOST_OF_ALL = 1 / 16;
const LOOK_MS = 200;
const END = 1024 * 1024;

/** Empties a log that others append to whenever it has grown too long. @returns ends that */
export function boundLog(path: string, most = roomFor(path)): () => void {
  const timer = setInterval(() => cut(path, most), LOOK_MS).unref();
  return () => {
    clearInterval(timer);
    cut(path, most);
  };
}

/** How long a log may become where it lies, bytes. */
function roomFor(path: string): number {
  const {blocks, bsize} = statfsSync(dirname(path));
  return Math.min(MOST, Math.floor(blocks * bsize * MOST_OF_ALL));
}

function cut(path: string, most: number): void {
  try {
    if (statSync(path).size > most) truncateSync(path, 0);
  } catch {
    // there is none any more
  }
}

/** The last part of a file as text, at most `bytes` of it; '' when there is none. */
export function endOfFile(path: string, bytes = END): string {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return '';
  }
  try {
    const {size} = fstatSync(file);
    const buffer = Buffer.alloc(Math.min(size, bytes));
    const read = readSync(file, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8', 0, read);
  } finally {
    closeSync(file);
  }
}

/** Leaves the newest logs of a folder, of servers that are gone. */
export function pruneLogs(folder: string, keep: number): void {
  const logs = readdirSync(folder).map((name) => join(folder, name));
  const newestFirst = logs
    .map((path) => ({path, time: statSync(path).mtimeMs}))
    .sort((one, other) => other.time - one.time);
  for (const {path} of newestFirst.slice(keep)) rmSync(path, {force: true});
}
