import {type ChildProcess, spawn} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {closeSync, openSync, rmSync} from 'node:fs';
import {processIdentity, processStat} from '../base/living-process.ts';
import {type KilledError, killedBy} from './killed.ts';
import {type Ledger, livingOf, type OwnedProcesses, PROCESS_MARK} from './ledger.ts';
import {boundLog, endOfFile} from './log-file.ts';
import type {ServerUser} from './server-user.ts';
import {sharedFilesOf} from './shared-memory.ts';

export interface ProcessOrder {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly user?: ServerUser | undefined;
  /** Gets both output streams, appended, and is cut when it grows too long. */
  readonly log: string;
}

/** How a process ended: `exit code 1`, `SIGKILL`, `cannot be started: ...`. */
export type ProcessEnd = string;

/** How long a process may take from a polite signal to its end, ms. */
const POLITE_MS = 3000;
const MOST_ROUNDS = 400;

/** A process of the broker, the first of a session of its own; whatever it starts ends with it. */
export class OwnedProcess {
  readonly pid: number;
  readonly startedAt = Date.now();
  readonly log: string;
  readonly ended: Promise<ProcessEnd>;
  end: ProcessEnd | undefined;
  /** Undefined when it runs, ended by itself, or was ended by us. */
  killed: KilledError | undefined;
  readonly #child: ChildProcess;
  readonly #ledger: Ledger;
  readonly #entry: number;
  readonly #traces: OwnedProcesses;
  #stopping: Promise<void> | undefined;

  /** @throws what the system says when there can be no such process; nothing is left then */
  constructor(order: ProcessOrder, ledger: Ledger) {
    const {log} = order;
    const known: OwnedProcesses = {kind: 'process', mark: randomUUID(), log};
    this.#ledger = ledger;
    this.log = log;
    this.#entry = ledger.note(known);
    try {
      this.#child = spawnMarked(order, known.mark);
    } catch (error) {
      ledger.strike(this.#entry);
      throw error;
    }
    this.pid = this.#child.pid ?? 0;
    const first = processIdentity(this.pid);
    this.#traces = first.started === '' ? known : {...known, first};
    ledger.change(this.#entry, this.#traces);
    const stopCutting = boundLog(log);
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(`cannot be started: ${error.message}`));
      this.#child.once('exit', (code, signal) => {
        if (this.#stopping === undefined) this.killed = killedBy(signal);
        resolve(signal ?? `exit code ${code}`);
      });
    });
    void this.ended.then((end) => {
      this.end = end;
      stopCutting();
    });
  }

  /** Asks the system: it may have ended before anybody was told. */
  get isRunning(): boolean {
    return this.end === undefined && this.pid > 0 && processStat(this.pid) !== undefined;
  }

  /**
   * Ends it and all that it started; a second call waits for the first.
   * @param signal what makes this program end
   * @throws when some of it does not end; it stays in the ledger then
   */
  stop(signal: NodeJS.Signals = 'SIGTERM', patienceMs = POLITE_MS): Promise<void> {
    this.#stopping ??= this.#stop(signal, patienceMs).catch((error: unknown) => {
      this.#stopping = undefined;
      throw error;
    });
    return this.#stopping;
  }

  async #stop(signal: NodeJS.Signals, patienceMs: number): Promise<void> {
    if (this.end === undefined) {
      this.#child.kill(signal);
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs);
      await this.ended;
      clearTimeout(timer);
    }
    // others of ours may write to the same log
    const {log: _, ...own} = this.#traces;
    await endAll(() => livingOf(own));
    this.#ledger.strike(this.#entry);
  }

  /** Last lines of its output. */
  tail(lines = 15): string {
    return endOfFile(this.log).trimEnd().split('\n').slice(-lines).join('\n');
  }
}

function spawnMarked({program, args, env, directory, user, log}: ProcessOrder, mark: string): ChildProcess {
  const output = openSync(log, 'a', 0o600);
  try {
    return spawn(program, args, {
      cwd: directory,
      env: {...env, [PROCESS_MARK]: mark},
      stdio: ['ignore', output, output],
      detached: true,
      ...(user !== undefined && {uid: user.uid, gid: user.gid}),
    });
  } finally {
    closeSync(output);
  }
}

/**
 * Kills what is listed until nothing is, and removes the memory that it shared. They are not our children: nobody tells us when they end.
 * @throws when some of them do not end
 */
export async function endAll(living: () => readonly {readonly pid: number}[]): Promise<void> {
  const shared = new Set<string>();
  for (let round = 0; ; round++) {
    const left = living();
    if (left.length === 0) break;
    if (round === MOST_ROUNDS) throw new Error(`processes ${left.map(({pid}) => pid).join(', ')} cannot be ended`);
    for (const {pid} of left) {
      for (const path of sharedFilesOf(pid)) shared.add(path);
      kill(pid);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  for (const path of shared) rmSync(path, {force: true});
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it ended by itself
  }
}
