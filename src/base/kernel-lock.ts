import {mkdirSync} from 'node:fs';
import {dirname} from 'node:path';

/** SQLITE_BUSY; sqlite.org/rescode.html */
const BUSY = 5;
const POLL_MS = 20;

/** That one process of this machine has something for itself: an open exclusive transaction on a small SQLite file. The kernel frees it with the process. */
export class KernelLock {
  readonly #release: () => void;

  private constructor(release: () => void) {
    this.#release = release;
  }

  /**
   * Waits until nobody else has it. `onWait` is called once, when there is something to wait for.
   * @returns undefined when `isStopped` said so first
   * @throws what SQLite throws when the file cannot be made
   */
  static async take(path: string, onWait: () => void, isStopped: () => boolean): Promise<KernelLock | undefined> {
    for (let waited = false; ; waited = true) {
      const lock = KernelLock.tryTake(path);
      if (lock !== undefined) return lock;
      if (!waited) onWait();
      if (isStopped()) return undefined;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  release(): void {
    this.#release();
  }

  /** @returns undefined when somebody else has it */
  static tryTake(path: string): KernelLock | undefined {
    const {DatabaseSync} = process.getBuiltinModule('node:sqlite');
    const open = () => new DatabaseSync(path, {timeout: 0});
    let database: InstanceType<typeof DatabaseSync>;
    try {
      database = open();
    } catch {
      mkdirSync(dirname(path), {recursive: true});
      database = open();
    }
    try {
      database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
      let held = true;
      return new KernelLock(() => {
        if (held) database.close();
        held = false;
      });
    } catch (error) {
      database.close();
      if (((error as {errcode?: number}).errcode ?? 0) % 256 === BUSY) return undefined;
      throw error;
    }
  }
}
