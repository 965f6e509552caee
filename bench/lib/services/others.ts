import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {createClient} from '@redis/client';
import type {Place} from './place.ts';
import {timed, timedCold} from './rounds.ts';

/** From the request for a Redis to its first answer, ms. `ready`: how many are kept. */
export async function redisLeases(place: Place, rounds: number, ready: number): Promise<number[]> {
  const service = {
    plugin: 'redis',
    args: ['--maxclients', String(1000 + ready)],
    pool: {min: ready, max: Math.max(1, ready)},
  } as const;
  const first = await place.lease(service);
  await first.release();
  if (ready > 0) await place.warm(service, ready);
  await new Promise((resolve) => setTimeout(resolve, 200));
  // the library takes 20 ms to prepare a client, whoever it connects to; a copy of one needs none
  const prototype = createClient({RESP: 2, disableClientInfo: true});
  return (ready === 0 ? timedCold : timed)(rounds, async () => {
    const lease = await place.lease(service);
    const {hostname, port, password} = new URL(lease.url);
    const client = prototype.duplicate({socket: {host: hostname, port: Number(port), tls: false}, password});
    client.on('error', () => {});
    await client.connect();
    await client.ping();
    return async () => {
      client.destroy();
      await lease.release();
    };
  });
}

/** Services that need a second to start, asked for at once; ms until all are there. */
export async function slowStarts(place: Place, count: number, rounds: number): Promise<number[]> {
  const script = join(place.folder, 'slow.mjs');
  writeFileSync(
    script,
    `import {createServer} from 'node:net';\nsetTimeout(() => createServer().listen(Number(process.env.PORT), '127.0.0.1'), 1000 - performance.now());\n`,
  );
  return timed(rounds, async (round) => {
    const leases = await Promise.all(
      Array.from({length: count}, (_, number) =>
        place.lease({
          plugin: 'process',
          name: `slow-${round}-${number}`,
          binary: process.execPath,
          args: [script, String(round), String(number)],
          pool: {min: 1, max: 1},
        }),
      ),
    );
    return () => Promise.all(leases.map((lease) => lease.release()));
  });
}
