import type {Lease} from './lease.ts';
import type {AcquireOptions} from './services-client.ts';

/** How a test leases a service. */
export interface TestLeaseOptions extends Partial<AcquireOptions> {
  /**
   * Leaves what a failed test used for a person to look at, for an hour at most, and prints its URL. Default: false, or what
   * `PACELINE_KEEP_FAILED` says: `1`.
   */
  readonly keepOnFailure?: boolean;
}

/** Gives a lease back when its test has ended, or keeps it. @param say tells the person who looks at the failure */
export async function endTestLease(
  lease: Lease,
  {
    hasFailed,
    keepOnFailure = process.env.PACELINE_KEEP_FAILED === '1',
  }: {readonly hasFailed: boolean; readonly keepOnFailure: boolean | undefined},
  say: (message: string) => void,
): Promise<void> {
  if (!hasFailed || !keepOnFailure) {
    await lease.release();
    return;
  }
  const {resource, url} = await lease.keep();
  say(`${resource} of the failed test is kept for an hour: ${url}`);
}
