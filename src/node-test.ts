// `import {leaseFor} from 'paceline/node-test'`: a clean service for a test of `node --test`.
import type {TestContext} from 'node:test';
import {endTestLease, type TestLeaseOptions} from './services/client/test-lease.ts';
import {type Lease, lease, type ServiceOptions} from './services.ts';

export type {TestLeaseOptions} from './services/client/test-lease.ts';
export type {Lease, ServiceOptions} from './services.ts';

/**
 * Leases a clean service that nobody else has for one test: `const db = await leaseFor(t, 'db')`. It is given back when the test has ended,
 * before hooks that are registered later with `t.after`; so close connections in the test itself.
 * @param wanted its name in make.toml, or all that is to be known of it
 */
export async function leaseFor(
  t: TestContext,
  wanted: string | ServiceOptions,
  {keepOnFailure, ...options}: TestLeaseOptions = {},
): Promise<Lease> {
  const held = await lease(wanted, {label: t.fullName, ...options});
  t.after(() =>
    endTestLease(held, {hasFailed: hasFailed(t), keepOnFailure}, (message) => {
      t.diagnostic(message);
    }),
  );
  return held;
}

/** The declarations of Node do not have it; nodejs.org/api/test.html, context.passed. */
function hasFailed(t: TestContext & {readonly passed?: boolean}): boolean {
  return t.passed === false;
}
