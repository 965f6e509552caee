import {afterEach, beforeEach, expect, test} from 'vitest';
import type {Plugin} from '../../src/services/plugin.ts';
import {PostgresPlugin} from '../../src/services/postgres/postgres.ts';
import {RedisPlugin} from '../../src/services/redis/redis.ts';
import {serviceOf} from '../../src/services/service-options.ts';
import {type TestHost, testHost} from './support/postgres-host.ts';

let host: TestHost;
beforeEach(() => {
  host = testHost();
});
afterEach(() => host.end());

test.each<['postgres' | 'redis', () => Plugin]>([
  ['postgres', () => new PostgresPlugin(host)],
  ['redis', () => new RedisPlugin(host)],
])('a %s that nobody wants any more is ended while it starts', async (plugin, make) => {
  // without the signal it would be ready
  const service = serviceOf({plugin, level: 'cluster', startTimeoutMs: 600_000});
  const leaseNeeds = async () => ({env: {}, release: async () => {}});
  const source = await make().open({service, identity: '0123456789', env: {}, leaseNeeds});
  await expect(source.make(AbortSignal.abort())).rejects.toMatchObject({code: 'E_SERVICE_START'});
  expect(source.servers()).toEqual([]);
  await source.close();
});
