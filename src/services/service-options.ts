import {resolve} from 'node:path';
import type {PluginName, PoolSize, Service, ServiceInit} from '../project/service.ts';

/** A service as test code writes it down; only the plugin must be said. Paths are relative to `directory`. */
export interface ServiceOptions extends Partial<Omit<Service, 'plugin' | 'init' | 'pool' | 'needs' | 'origin'>> {
  readonly plugin: PluginName;
  readonly init?: Partial<ServiceInit>;
  readonly pool?: Partial<PoolSize>;
  readonly needs?: readonly ServiceOptions[];
}

/** How many are kept ready, and how many there may be, when nobody says it. */
const POOL: PoolSize = {min: 2, max: 8};

/**
 * @param env whose CONTAINER_POOL_SIZE is the most of each pool, when it is a whole number from 1 on
 * @throws nothing: what is wrong is found when it is leased
 */
export function serviceOf(
  options: ServiceOptions,
  env: Readonly<{CONTAINER_POOL_SIZE?: string | undefined}> = {},
): Service {
  const directory = resolve(options.directory ?? '.');
  const at = (path: string): string => resolve(directory, path);
  const {init = {}, pool = {}, needs = []} = options;
  return {
    args: [],
    env: {},
    ports: [],
    volumes: [],
    resources: {},
    level: 'database',
    reuse: 'never',
    allow: [],
    privileged: false,
    ...options,
    name: options.name ?? options.plugin,
    directory,
    needs: needs.map((one) => serviceOf({directory, ...one}, env)),
    init: {...init, sql: (init.sql ?? []).map(at), files: (init.files ?? []).map(at)},
    pool: poolOf(pool, env.CONTAINER_POOL_SIZE),
  };
}

/** As a make.toml that says the same. */
function poolOf(written: Partial<PoolSize>, most = ''): PoolSize {
  const max = Number(/^0*[1-9]\d{0,5}$/.exec(most.trim())) || (written.max ?? Math.max(POOL.max, written.min ?? 0));
  return {min: Math.min(written.min ?? POOL.min, max), max};
}
