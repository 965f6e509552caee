import {chownSync, existsSync, mkdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import type {Home} from './home.ts';
import type {Ledger} from './ledger.ts';
import type {ServerUser} from './server-user.ts';
import {freeSharedMemory} from './shared-memory.ts';
import type {StartLimits} from './start-limits.ts';

/** What a plugin may use of the broker that it works for. */
export interface Host {
  readonly home: Home;
  readonly ledger: Ledger;
  readonly limits: StartLimits;
  /** Whom servers run as; undefined: us. */
  readonly user: ServerUser | undefined;
  /** The broker's own environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Said in the log of the broker. */
  readonly report: (message: string) => void;
}

/** A folder of the broker, noted in its ledger. */
export class OwnedFolder {
  readonly path: string;
  readonly #host: Host;
  readonly #entry: number;

  /**
   * @param name of an empty new folder; another one when that is there already
   * @throws what the system says when it cannot be made; nothing is left then
   */
  constructor(host: Host, name: string) {
    this.#host = host;
    this.path = freePath(join(host.home.servers, name));
    this.#entry = host.ledger.note({kind: 'folder', path: this.path});
    try {
      mkdirSync(this.path, {mode: 0o711});
      this.own(this.path);
    } catch (error) {
      host.ledger.strike(this.#entry);
      throw error;
    }
  }

  /** Gives a path to the user that servers run as. */
  own(path: string): void {
    const {user} = this.#host;
    if (user !== undefined) chownSync(path, user.uid, user.gid);
  }

  /** A folder in it, owned by the same user. */
  make(name: string, mode = 0o700): string {
    const path = join(this.path, name);
    mkdirSync(path, {mode});
    this.own(path);
    return path;
  }

  remove(): void {
    freeSharedMemory(this.path);
    // a process that has just been ended may still be writing into it
    rmSync(this.path, {recursive: true, force: true, maxRetries: 3});
    this.#host.ledger.strike(this.#entry);
  }
}

/** What could not be taken away of a broker before this one is never used again. */
function freePath(path: string): string {
  for (let number = 1; ; number++) {
    const one = number === 1 ? path : `${path}-${number}`;
    if (!existsSync(one)) return one;
  }
}
