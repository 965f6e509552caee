import type {PluginName} from '../../project/service.ts';
import type {Host} from '../host.ts';
import type {Plugin} from '../plugin.ts';

/** Loaded when a service of the kind is asked for. */
export function plugins(host: Host): Readonly<Record<PluginName, () => Promise<Plugin>>> {
  return {
    postgres: async () => new (await import('../postgres/postgres.ts')).PostgresPlugin(host),
    redis: async () => new (await import('../redis/redis.ts')).RedisPlugin(host),
    process: async () => new (await import('../process/process.ts')).ProcessPlugin(host),
    generic_container: async () => new (await import('../container/container.ts')).ContainerPlugin(host),
  };
}
