import type {PluginName} from '../../project/service.ts';
import type {Engines} from '../container/engines.ts';
import {EitherBackend} from '../either-backend.ts';
import type {Host} from '../host.ts';
import type {Plugin} from '../plugin.ts';

/** Loaded when a service of the kind is asked for. */
export function plugins(host: Host): Readonly<Record<PluginName, () => Promise<Plugin>>> {
  let known: Promise<Engines> | undefined;
  const engines = (): Promise<Engines> => {
    known ??= import('../container/engines.ts').then(({Engines: All}) => new All(host));
    return known;
  };
  return {
    postgres: async () =>
      new EitherBackend(host, {
        process: async () => new (await import('../postgres/postgres.ts')).PostgresPlugin(host),
        docker: async () =>
          new (await import('../postgres/postgres-containers.ts')).PostgresContainers(host, await engines()),
      }),
    redis: async () =>
      new EitherBackend(host, {
        process: async () => new (await import('../redis/redis.ts')).RedisPlugin(host),
        docker: async () => new (await import('../redis/redis-containers.ts')).RedisContainers(host, await engines()),
      }),
    process: async () => new (await import('../process/process.ts')).ProcessPlugin(host),
    generic_container: async () => new (await import('../container/container.ts')).ContainerPlugin(await engines()),
  };
}
