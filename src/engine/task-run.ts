import {readSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {PacelineError} from '../base/error.ts';
import type {Lookup} from '../cache/task-cache.ts';
import type {Taken, Ticket} from '../cache/ticket.ts';
import {usedNotice, withheldNotice} from '../cache/withheld.ts';
import type {Task} from '../plan/task.ts';
import type {Condition} from '../project/project.ts';
import type {CommandEnd, Interval, LogRange, RunTime, TaskFinished, TaskStatus} from '../record/events.ts';
import {Attempt, type AttemptEnd, succeeded} from './attempt.ts';
import {conditionFailureOf} from './condition.ts';
import type {EngineOptions} from './engine-options.ts';
import type {LogSlot} from './log-store.ts';
import type {TaskLeases} from './task-services.ts';

export interface TaskResult {
  readonly status: TaskStatus;
}

interface TaskRunOptions
  extends Pick<
    EngineOptions,
    | 'root'
    | 'executor'
    | 'environment'
    | 'logs'
    | 'emit'
    | 'now'
    | 'graceMs'
    | 'profile'
    | 'cache'
    | 'dialect'
    | 'services'
  > {
  readonly extraEnv: Readonly<Record<string, string>>;
  /** When everything that it waits for had ended. */
  readonly freeAt: RunTime;
}

/** One task of one run: its condition, its attempts, its readiness, and how it ended. */
export class TaskRun {
  readonly task: Task;
  /** A persistent task is up: dependents may start. */
  readonly ready: Promise<void>;
  readonly finished: Promise<TaskResult>;
  readonly #options: TaskRunOptions;
  readonly #abort = new AbortController();
  #announceReady: () => void = () => {};
  #announceEnd: (result: TaskResult) => void = () => {};
  readonly #watches: Promise<void>[] = [];
  #attempt: Attempt | undefined;
  #wait: {timer: NodeJS.Timeout; end: () => void} | undefined;
  #stopped: {end: CommandEnd | undefined; forced: boolean} | undefined;
  #isReady = false;
  #slotAt: RunTime | undefined;
  readonly #parts: {lookup?: Interval; restore?: Interval; lease?: Interval; store?: Interval} = {};

  constructor(task: Task, options: TaskRunOptions) {
    this.task = task;
    this.#options = options;
    this.ready = new Promise((resolve) => {
      this.#announceReady = resolve;
    });
    this.finished = new Promise((resolve) => {
      this.#announceEnd = resolve;
    });
  }

  start(): void {
    this.#slotAt = this.#options.now();
    this.#run().catch((error: unknown) => {
      // a fault of ours must not take the other tasks and the record of the run with it
      this.#finish({
        status: 'failed',
        attempts: 0,
        flaky: false,
        reason: `internal error: ${(error as Error).message}`,
      });
    });
  }

  /** `end` undefined: nobody needs the (persistent) task any more. */
  stop(end: CommandEnd | undefined, forced: boolean): void {
    this.#stopped ??= {end, forced};
    this.#attempt?.stop(end ?? {kind: 'signal', signal: 'SIGTERM'}, forced);
    this.#wait?.end();
    // a condition that is still being looked at
    if (this.#attempt === undefined) this.#abort.abort();
  }

  async #run(): Promise<void> {
    const {task} = this;
    const {logs} = this.#options;
    const {condition} = task.phase;
    const unmet = condition === undefined ? undefined : await this.#unmet(condition);
    if (this.#stopped !== undefined)
      return this.#finish({status: 'cancelled', attempts: 0, flaky: false, reason: 'stopped before it ran'});
    if (unmet !== undefined) {
      this.#options.cache?.wasSkipped(task);
      return this.#finish({status: 'skipped', attempts: 0, flaky: false, reason: unmet});
    }
    let slot: LogSlot;
    try {
      slot = logs.take();
    } catch (error) {
      return this.#finish({
        status: 'failed',
        attempts: 0,
        flaky: false,
        reason: `its log cannot be opened: ${(error as Error).message}`,
      });
    }
    const found = await this.#lookup();
    if (found.kind === 'hit') return this.#useResult(found, slot);
    if (found.kind === 'stopped' || this.#stopped !== undefined) {
      if (found.kind === 'miss') found.ticket.failed();
      logs.giveBack(slot, slot.start);
      return this.#finish({status: 'cancelled', attempts: 0, flaky: false, reason: 'stopped before it ran'});
    }
    await this.#runAttempts(slot, found.kind === 'miss' ? this.#begin(found) : undefined);
  }

  #begin({reason, differences, ticket}: Extract<Lookup, {kind: 'miss'}>): Ticket | undefined {
    this.#options.emit({kind: 'cache-missed', time: this.#options.now(), task: this.task.id, reason, differences});
    this.#warnOfUsed();
    try {
      ticket.prepare();
      return ticket;
    } catch (error) {
      this.#cacheFault(error as Error);
      ticket.failed();
      return undefined;
    }
  }

  /** The cache never keeps a task from running. */
  #cacheFault({message: reason}: Error): void {
    const {emit, now} = this.#options;
    const message = `The cache could not be asked about ${this.task.id}: ${reason}.`;
    emit({kind: 'notice', time: now(), level: 'warning', code: 'W_CACHE', message, task: this.task.id});
  }

  /** A variable that the command names and that it will not see is usually forgotten. */
  #warnOfUsed(): void {
    const {environment, emit, now} = this.#options;
    const {task} = this;
    if (!task.commands.some((command) => JSON.stringify(command).includes('$'))) return;
    const message = usedNotice(task, environment.withheldFrom(task), this.#options.dialect);
    if (message !== undefined)
      emit({kind: 'notice', time: now(), level: 'warning', code: 'W_WITHHELD', message, task: task.id});
  }

  async #lookup(): Promise<Lookup> {
    const {cache, now} = this.#options;
    if (cache === undefined) return {kind: 'off'};
    const start = now();
    try {
      const found = await cache.lookup(this.task, () => this.#stopped !== undefined);
      if (found.kind !== 'off') this.#parts.lookup = {start, end: now()};
      return found;
    } catch (error) {
      this.#cacheFault(error as Error);
      return {kind: 'off'};
    }
  }

  /** What the task printed when it ran is printed again. */
  #useResult({how, log, savedMs, outputs, logDigest, restore}: Extract<Lookup, {kind: 'hit'}>, slot: LogSlot): void {
    const {logs} = this.#options;
    const {lookup} = this.#parts;
    if (restore !== undefined && lookup !== undefined) {
      this.#parts.restore = restore;
      this.#parts.lookup = {start: lookup.start, end: restore.start};
    }
    try {
      for (let at = 0; at < log.length; ) at += writeSync(slot.descriptor, log, at);
    } catch {
      // a full disk: the outputs are in place, and that is what counts
    }
    const range = logs.range(slot);
    logs.giveBack(slot, range.end);
    this.#finish({
      status: 'cached',
      attempts: 0,
      flaky: false,
      reason: how,
      ...(savedMs > 0 && {savedMs}),
      ...(range.end > range.start && {log: range}),
      ...(outputs !== undefined && {outputs}),
      ...(logDigest !== undefined && {logDigest}),
    });
  }

  async #runAttempts(slot: LogSlot, ticket: Ticket | undefined): Promise<void> {
    const {task} = this;
    const {logs} = this.#options;
    const began = performance.now();
    this.#options.services?.warm();
    const tries = task.phase.requiresApproval ? 1 : task.phase.limits.retries + 1;
    for (let attempt = 1; ; attempt++) {
      const result = await this.#runAttempt(attempt, slot);
      const log = logs.range(slot);
      const isLast = succeeded(result.end) || attempt >= tries || this.#stopped !== undefined;
      if (!isLast) {
        await this.#waitForRetry(attempt, result.end);
        ticket?.again();
      }
      if (isLast || this.#stopped !== undefined) {
        const isRight = succeeded(result.end);
        const success = {
          durationMs: performance.now() - began,
          log: () => bytesOf(slot.descriptor, log),
          flaky: attempt > 1,
        };
        const {problem, ...taken} = await this.#settle(isRight ? success : undefined, ticket);
        if (!task.phase.persistent) logs.giveBack(slot, log.end);
        this.#abort.abort();
        // a probe that is under way ends with its server
        if (this.#watches.length > 0) await Promise.all(this.#watches);
        const outcome = {...this.#outcome(result, attempt, log), ...taken};
        return this.#finish(problem === undefined ? outcome : {...outcome, status: 'failed', reason: problem});
      }
    }
  }

  /** Tells the cache how the task ended; returns why it counts as failed although it succeeded, or what was stored. */
  async #settle(
    success: Parameters<Ticket['succeeded']>[0] | undefined,
    ticket: Ticket | undefined,
  ): Promise<{readonly problem?: string} & Taken> {
    const {cache, environment, emit, now, root, dialect} = this.#options;
    if (success === undefined && cache !== undefined) {
      const message = withheldNotice(this.task, environment.withheldFrom(this.task), {root, dialect});
      if (message !== undefined)
        emit({kind: 'notice', time: now(), level: 'warning', code: 'W_WITHHELD', message, task: this.task.id});
    }
    if (ticket === undefined) cache?.hasRun(this.task, success !== undefined);
    else if (success === undefined) ticket.failed();
    else {
      const start = now();
      try {
        return await ticket.succeeded(success);
      } catch (error) {
        if (error instanceof PacelineError)
          return {problem: `${error.message}${error.hint === undefined ? '' : ` ${error.hint}`}`};
        throw error;
      } finally {
        this.#parts.store = {start, end: now()};
      }
    }
    return {};
  }

  #unmet(condition: Condition): Promise<string | undefined> {
    const {root, environment, profile, extraEnv} = this.#options;
    const folder = join(root, this.task.workspace.directory);
    return conditionFailureOf(condition, {
      folder,
      env: environment.forTask(this.task, extraEnv),
      signal: this.#abort.signal,
      ...(profile === undefined ? {} : {profile}),
    });
  }

  async #runAttempt(attempt: number, slot: LogSlot): Promise<AttemptEnd> {
    const {task} = this;
    const {emit, now} = this.#options;
    // nothing is written yet at the first attempt: no need to ask the disk
    const log = attempt === 1 ? {file: slot.file, start: slot.start, end: slot.start} : this.#options.logs.range(slot);
    emit({kind: 'task-started', time: now(), task: task.id, attempt, log});
    const leases = await this.#lease();
    if (leases.kind === 'failed') return {end: {kind: 'unstartable', reason: leases.reason}, line: '', leftovers: 0};
    const extraEnv = {...this.#options.extraEnv, ...leases.env};
    this.#attempt = new Attempt({...this.#options, extraEnv, task, attempt, slot});
    if (this.#stopped !== undefined)
      this.#attempt.stop(this.#stopped.end ?? {kind: 'signal', signal: 'SIGTERM'}, false);
    const running = this.#attempt.run();
    if (task.phase.persistent) this.#watchReadiness(this.#attempt, slot, log.end);
    const result = await running;
    this.#attempt = undefined;
    await leases.release();
    if (result.leftovers > 0 && this.#stopped === undefined) {
      const message = `${task.id} left ${result.leftovers} process${result.leftovers === 1 ? '' : 'es'} running; ended.`;
      emit({kind: 'notice', time: now(), level: 'warning', code: 'W_LEFTOVER', message, task: task.id});
    }
    return result;
  }

  /** Each attempt gets its own: what the one before it did to them is gone. */
  async #lease(): Promise<
    ({readonly kind: 'leased'} & TaskLeases) | {readonly kind: 'failed'; readonly reason: string}
  > {
    const {services, now} = this.#options;
    if (services === undefined || this.task.phase.services.length === 0)
      return {kind: 'leased', env: {}, release: async () => {}};
    const start = now();
    const leasing = services.lease(this.task);
    const {signal} = this.#abort;
    const stopped = new Promise<undefined>((resolve) => {
      signal.addEventListener('abort', () => resolve(undefined), {once: true});
    });
    try {
      const leases = signal.aborted ? undefined : await Promise.race([leasing, stopped]);
      if (leases !== undefined) return {kind: 'leased', ...leases};
      // what comes too late is given back
      void leasing.then((late) => late.release()).catch(() => {});
      return {kind: 'failed', reason: 'stopped before it ran'};
    } catch (error) {
      return {kind: 'failed', reason: withPlace(error as Error)};
    } finally {
      this.#parts.lease ??= {start, end: now()};
    }
  }

  #watchReadiness(attempt: Attempt, slot: LogSlot, logStart: number): void {
    const watch = this.#becomeReady(attempt, slot, logStart).catch((error: unknown) =>
      attempt.stop({kind: 'unstartable', reason: `cannot see whether it is ready: ${(error as Error).message}`}, false),
    );
    this.#watches.push(watch);
  }

  async #becomeReady(attempt: Attempt, slot: LogSlot, logStart: number): Promise<void> {
    const {emit, now, logs} = this.#options;
    // loaded on use: most pipelines have nothing that is persistent
    const {ready} = await import('./readiness.ts');
    const isReady = await ready(this.task.phase.readyWhen, {
      logPath: join(logs.folder, slot.file),
      logStart,
      env: attempt.variables,
      directory: attempt.directory,
      signal: this.#abort.signal,
    });
    if (!isReady || this.#attempt !== attempt) return;
    this.#isReady = true;
    emit({kind: 'task-ready', time: now(), task: this.task.id});
    this.#announceReady();
  }

  #outcome({end, line}: AttemptEnd, attempts: number, log: LogRange): Omit<TaskFinished, 'kind' | 'time' | 'task'> {
    const {phase} = this.task;
    const base = {attempts, flaky: false, end, log} as const;
    if (phase.persistent && this.#isReady && this.#stopped !== undefined) return {...base, status: 'stopped'};
    if (this.#stopped !== undefined && !succeeded(end)) {
      const of = this.#stopped.end;
      const timedOut = of?.kind === 'timeout';
      return {
        ...base,
        status: 'cancelled',
        reason: timedOut ? 'the time limit of the run was reached' : 'stopped while running',
        line,
      };
    }
    if (phase.persistent && !this.#isReady)
      return {
        ...base,
        status: 'failed',
        reason: end.kind === 'unstartable' ? end.reason : 'it ended before it was ready',
        line,
      };
    if (succeeded(end)) return {...base, status: 'passed', flaky: attempts > 1};
    return {...base, status: phase.onFailure === 'stop' ? 'failed' : 'tolerated', line};
  }

  /** Ends early when the task is stopped. */
  #waitForRetry(attempt: number, end: CommandEnd): Promise<void> {
    const delayMs = Math.min(this.task.phase.limits.retryDelayMs * 2 ** (attempt - 1), 0x7fffffff);
    this.#options.emit({kind: 'task-retrying', time: this.#options.now(), task: this.task.id, attempt, delayMs, end});
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#wait = undefined;
        resolve();
      };
      const timer = setTimeout(wake, delayMs);
      this.#wait = {timer, end: wake};
    });
  }

  #finish(outcome: Omit<TaskFinished, 'kind' | 'time' | 'task'>): void {
    const {emit, now, freeAt} = this.#options;
    const times = {free: freeAt, ...(this.#slotAt !== undefined && {slot: this.#slotAt}), ...this.#parts};
    const cacheable = this.task.phase.caching.enabled;
    emit({kind: 'task-finished', time: now(), task: this.task.id, ...outcome, times, cacheable});
    this.#announceEnd({status: outcome.status});
  }
}

/** A log of more is not kept. */
const LONGEST_LOG = 64 * 2 ** 20;

function bytesOf(descriptor: number, {start, end}: LogRange): Uint8Array | undefined {
  if (end - start > LONGEST_LOG) return undefined;
  const bytes = Buffer.alloc(end - start);
  let at = 0;
  for (let read = 1; at < bytes.length && read > 0; at += read)
    read = readSync(descriptor, bytes, at, bytes.length - at, start + at);
  return bytes.subarray(0, at);
}

/** The lines of a message behind each other. */
function oneLine(message: string): string {
  return message.split(/\s*\n\s*/).join(' | ');
}

/** For one line: where it is, what is wrong, and what to do about it. */
function withPlace(error: Error): string {
  const {origin, hint} = error instanceof PacelineError ? error : {};
  const place = origin === undefined ? '' : `${origin.file}:${origin.line}:${origin.column} `;
  return `${place}${oneLine(error.message)}${hint === undefined ? '' : `. ${hint}`}`;
}
