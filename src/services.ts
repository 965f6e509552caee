// `import {lease} from 'paceline/services'`: a clean service for a test.
import {env} from 'node:process';
import {PacelineError} from './base/error.ts';
import type {Service} from './project/service.ts';
import type {Lease} from './services/client/lease.ts';
import {type AcquireOptions, ServicesClient} from './services/client/services-client.ts';
import {openHome} from './services/home.ts';
import {type ServiceOptions, serviceOf} from './services/service-options.ts';

export {PacelineError} from './base/error.ts';
export type {HealthCheck, PoolSize, Service, ServiceInit} from './project/service.ts';
export type {Kept, Lease, Released} from './services/client/lease.ts';
export type {AcquireOptions} from './services/client/services-client.ts';
export type {Access} from './services/plugin.ts';
export type {ServiceOptions} from './services/service-options.ts';

/** By the folder of their broker: a program may change its environment between two calls. */
const clients = new Map<string, ServicesClient>();

/**
 * Leases a clean service that nobody else has.
 * @param wanted its name in make.toml, or all that is to be known of it
 * @throws PacelineError E_UNKNOWN_SERVICE, E_POOL_EXHAUSTED, E_SERVICE_START, E_SERVICE_INIT, E_NO_PROGRAM, E_BROKER
 */
export async function lease(wanted: string | ServiceOptions, options: Partial<AcquireOptions> = {}): Promise<Lease> {
  const service = typeof wanted === 'string' ? await namedService(wanted) : serviceOf(wanted, env);
  return client().acquire(service, {label: env.PACELINE_TASK ?? process.argv[1] ?? 'a test', ...options});
}

/** Has so many of a service ready before they are asked for. */
export async function warm(wanted: string | ServiceOptions, count: number): Promise<void> {
  const service = typeof wanted === 'string' ? await namedService(wanted) : serviceOf(wanted, env);
  await client().warm(service, count);
}

async function namedService(name: string): Promise<Service> {
  const [{findRoot}, {loadProject}] = await Promise.all([
    import('./project/find-root.ts'),
    import('./project/load.ts'),
  ]);
  const folder = process.cwd();
  const {services} = loadProject(findRoot(folder) ?? folder, {env});
  const service = services.get(name);
  if (service !== undefined) return service;
  throw new PacelineError('E_UNKNOWN_SERVICE', `make.toml has no [service.${name}]`, {
    hint: services.size === 0 ? 'It has no services.' : `It has ${[...services.keys()].join(', ')}.`,
  });
}

/** Stops every service of this user, with the process that keeps them; leases end. */
export async function stopServices(): Promise<void> {
  await client().shutdown();
}

function client(): ServicesClient {
  const {path} = openHome(env);
  const known = clients.get(path) ?? new ServicesClient(env);
  clients.set(path, known);
  return known;
}
