import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {PacelineError} from '../../base/error.ts';
import type {Service} from '../../project/service.ts';
import type {Host} from '../host.ts';
import type {NeededLeases, Opening, Resource, ServerState, Source} from '../plugin.ts';
import {runShellLine} from '../shell-line.ts';
import type {StartLimit} from '../start-limits.ts';
import {containerAccess} from './container-access.ts';
import {containerOptions} from './container-options.ts';
import {untilContainerReady} from './container-readiness.ts';
import {ContainerShells} from './container-shells.ts';
import {type Engine, engineMessage, isUnknown} from './engine.ts';
import {HOST_NAME, type HostRelays, type ReachableNeeds} from './host-relays.ts';
import {type Image, presentImage} from './image.ts';
import type {Ownership} from './ownership.ts';
import {ReusedContainer} from './reused-container.ts';
import {RunningContainer} from './running-container.ts';

/** What a source works with. */
export interface ContainerTools {
  readonly host: Host;
  readonly engine: Engine;
  readonly ownership: Ownership;
  readonly relays: HostRelays;
  /** A name that no container of this broker has had. */
  readonly nextId: (service: string) => string;
  /** Takes what could not be removed, because the engine went away. */
  readonly abandon: (container: RunningContainer) => Promise<void>;
}

/** A container with all that hangs on it. */
interface Started {
  readonly id: string;
  readonly container: RunningContainer;
  readonly shells: ContainerShells;
  readonly needs: NeededLeases;
  readonly reachable: ReachableNeeds | undefined;
}

/** Containers of one service: one for each lease. */
export class ContainerSource implements Source {
  readonly width = 2;
  readonly #opening: Opening;
  readonly #tools: ContainerTools;
  readonly #running = new Map<string, Started>();
  #image: Image;

  private constructor(opening: Opening, tools: ContainerTools, image: Image) {
    this.#opening = opening;
    this.#tools = tools;
    this.#image = image;
  }

  /** @throws PacelineError E_SERVICE_START, E_NO_ENGINE */
  static async open(opening: Opening, tools: ContainerTools): Promise<ContainerSource> {
    return new ContainerSource(opening, tools, await imageOf(opening, tools));
  }

  isAlive = (): boolean => !this.#tools.engine.isLost;

  servers = (): readonly ServerState[] =>
    [...this.#running.values()].map(({id, container}) => ({
      id,
      name: this.#opening.service.name,
      what: this.#image.what,
      backend: 'docker',
      startedAt: container.startedAt,
      restarts: 0,
    }));

  async make(): Promise<Resource> {
    const started = await this.#start();
    try {
      await this.#untilReady(started);
      await this.#initialise(started);
      return await this.#resourceOf(started);
    } catch (error) {
      await this.#destroy(started);
      throw error;
    }
  }

  async close(): Promise<void> {}

  async #start(): Promise<Started> {
    const {service, leaseNeeds} = this.#opening;
    const needs = await leaseNeeds();
    let reachable: ReachableNeeds | undefined;
    try {
      if (Object.keys(needs.env).length > 0) reachable = await this.#tools.relays.reach(needs.env);
      const container = await this.#startContainer(reachable?.env);
      const id = this.#tools.nextId(service.name);
      const started = {id, container, shells: new ContainerShells(container), needs, reachable};
      this.#running.set(id, started);
      return started;
    } catch (error) {
      reachable?.close();
      await needs.release();
      throw error;
    }
  }

  async #startContainer(
    needs: Readonly<Record<string, string>> | undefined,
    isAgain = false,
  ): Promise<RunningContainer> {
    const {engine, host, ownership} = this.#tools;
    const {service} = this.#opening;
    const name = ownership.newName();
    const options = containerOptions(service, {
      image: this.#image.id,
      name,
      labels: ownership.labels(service.name),
      needs: needs ?? {},
      ports: this.#ports,
      host: engine.host,
      hostName: needs === undefined ? undefined : HOST_NAME,
    });
    try {
      return await RunningContainer.start(engine, host.ledger, {...options, name});
    } catch (error) {
      if (error instanceof PacelineError) throw error;
      if (isUnknown(error) && !isAgain) {
        // somebody has removed the image
        this.#image = await imageOf(this.#opening, this.#tools);
        return this.#startContainer(needs, true);
      }
      throw startError(service, `its container could not be started: ${engineMessage(error)}`, 'Correct its settings.');
    }
  }

  get #ports(): readonly number[] {
    const {ports} = this.#opening.service;
    return ports.length > 0 ? ports : this.#image.ports;
  }

  async #untilReady({id, container, shells}: Started): Promise<void> {
    const {service} = this.#opening;
    const {limits, home} = this.#tools.host;
    const what = [this.#image.id, ...service.args].join(' ');
    const limit: StartLimit =
      service.startTimeoutMs === undefined
        ? limits.of('start', what)
        : {ms: service.startTimeoutMs, origin: '`start_timeout`'};
    const since = performance.now();
    const failure = await untilContainerReady({service, container, shells, ports: this.#ports, limit, limits});
    if (failure === undefined) return limits.learn('start', what, performance.now() - since);
    const log = await container.log().catch(() => '');
    const path = join(home.logs, `${id}.log`);
    writeFileSync(path, log, {mode: 0o600});
    const end = log.trimEnd().split('\n').slice(-5).join('\n');
    throw startError(service, `it did not become ready: ${failure}\n${end}`.trimEnd(), `Its log is ${path}.`);
  }

  async #initialise({container, needs}: Started): Promise<void> {
    const {service, env} = this.#opening;
    const access = containerAccess(service, container, this.#ports);
    for (const line of [service.init.migrate, service.init.seed])
      if (line !== undefined) await runShellLine(line, {...env, ...needs.env, ...service.env, ...access.env}, service);
  }

  async #resourceOf(started: Started): Promise<Resource> {
    const {id, container, shells} = started;
    const {service} = this.#opening;
    const {host} = this.#tools;
    const ports = this.#ports;
    const common = {
      id,
      handOut: async () => {
        await container.look();
        if (container.end !== undefined) throw new Error(`${id} ended by itself (${container.end})`);
        return containerAccess(service, container, ports);
      },
      destroy: () => this.#destroy(started),
    };
    const {reuse} = service;
    if (reuse === 'never') return {...common, revoke: () => container.kill()};
    const isReady = (limit: StartLimit): Promise<string | undefined> =>
      untilContainerReady({service, container, shells, ports, limit, limits: host.limits});
    const reused = await ReusedContainer.first({id, service, container, shells, depth: reuse, isReady}, host.limits);
    return {...common, revoke: () => reused.revoke(), recycle: () => reused.recycle()};
  }

  async #destroy({id, container, shells, needs, reachable}: Started): Promise<void> {
    this.#running.delete(id);
    shells.close();
    try {
      await container.remove();
    } catch {
      await this.#tools.abandon(container);
    }
    reachable?.close();
    await needs.release();
  }
}

async function imageOf({service, env}: Opening, {engine, host}: ContainerTools): Promise<Image> {
  if (service.image === undefined) throw startError(service, 'it does not say what to start', 'Say `image = "..."`.');
  return presentImage(service.image, engine, {limits: host.limits, env});
}

function startError({name, origin}: Service, reason: string, hint: string): PacelineError {
  return new PacelineError('E_SERVICE_START', `Service ${name}: ${reason}`, {
    hint,
    ...(origin !== undefined && {origin}),
  });
}
