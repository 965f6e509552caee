import {closeSync, openSync, readdirSync, readSync} from 'node:fs';
import type {Usage} from '../record/events.ts';

/** Sums over all children that were waited for, since the start of this process; for storage also its own. */
export interface Totals {
  /** ms. */
  readonly cpuMs: number;
  /** Bytes; undefined where the platform does not tell. */
  readonly read: number | undefined;
  readonly written: number | undefined;
}

/** Memory of a process and of everything below it, bytes; undefined when it is gone. */
export type MemoryOf = (pid: number) => number | undefined;

export interface MeterSources {
  /** Undefined where the platform does not tell. */
  readonly totals: () => Totals | undefined;
  readonly memoryOf: MemoryOf;
}

/** How often memory is looked at, ms. */
const SAMPLE_MS = 200;
/** Sums that were read so long ago, ms, are still those of now: a read for each of many short commands, and not two. */
const STALE_MS = 5;

/**
 * What children take of the machine. Node does not say it of a single child, but the kernel adds a child's share to sums of its parent
 * when the parent waits for it: the difference is the child's. Children that the event loop takes together share one difference.
 */
export class ProcessMeter {
  readonly #sources: MeterSources;
  readonly #running = new Map<number, {readonly since: number; peak: number | undefined}>();
  #batch: {readonly ms: number; readonly peak: number | undefined; readonly resolve: (usage: Usage) => void}[] = [];
  #before: Totals | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(sources: MeterSources) {
    this.#sources = sources;
  }

  /** A child was started. */
  started(pid: number): void {
    const now = performance.now();
    // what else was waited for until now is nobody's
    if (this.#running.size === 0 && this.#batch.length === 0 && now - this.#readAt > STALE_MS) this.#read(now);
    this.#running.set(pid, {since: now, peak: undefined});
    this.#timer ??= setInterval(() => this.#sample(), SAMPLE_MS).unref();
  }

  /** To be called when a child's end is told; resolves in the next turn of the event loop at the latest. */
  ended(pid: number): Promise<Usage> {
    const child = this.#running.get(pid);
    this.#running.delete(pid);
    return new Promise((resolve) => {
      const ms = child === undefined ? 0 : performance.now() - child.since;
      this.#batch.push({ms, peak: child?.peak, resolve});
      // nobody is left who could have been waited for in the same turn
      if (this.#running.size === 0) this.#settle();
      else if (this.#batch.length === 1) setImmediate(() => this.#settle());
    });
  }

  #read(at: number): Totals | undefined {
    this.#readAt = at;
    this.#before = this.#sources.totals();
    return this.#before;
  }

  #settle(): void {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    const before = this.#before;
    const now = this.#read(performance.now());
    const whole = batch.reduce((sum, {ms}) => sum + ms, 0);
    for (const {ms, peak, resolve} of batch) {
      const part = batch.length === 1 || whole === 0 ? 1 / batch.length : ms / whole;
      resolve({
        ...(now !== undefined && before !== undefined && differenceOf(before, now, part)),
        ...(batch.length > 1 && {shared: true}),
        ...(peak !== undefined && {peakMemoryBytes: peak}),
      });
    }
  }

  /** Stops when there is nothing to look at: a timer a command would be a good part of what a short one costs. */
  #sample(): void {
    if (this.#running.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    for (const [pid, child] of this.#running) {
      const bytes = this.#sources.memoryOf(pid);
      if (bytes !== undefined) child.peak = Math.max(child.peak ?? 0, bytes);
    }
  }
}

function differenceOf(before: Totals, now: Totals, part: number): Usage {
  const of = (from: number | undefined, to: number | undefined): number | undefined =>
    from === undefined || to === undefined ? undefined : Math.max(0, Math.round((to - from) * part));
  const readBytes = of(before.read, now.read);
  const writtenBytes = of(before.written, now.written);
  return {
    cpuMs: of(before.cpuMs, now.cpuMs) ?? 0,
    ...(readBytes !== undefined && {readBytes}),
    ...(writtenBytes !== undefined && {writtenBytes}),
  };
}

/** The kernel's own; everything is unknown where there is no /proc. */
export function systemSources(): MeterSources {
  const stat = new ProcFile('/proc/self/stat');
  const io = new ProcFile('/proc/self/io');
  return {
    totals: () => {
      const ticks = childTicks(stat.text());
      if (ticks === undefined) return undefined;
      const text = io.text();
      // both sums hold what this process did itself, in blocks of 512 bytes; getrusage(2)
      const own = text === undefined ? undefined : process.resourceUsage();
      const bytes = (name: string, blocks: number | undefined): number | undefined => {
        const found = text === undefined ? undefined : new RegExp(`^${name}: (\\d+)`, 'm').exec(text)?.[1];
        return found === undefined || blocks === undefined ? undefined : Number(found) - blocks * 512;
      };
      return {
        // 100 ticks a second on every Linux that Node runs on
        cpuMs: ticks * 10,
        read: bytes('read_bytes', own?.fsRead),
        written: bytes('write_bytes', own?.fsWrite),
      };
    },
    memoryOf: treeMemory,
  };
}

/** Resident memory of a process and of its descendants; the most that one of them ever had, when that is more. */
function treeMemory(pid: number): number | undefined {
  let sum = 0;
  let largest = 0;
  let found = false;
  const pids = [pid];
  for (let at = 0; at < pids.length && at < 1000; at++) {
    const status = readOnce(`/proc/${pids[at]}/status`);
    if (status === undefined) continue;
    found = true;
    sum += kilobytes(status, 'VmRSS');
    largest = Math.max(largest, kilobytes(status, 'VmHWM'));
    for (const thread of threadsOf(pids[at] ?? 0, status))
      for (const child of readOnce(`${thread}/children`)?.split(' ') ?? []) if (child !== '') pids.push(Number(child));
  }
  return found && sum > 0 ? Math.max(sum, largest) * 1024 : undefined;
}

/** Any thread may have started processes, which are the children of that thread alone. */
function threadsOf(pid: number, status: string): readonly string[] {
  const folder = `/proc/${pid}/task`;
  if (/^Threads:\s+1$/m.test(status)) return [`${folder}/${pid}`];
  try {
    return readdirSync(folder).map((thread) => `${folder}/${thread}`);
  } catch {
    return [];
  }
}

function kilobytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
}

/** A file of the kernel that is read again and again. */
class ProcFile {
  readonly #buffer = Buffer.alloc(1024);
  readonly #descriptor: number | undefined;

  constructor(path: string) {
    this.#descriptor = opened(path);
  }

  text(): string | undefined {
    if (this.#descriptor === undefined) return undefined;
    try {
      return this.#buffer.toString('latin1', 0, readSync(this.#descriptor, this.#buffer, 0, 1024, 0));
    } catch {
      return undefined;
    }
  }
}

/** cutime and cstime of proc(5), the 16th and 17th field; the second, the name of the program, may hold spaces and brackets. */
function childTicks(stat: string | undefined): number | undefined {
  if (stat === undefined) return undefined;
  const [, user, system] = /^(?: \S+){13} (\d+) (\d+)/.exec(stat.slice(stat.lastIndexOf(')') + 1)) ?? [];
  return user === undefined ? undefined : Number(user) + Number(system);
}

function opened(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch {
    return undefined;
  }
}

function readOnce(path: string): string | undefined {
  const descriptor = opened(path);
  if (descriptor === undefined) return undefined;
  const buffer = Buffer.alloc(4096);
  try {
    return buffer.toString('latin1', 0, readSync(descriptor, buffer, 0, buffer.length, 0));
  } catch {
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}
