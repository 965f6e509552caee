import type {NodeId} from '../plan/plan.ts';

/** What the cache says while a run goes on. */
export interface CacheNotice {
  readonly level: 'info' | 'warning';
  readonly code: string;
  readonly message: string;
  readonly task?: NodeId;
}
