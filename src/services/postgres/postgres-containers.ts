import type {Engine} from '../container/engine.ts';
import type {Engines} from '../container/engines.ts';
import {ServiceContainers} from '../container/service-containers.ts';
import type {Host} from '../host.ts';
import {randomPassword} from '../password.ts';
import type {Opening, Plugin, Source} from '../plugin.ts';
import {UncleanError} from '../unclean.ts';
import {whileWanted} from '../while-wanted.ts';
import {type ClusterServers, fillCluster, type KnownCluster, knownCluster} from './cluster.ts';
import {openCluster} from './cluster-source.ts';
import {type ServerContainerOrder, startServerContainer} from './container-server.ts';
import {differencesBetween} from './fingerprint.ts';
import {CLUSTER_SETTINGS, SHARED_SETTINGS} from './settings.ts';
import {SharedServers} from './shared-servers.ts';

/** Databases of a warm PostgreSQL, or whole servers, in containers. */
export class PostgresContainers implements Plugin {
  readonly #host: Host;
  readonly #engines: Engines;
  readonly #servers = new SharedServers();

  constructor(host: Host, engines: Engines) {
    this.#host = host;
    this.#engines = engines;
  }

  async open(opening: Opening): Promise<Source> {
    const tools = await this.#engines.tools(opening.env);
    const containers = await ServiceContainers.open(opening, tools);
    try {
      const source = await this.#open(opening, containers, tools.engine);
      return {
        ...source,
        isAlive: () => !tools.engine.isLost && source.isAlive(),
        isCurrent: () => containers.isCurrent,
        async close() {
          await source.close();
          containers.close();
        },
      };
    } catch (error) {
      containers.close();
      throw error;
    }
  }

  async #open(opening: Opening, containers: ServiceContainers, engine: Engine): Promise<Source> {
    const {service} = opening;
    const order = {containers, service, limits: this.#host.limits};
    if (service.level === 'cluster') {
      return openCluster(initialised({...order, settings: CLUSTER_SETTINGS}, opening), async () => {});
    }
    const {args, env, resources, volumes, privileged, needs} = service;
    const same = [engine.address, containers.image.id, args, env, resources, volumes, privileged];
    return this.#servers.open(opening, {
      // what it depends on is leased for one service
      key: JSON.stringify([...same, ...(needs.length > 0 ? [opening.identity] : [])]),
      start: () => startServerContainer({...order, settings: SHARED_SETTINGS}),
      ended: async () => {},
    });
  }
}

/** A container for each, all filled by the same init: none may be handed out that is not like the first. */
function initialised(order: ServerContainerOrder, {service, env}: Opening): ClusterServers {
  let first: KnownCluster | undefined;
  return {
    start: async (signal) => {
      const started = await startServerContainer(order, signal);
      try {
        const {server, admin, name} = started;
        const known = await whileWanted(
          signal,
          () => server.stop(),
          async () => {
            await server.changePassword(admin, randomPassword());
            await fillCluster(service, started, env);
            return knownCluster(admin);
          },
        );
        first ??= known;
        const differences = [
          ...differencesBetween(first.lines, known.lines),
          ...differencesBetween(first.databaseLines, known.databaseLines),
        ];
        if (differences.length > 0) throw new UncleanError(name, differences);
        return {started, known};
      } catch (error) {
        await started.remove();
        throw error;
      }
    },
  };
}
