import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {createClient} from '@redis/client';
import {Client} from 'pg';
import {afterEach, expect, test} from 'vitest';
import type {Lease} from '../../src/services/client/lease.ts';
import type {ServicesClient} from '../../src/services/client/services-client.ts';
import {type ServiceOptions, serviceOf} from '../../src/services/service-options.ts';
import {isRunning, kill, untilGone} from '../rig/processes.ts';
import {seededRandom} from '../rig/random.ts';
import {pause, ServicesFolder} from './broker-rig.ts';

/** How often something is killed, of each kind. */
const KILLS = Number(process.env.SERVICE_KILLS ?? 34);
const SEED = Number(process.env.SEED ?? 20_261_121);

/** Answers with how often it was asked. */
const COUNTER =
  "let asked = 0; require('node:http').createServer((_, answer) => answer.end(String(++asked))).listen(process.env.PORT, '127.0.0.1')";

interface Kind {
  readonly name: string;
  readonly service: ServiceOptions;
  /** Leaves a mark. @returns whether there was one before */
  readonly dirty: (lease: Lease) => Promise<boolean>;
}

const pool = {min: 1, max: 3};
const kinds: readonly Kind[] = [
  {
    name: 'redis',
    service: {plugin: 'redis', name: 'cache', directory: '/', pool},
    async dirty({url}) {
      const client = createClient({url, socket: {reconnectStrategy: false}});
      client.on('error', () => {});
      await client.connect();
      try {
        const size = await client.dbSize();
        await client.set('mark', '1');
        return size > 0;
      } finally {
        client.destroy();
      }
    },
  },
  {
    name: 'process',
    service: {plugin: 'process', name: 'api', directory: '/', binary: process.execPath, args: ['-e', COUNTER], pool},
    async dirty({url}) {
      const answer = await fetch(url, {signal: AbortSignal.timeout(5000)});
      return (await answer.text()) !== '1';
    },
  },
  {
    name: 'postgres',
    service: {plugin: 'postgres', name: 'db', directory: '/', pool},
    async dirty({url}) {
      const client = new Client({connectionString: url});
      client.on('error', () => {});
      await client.connect();
      try {
        const {rows} = await client.query("SELECT to_regclass('mark') AS found");
        await client.query('CREATE TABLE IF NOT EXISTS mark (); COMMENT ON TABLE mark IS $$used$$');
        return rows[0]?.found !== null;
      } finally {
        await client.end();
      }
    },
  },
];

let folder: ServicesFolder;

afterEach(() => folder.end());

/** Leases, looks, marks and gives back, again and again, whatever is killed meanwhile; every failure must be one that a user can be told. */
class User {
  uses = 0;
  isDone = false;
  failure: unknown;
  readonly dirty: string[] = [];
  readonly odd: string[] = [];
  readonly #client: ServicesClient;
  readonly #kind: Kind;

  constructor(client: ServicesClient, kind: Kind) {
    this.#client = client;
    this.#kind = kind;
  }

  async run(): Promise<void> {
    while (!this.isDone) await this.once();
  }

