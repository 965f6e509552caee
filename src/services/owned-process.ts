import {type ChildProcess, spawn} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {closeSync, openSync, readFileSync} from 'node:fs';
import {type Ledger, livingOf, PROCESS_MARK} from './ledger.ts';
import {identityOf} from './process-identity.ts';
import type {ServerUser} from './server-user.ts';

export interface ProcessOrder {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly user?: ServerUser | undefined;
  /** Gets both output streams, appended. */
  readonly log: string;
}

/** How a process ended: `exit code 1`, `SIGKILL`, `cannot be started: ...`. */
export type ProcessEnd = string;

/** How long a process may take from a polite signal to its end, ms. */
const POLITE_MS = 3000;

/** A process of the broker, the first of a session of its own; whatever it starts ends with it. */
export class OwnedProcess {
  readonly pid: number;
  readonly startedAt = Date.now();
  readonly log: string;
  readonly ended: Promise<ProcessEnd>;
  end: ProcessEnd | undefined;
  readonly #child: ChildProcess;
  readonly #ledger: Ledger;
  readonly #entry: number;
  readonly #mark: string;

  constructor({program, args, env, directory, user, log}: ProcessOrder, ledger: Ledger) {
    this.#ledger = ledger;
    this.#mark = randomUUID();
    this.log = log;
    this.#entry = ledger.note({kind: 'process', mark: this.#mark});
    const output = openSync(log, 'a', 0o600);
    this.#child = spawn(program, args, {
      cwd: directory,
      env: {...env, [PROCESS_MARK]: this.#mark},
      stdio: ['ignore', output, output],
      detached: true,
      ...(user !== undefined && {uid: user.uid, gid: user.gid}),
    });
    closeSync(output);
    this.pid = this.#child.pid ?? 0;
    const identity = this.pid === 0 ? undefined : identityOf(this.pid);
    ledger.change(this.#entry, {kind: 'process', mark: this.#mark, ...identity});
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(`cannot be started: ${error.message}`));
      this.#child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    void this.ended.then((end) => {
      this.end = end;
    });
  }

  /** Ends it and all that it started. `signal`: what makes this program end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', patienceMs = POLITE_MS): Promise<void> {
    if (this.end === undefined) {
      this.#child.kill(signal);
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs);
      await this.ended;
      clearTimeout(timer);
    }
    await endAll(() => livingOf({kind: 'process', mark: this.#mark, pid: this.pid}));
    this.#ledger.strike(this.#entry);
  }

  /** Last lines of its output. */
  tail(lines = 5): string {
    return readFileSync(this.log, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  }
}

/** Kills what is listed until nothing is. They are not our children: nobody tells us when they end. */
export async function endAll(living: () => readonly {readonly pid: number}[]): Promise<void> {
  for (let round = 0; round < 200; round++) {
    const left = living();
    if (left.length === 0) return;
    for (const {pid} of left) kill(pid);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it ended by itself
  }
}
