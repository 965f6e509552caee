import type {Granted} from '../broker/protocol.ts';
import type {Access} from '../plugin.ts';

/** A service that is yours alone until it is released. What was released can no longer be used: there is nothing left of it to call. */
export interface Lease extends Access, AsyncDisposable {
  /** Name of what was leased, for messages. */
  readonly resource: string;
  /** How it was made, when there is more than one way: `overlay`, `copy`. */
  readonly rung?: string;
  /**
   * Gives it back. When this resolves, its connections are closed and new ones refused; it is destroyed behind your back.
   * A second call does nothing.
   */
  release(): Promise<Released>;
  /** Ends your use of it, but leaves it for a person to look at, for an hour at most. */
  keep(): Promise<Kept>;
}

export interface Released {
  readonly state: 'released';
  readonly resource: string;
}

export interface Kept {
  readonly state: 'kept';
  readonly resource: string;
  readonly url: string;
}

/** @param giveBack tells the broker */
export function leaseOf({access, resource, rung}: Granted, giveBack: (keep: boolean) => Promise<void>): Lease {
  let ended: Promise<void> | undefined;
  const end = (keep: boolean): Promise<void> => (ended ??= giveBack(keep));
  return {
    ...access,
    resource,
    ...(rung !== undefined && {rung}),
    async release() {
      await end(false);
      return {state: 'released', resource};
    },
    async keep() {
      await end(true);
      return {state: 'kept', resource, url: access.url};
    },
    async [Symbol.asyncDispose]() {
      await end(false);
    },
  };
}
