import {randomUUID} from 'node:crypto';
import {Client} from 'pg';
import type {Lease} from '../../../src/services.ts';
import type {Place} from './place.ts';
import {timed, timedCold} from './rounds.ts';

const POOL = {min: 4, max: 8};

/** Connects and asks for something. */
export async function firstQuery(url: string): Promise<Client> {
  const client = new Client({connectionString: url});
  await client.connect();
  await client.query('SELECT count(*) FROM t0');
  return client;
}

/** From the request for a database to the answer of the first query, ms. */
export async function databaseLeases(place: Place, rounds: number): Promise<number[]> {
  const service = {plugin: 'postgres', init: {sql: [place.sql]}, pool: POOL} as const;
  await place.warm(service, POOL.min);
  return timed(rounds, async () => {
    const lease = await place.lease(service);
    const client = await firstQuery(lease.url);
    return () => ended(client, lease);
  });
}

/** Tests one behind the other, each with a database of its own: lease, query, change, give back; ms of each. */
export async function testDatabases(place: Place, tests: number): Promise<number[]> {
  const service = {plugin: 'postgres', init: {sql: [place.sql]}, pool: POOL} as const;
  await place.warm(service, POOL.max);
  const times: number[] = [];
  for (let number = 0; number < tests; number++) {
    const start = performance.now();
    const lease = await place.lease(service);
    const client = await firstQuery(lease.url);
    await client.query("INSERT INTO t0 (name) VALUES ('two')");
    await ended(client, lease);
    times.push(performance.now() - start);
  }
  return times;
}

/** The same by hand, with a clone of a template: CREATE DATABASE ... TEMPLATE, connect, query. */
export async function plainClones(place: Place, rounds: number): Promise<number[]> {
  const lease = await place.lease({
    plugin: 'postgres',
    level: 'cluster',
    init: {sql: [place.sql]},
    pool: {min: 0, max: 1},
  });
  const admin = new Client({connectionString: lease.url});
  await admin.connect();
  const template = `template_${randomUUID().slice(0, 8)}`;
  const source = new URL(lease.url).pathname.slice(1);
  const other = new Client({connectionString: withDatabase(lease.url, 'template1')});
  await admin.end();
  await other.connect();
  await other.query(`CREATE DATABASE ${template} TEMPLATE ${source}`);
  const times = await timed(rounds, async (round) => {
    const name = `clone_${round}`;
    await other.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
    const client = await firstQuery(withDatabase(lease.url, name));
    return async () => {
      await client.end();
      await other.query(`DROP DATABASE ${name} WITH (FORCE)`);
    };
  });
  await other.end();
  await lease.release();
  return times;
}

/** Several users, each holding its database for a while; how long each had to wait for the first answer, ms. */
export async function crowd(
  place: Place,
  {clients, holdMs, rounds}: {clients: number; holdMs: number; rounds: number},
): Promise<number[]> {
  const service = {plugin: 'postgres', init: {sql: [place.sql]}, pool: {min: 8, max: 8}} as const;
  await place.warm(service, 8);
  const times: number[] = [];
  const user = async (): Promise<void> => {
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      const lease = await place.lease(service);
      const client = await firstQuery(lease.url);
      times.push(performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, holdMs));
      await ended(client, lease);
    }
  };
  await Promise.all(Array.from({length: clients}, user));
  return times;
}

/** A server of one's own; `ready`: kept in the pool. */
export async function clusterLeases(
  place: Place,
  rounds: number,
  ready: number,
): Promise<{readonly times: number[]; readonly rung: string}> {
  const service = {
    plugin: 'postgres',
    level: 'cluster',
    init: {sql: [place.sql]},
    // with another setting it is another service, with a pool of its own
    args: ['-c', `track_activity_query_size=${1024 + ready}`],
    pool: {min: ready, max: Math.max(1, ready)},
  } as const;
  // the template is made once
  const first = await place.lease(service);
  const {rung = ''} = first;
  await first.release();
  if (ready > 0) await place.warm(service, ready);
  const measure = ready === 0 ? timedCold : timed;
  const times = await measure(rounds, async () => {
    const lease = await place.lease(service);
    const client = await firstQuery(lease.url);
    return async () => {
      await ended(client, lease);
      if (ready > 0) await new Promise((resolve) => setTimeout(resolve, 150));
    };
  });
  return {times, rung};
}

async function ended(client: Client, lease: Lease): Promise<void> {
  await client.end();
  await lease.release();
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
