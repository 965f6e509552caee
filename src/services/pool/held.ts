import {PacelineError} from '../../base/error.ts';
import type {Access, Resource} from '../plugin.ts';

/** Who has a lease, for people. */
export interface Owner {
  readonly pid: number;
  /** What it is for: a task, a test. */
  readonly label: string;
}

/** What of a pool is handed to one user. */
export interface Held {
  readonly id: string;
  readonly access: Access;
  readonly owner: Owner;
  readonly since: number;
  readonly resource: Resource;
}

/** What is told to whoever waited too long. */
export function exhaustedError(
  name: string,
  {
    held,
    max,
    waitMs,
    now,
  }: {readonly held: readonly Held[]; readonly max: number; readonly waitMs: number; readonly now: number},
): PacelineError {
  const holders = held.map(
    ({owner, since}) => `${owner.label} (process ${owner.pid}) for ${((now - since) / 1000).toFixed(1)} s`,
  );
  const list = holders.length === 0 ? 'nobody has one; they take too long to make' : `held by ${holders.join(', ')}`;
  return new PacelineError(
    'E_POOL_EXHAUSTED',
    `No ${name} became free within ${(waitMs / 1000).toFixed(1)} s: ${held.length} of ${max} are in use, ${list}`,
    {hint: 'Release leases earlier, or allow more: `pool = {max = ...}` of the service, or CONTAINER_POOL_SIZE.'},
  );
}
