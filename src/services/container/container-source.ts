import type {Opening, Resource, ServerState, Source} from '../plugin.ts';
import {runShellLine} from '../shell-line.ts';
import type {StartLimit} from '../start-limits.ts';
import {whileWanted} from '../while-wanted.ts';
import {containerAccess} from './container-access.ts';
import {untilContainerReady} from './container-readiness.ts';
import type {ContainerTools} from './engines.ts';
import {ReusedContainer} from './reused-container.ts';
import {type ServiceContainer, ServiceContainers} from './service-containers.ts';

/** Containers of one service: one for each lease. */
export class ContainerSource implements Source {
  readonly width = 2;
  readonly #opening: Opening;
  readonly #tools: ContainerTools;
  readonly #containers: ServiceContainers;

  private constructor(opening: Opening, tools: ContainerTools, containers: ServiceContainers) {
    this.#opening = opening;
    this.#tools = tools;
    this.#containers = containers;
  }

  /** @throws PacelineError E_SERVICE_START, E_NO_ENGINE */
  static async open(opening: Opening, tools: ContainerTools): Promise<ContainerSource> {
    return new ContainerSource(opening, tools, await ServiceContainers.open(opening, tools));
  }

  isAlive = (): boolean => !this.#tools.engine.isLost;

  isCurrent = (): boolean => this.#containers.isCurrent;

  servers = (): readonly ServerState[] => this.#containers.servers;

  async make(signal: AbortSignal): Promise<Resource> {
    const started = await this.#containers.start({service: this.#opening.service, ports: this.#ports}, signal);
    try {
      return await whileWanted(
        signal,
        () => started.container.kill(),
        async () => {
          await this.#untilReady(started);
          await this.#initialise(started);
          return this.#resourceOf(started);
        },
      );
    } catch (error) {
      await started.remove();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#containers.close();
  }

  get #ports(): readonly number[] {
    const {ports} = this.#opening.service;
    return ports.length > 0 ? ports : this.#containers.image.ports;
  }

  async #untilReady(started: ServiceContainer): Promise<void> {
    const {service} = this.#opening;
    const {limits} = this.#tools.host;
    const {container, shells} = started;
    const what = [this.#containers.image.id, ...service.args].join(' ');
    const limit = this.#containers.limit(what);
    const since = performance.now();
    const failure = await untilContainerReady({service, container, shells, ports: this.#ports, limit, limits});
    if (failure !== undefined) throw await this.#containers.notReady(started, failure);
    limits.learn('start', what, performance.now() - since);
  }

  async #initialise({container, needs}: ServiceContainer): Promise<void> {
    const {service, env} = this.#opening;
    const access = containerAccess(service, container, this.#ports);
    for (const line of [service.init.migrate, service.init.seed])
      if (line !== undefined) await runShellLine(line, {...env, ...needs, ...service.env, ...access.env}, service);
  }

  async #resourceOf({id, container, shells, isAlive, remove}: ServiceContainer): Promise<Resource> {
    const {service} = this.#opening;
    const {limits} = this.#tools.host;
    const ports = this.#ports;
    const common = {
      id,
      handOut: async () => {
        await container.look();
        if (container.end !== undefined) throw new Error(`${id} ended by itself (${container.end})`);
        return containerAccess(service, container, ports);
      },
      isAlive,
      destroy: remove,
    };
    const {reuse} = service;
    if (reuse === 'never') return {...common, revoke: () => container.kill()};
    const isReady = (limit: StartLimit): Promise<string | undefined> =>
      untilContainerReady({service, container, shells, ports, limit, limits});
    const reused = await ReusedContainer.first({id, service, container, shells, depth: reuse, isReady}, limits);
    return {...common, revoke: () => reused.revoke(), recycle: () => reused.recycle()};
  }
}