  /** @returns whether it could use one */
  async once(): Promise<boolean> {
    let lease: Lease;
    try {
      lease = await this.#client.acquire(serviceOf(this.#kind.service), {label: 'a user', waitMs: 30_000});
    } catch (error) {
      const {code} = error as {code?: string};
      this.failure = error;
      if (!['E_BROKER', 'E_SERVICE_START', 'E_SERVICE_STOPPED'].includes(code ?? '')) this.odd.push(String(error));
      return false;
    }
    try {
      if (await this.#kind.dirty(lease)) this.dirty.push(lease.resource);
      this.uses++;
      return true;
    } catch (error) {
      // it was killed while it was used
      this.failure = error;
      return false;
    } finally {
      await lease.release();
    }
  }
}

/** Kills again and again while two use the service. Afterwards it works, and everything that was handed out was clean. */
async function underFire(kind: Kind, killOne: (random: () => number) => Promise<void>): Promise<void> {
  const random = seededRandom(SEED);
  const users = [new User(folder.client(), kind), new User(folder.client(), kind)];
  const running = users.map((user) => user.run());
  for (let round = 0; round < KILLS; round++) await killOne(random);
  for (const user of users) user.isDone = true;
  await Promise.all(running);
  const last = new User(folder.client(), kind);
  expect(await last.once(), `${last.failure}\n${folder.log.slice(-3000)}`).toBe(true);
  for (const user of [...users, last]) expect({dirty: user.dirty, odd: user.odd}).toEqual({dirty: [], odd: []});
}

test.for(kinds)(`$name: the broker is killed ${KILLS} times`, {timeout: 300_000}, async (kind) => {
  folder = new ServicesFolder();
  await underFire(kind, async (random) => {
    while (folder.brokers().length === 0) await pause(2);
    // while it starts, and while it works
    await pause(random() < 0.5 ? random() * 300 : 250 + random() * 400);
    for (const broker of folder.brokers()) kill(broker);
  });
});

test.for(kinds)(`$name: its servers are killed ${KILLS} times`, {timeout: 300_000}, async (kind) => {
  folder = new ServicesFolder();
  const watcher = folder.client();
  await underFire(kind, async (random) => {
    for (;;) {
      await pause(random() * 100);
      const status = await watcher.status();
      const servers = status?.pools.flatMap((one) => one.servers) ?? [];
      const victim = servers[Math.floor(random() * servers.length)];
      if (victim?.pid === undefined) continue;
      kill(victim.pid);
      return;
    }
  });
});

test.for(kinds)(`$name: clients are killed ${KILLS} times`, {timeout: 300_000}, async (kind) => {
  folder = new ServicesFolder();
  await underFire(kind, async (random) => {
    const program = folder.program();
    const asked = program.acquire(kind.service);
    if (random() < 0.6) await asked;
    else await pause(random() * 250);
    await program.kill();
  });
  const client = folder.client();
  for (let leased = 1; leased > 0; await pause(5))
    leased = (await client.status())?.pools.reduce((sum, {gauges}) => sum + gauges.leased, 0) ?? 0;
});

test.for(kinds)(
  '$name: when all its servers are killed at once, the next lease is one of a new server',
  async (kind) => {
    folder = new ServicesFolder();
    const client = folder.client();
    const wanted = serviceOf({...kind.service, pool: {min: 2, max: 4}});
    const user = new User(client, {...kind, service: {...kind.service, pool: {min: 2, max: 4}}});
    for (let round = 0; round < 4; round++) {
      await client.warm(wanted, 2);
      // whoever waits for one that is killed while it starts is told so
      let pools = (await client.status())?.pools ?? [];
      while (pools.some(({gauges}) => gauges.making > 0)) pools = (await client.status())?.pools ?? [];
      const pids = pools.flatMap(({servers}) => servers.map(({pid = 0}) => pid));
      for (const pid of pids) kill(pid);
      await Promise.all(pids.map(untilGone));
      // at once, and when the broker has had the time to notice
      await pause(round * 10);
      expect(await user.once(), `${user.failure}\n${folder.log}`).toBe(true);
    }
    expect(user.dirty).toEqual([]);
  },
);

test('a shell line that was preparing a service does not outlive its broker', async () => {
  folder = new ServicesFolder();
  const started = join(folder.path, 'started');
  const [redis] = kinds;
  const wanted = {...redis?.service, init: {migrate: `echo $$ > ${started}; sleep 1000; true`}} as ServiceOptions;
  const client = folder.client();
  const asked = client.acquire(serviceOf(wanted), {label: 'a'}).catch(() => {});
  while (!existsSync(started) || readFileSync(started, 'utf8') === '') await pause(2);
  const line = Number(readFileSync(started, 'utf8'));
  client.close();
  for (const broker of folder.brokers()) kill(broker);
  await asked;
  expect(isRunning(line)).toBe(true);
  await folder.client().collect();
  await untilGone(line);
  await folder.expectNothing();
});

test('what a killed broker left is taken away by the next, without anybody asking for a service', async () => {
  folder = new ServicesFolder();
  const client = folder.client();
  await Promise.all(kinds.map(({service}) => client.warm(serviceOf(service), 1)));
  for (const broker of folder.brokers()) kill(broker);
  client.close();
  while (folder.brokers().length > 0) await pause(2);
  expect(folder.entries()).not.toEqual([]);
  expect((await folder.client().collect()).reaped).toBeGreaterThan(3);
  await folder.expectNothing();
});
