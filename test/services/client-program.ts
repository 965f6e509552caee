// A client that tests start and kill: one JSON text a line on its standard input, one line of answer each.
import {createInterface} from 'node:readline';
import {PacelineError} from '../../src/base/error.ts';
import type {Service} from '../../src/project/service.ts';
import type {Lease} from '../../src/services/client/lease.ts';
import {ServicesClient} from '../../src/services/client/services-client.ts';

interface Order {
  readonly acquire?: Service;
  readonly ttlMs?: number;
  /** Ends the use of the last one. */
  readonly end?: 'release' | 'keep';
}

let client: ServicesClient | undefined;
const leases: Lease[] = [];

for await (const line of createInterface({input: process.stdin})) {
  console.log(await carriedOut(JSON.parse(line) as Order));
}

async function carriedOut({acquire, ttlMs, end}: Order): Promise<string> {
  try {
    if (acquire !== undefined) {
      client ??= new ServicesClient(process.env);
      const lease = await client.acquire(acquire, {label: 'a test', ...(ttlMs !== undefined && {ttlMs})});
      leases.push(lease);
      return lease.url;
    }
    await leases.pop()?.[end ?? 'release']();
    return 'done';
  } catch (error) {
    return error instanceof PacelineError ? `${error.code}: ${error.message}` : String(error);
  }
}
