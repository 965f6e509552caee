import type {Service} from '../project/service.ts';

/** How somebody reaches a leased resource. */
export interface Access {
  /** The connection string. */
  readonly url: string;
  /** Variables that clients of this kind of service read: `DATABASE_URL`, `PGHOST`... */
  readonly env: Readonly<Record<string, string>>;
}

/** One clean thing that one user can have: a database, a server, a container. */
export interface Resource {
  readonly id: string;
  /** How it was made, when there is more than one way: `overlay`, `copy`. */
  readonly rung?: string;
  /**
   * Opens it for one user. Until then nobody can connect.
   * @throws when it is no longer there, or no longer clean
   */
  handOut(): Promise<Access>;
  /** Whether what serves it still runs; absent: as long as its source is alive. */
  isAlive?(): boolean;
  /** From now on its connections are refused, and the open ones closed. */
  revoke(): Promise<void>;
  /** Takes it away, with everything that belongs to it. */
  destroy(): Promise<void>;
  /** Makes a used one clean again, and proves it; undefined: a used one is always destroyed. */
  recycle?(): Promise<void>;
}

/** Where resources of one service come from: a server with a template, or nothing but the way to start one. */
export interface Source {
  /** How many may be made at once. */
  readonly width: number;
  /**
   * Makes one and proves that it is clean.
   * @param signal nobody wants it any more: what is being started is ended
   * @throws UncleanError when it differs from what it should be
   */
  make(signal: AbortSignal): Promise<Resource>;
  /** The server that all resources share; undefined when each has its own. */
  readonly servers: () => readonly ServerState[];
  /** Whether resources can still be made; when not, the source is closed and opened anew. */
  readonly isAlive: () => boolean;
  /** Whether what it makes is what the service says by now; when not, users keep what they have, and the next ones get theirs from a new source. Absent: always. */
  readonly isCurrent?: () => boolean;
  close(): Promise<void>;
}

/** A process or container that is ours. */
export interface ServerState {
  readonly id: string;
  readonly name: string;
  /** What runs: `PostgreSQL 15.14`, an image. */
  readonly what: string;
  readonly backend: 'process' | 'docker';
  readonly pid?: number;
  readonly startedAt: number;
  readonly restarts: number;
  readonly logFile?: string;
  readonly memoryBytes?: number;
  readonly cpuMs?: number;
}

/** What a source is made from. */
export interface Opening {
  readonly service: Service;
  /** Digest of everything that makes the service what it is. */
  readonly identity: string;
  /** Environment of its shell lines. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Leases what the service depends on: once for each server that needs it.
   * @param signal nobody wants them any more
   */
  readonly leaseNeeds: (signal?: AbortSignal) => Promise<NeededLeases>;
}

/** Leases of what a server depends on. */
export interface NeededLeases {
  /** Their variables together. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether what was leased still serves; absent: nobody looks. */
  readonly isAlive?: () => boolean;
  release(): Promise<void>;
}

/** A kind of service. */
export interface Plugin {
  open(opening: Opening): Promise<Source>;
}
