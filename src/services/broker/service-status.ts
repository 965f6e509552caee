import type {ServerState, Source} from '../plugin.ts';
import type {Pool} from '../pool/pool.ts';
import {usageOf} from '../process-usage.ts';
import type {Leases} from './leases.ts';
import type {PoolStatus, Wanted} from './protocol.ts';

/** What is to be known of a service that is up. */
export function serviceStatus(
  {service, identity}: Wanted,
  {source, pool}: {readonly source: Source; readonly pool: Pool},
  {leases, restarts}: {readonly leases: Leases; readonly restarts: number},
): PoolStatus {
  const offset = Date.now() - performance.now();
  return {
    service: service.name,
    plugin: service.plugin,
    identity,
    gauges: pool.gauges,
    servers: source.servers().map((server) => ({...server, ...usage(server), restarts})),
    leases: leases.statusOf(pool, offset),
    quarantine: pool.quarantine.map((one) => ({...one, at: one.at + offset})),
  };
}

function usage({pid, memoryBytes}: ServerState): Pick<ServerState, 'memoryBytes' | 'cpuMs'> {
  return pid !== undefined && memoryBytes === undefined ? usageOf(pid) : {};
}
