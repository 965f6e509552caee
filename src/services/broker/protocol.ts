import type {Service} from '../../project/service.ts';
import type {Access, ServerState} from '../plugin.ts';
import type {Gauges} from '../pool/gauges.ts';
import type {Owner} from '../pool/held.ts';
import type {Quarantined} from '../pool/quarantine.ts';
import type {ErrorReply} from './errors.ts';

/** A service as a client wants it. */
export interface Wanted {
  readonly service: Service;
  /** Digest of everything that makes it what it is: the same for all who may share its pool. */
  readonly identity: string;
  /** Environment of its shell lines, where it has some. */
  readonly env?: Readonly<Record<string, string>>;
  /** What must be ready before; it gets their variables. */
  readonly needs: readonly Wanted[];
}

/** What a client asks for; one JSON text a line, both ways. */
export type Request =
  | {
      readonly kind: 'acquire';
      readonly wanted: Wanted;
      readonly owner: Owner;
      /** How long to wait when all are in use, ms. */
      readonly waitMs: number;
      /** How long the lease holds without a sign of life, ms. */
      readonly ttlMs: number;
    }
  | {readonly kind: 'release'; readonly lease: string; readonly keep: boolean}
  | {readonly kind: 'beat'}
  | {readonly kind: 'warm'; readonly wanted: Wanted; readonly count: number}
  | {readonly kind: 'status'}
  | {readonly kind: 'stop'; readonly service?: string}
  /** Gives back what is kept for a person to look at. */
  | {readonly kind: 'end-kept'}
  /** Never answered: the connection is closed when everything is gone. `ifEmpty`: only when there is nothing. */
  | {readonly kind: 'shutdown'; readonly ifEmpty: boolean};

const KINDS: ReadonlySet<string> = new Set<Request['kind']>([
  'acquire',
  'release',
  'beat',
  'warm',
  'status',
  'stop',
  'end-kept',
  'shutdown',
]);

export interface Answers {
  readonly acquire: Granted;
  readonly release: null;
  readonly beat: null;
  readonly warm: null;
  readonly status: Status;
  readonly stop: {readonly stopped: number};
  readonly 'end-kept': {readonly ended: number};
  /** It stays. */
  readonly shutdown: null;
}

export interface Granted {
  readonly lease: string;
  readonly access: Access;
  readonly resource: string;
  readonly rung?: string;
}

/** What the broker has, for people. */
export interface Status {
  readonly pid: number;
  readonly version: string;
  readonly startedAt: number;
  readonly folder: string;
  readonly inMemory: boolean;
  readonly log: string;
  /** Leftovers of a broker that was killed, taken away when this one started. */
  readonly reaped: number;
  readonly pools: readonly PoolStatus[];
}

export interface PoolStatus {
  readonly service: string;
  readonly plugin: string;
  readonly identity: string;
  readonly gauges: Gauges;
  readonly servers: readonly ServerState[];
  readonly leases: readonly LeaseStatus[];
  readonly quarantine: readonly Quarantined[];
}

export interface LeaseStatus {
  readonly lease: string;
  readonly resource: string;
  readonly owner: Owner;
  /** Unix time, ms. */
  readonly since: number;
  /** Its user has left it for a person to look at. */
  readonly kept: boolean;
  /** Of one that is kept. */
  readonly url?: string;
}

export interface Message {
  readonly number: number;
  readonly request: Request;
}

/** @returns false for what cannot come from a client of ours */
export function isMessage(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null) return false;
  const {number, request} = value as Partial<Message>;
  return typeof number === 'number' && typeof request?.kind === 'string' && KINDS.has(request.kind);
}

export type Reply =
  | {readonly number: number; readonly answer: unknown}
  | {
      readonly number: number;
      readonly error: ErrorReply;
    };

/** @returns false for what cannot come from a broker of ours */
export function isReply(value: unknown): value is Reply {
  if (typeof value !== 'object' || value === null) return false;
  const {number, answer, error} = value as {number?: unknown; answer?: unknown; error?: {message?: unknown}};
  return typeof number === 'number' && (answer !== undefined || typeof error?.message === 'string');
}
