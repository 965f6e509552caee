import type {Engines} from '../container/engines.ts';
import {ServiceContainers} from '../container/service-containers.ts';
import type {Host} from '../host.ts';
import type {Opening, Plugin, Source} from '../plugin.ts';
import {RedisConnector} from './connection.ts';
import {type DumpArchive, RedisContainer} from './container-server.ts';
import {RedisSource} from './redis-source.ts';

/** Redis, in containers. */
export class RedisContainers implements Plugin {
  readonly #host: Host;
  readonly #engines: Engines;
  readonly #connector = new RedisConnector();

  constructor(host: Host, engines: Engines) {
    this.#host = host;
    this.#engines = engines;
  }

  async open(opening: Opening): Promise<Source> {
    const {service} = opening;
    const {limits} = this.#host;
    const tools = await this.#engines.tools(opening.env);
    const containers = await ServiceContainers.open(opening, tools);
    const connector = this.#connector;
    return RedisSource.open<DumpArchive>(opening, {
      isAlive: () => !tools.engine.isLost,
      isCurrent: () => containers.isCurrent,
      close: () => containers.close(),
      start: (dump, signal) => RedisContainer.start({containers, service, limits, connector, dump}, signal),
    });
  }
}
