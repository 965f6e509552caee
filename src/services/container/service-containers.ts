import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {PacelineError} from '../../base/error.ts';
import type {Service} from '../../project/service.ts';
import type {NeededLeases, Opening, ServerState} from '../plugin.ts';
import type {StartLimit} from '../start-limits.ts';
import {containerOptions} from './container-options.ts';
import {ContainerShells} from './container-shells.ts';
import {engineMessage, isUnknown} from './engine.ts';
import type {ContainerTools} from './engines.ts';
import {HOST_NAME, type ReachableNeeds} from './host-relays.ts';
import {findImage, type Image, presentImage} from './image.ts';
import {type ContainerFiles, RunningContainer} from './running-container.ts';

/** What is started. */
export interface ContainerOrder {
  /** As its user wrote it, or with what its plugin adds: words, variables. */
  readonly service: Service;
  readonly ports: readonly number[];
  /** Paths of folders in memory. */
  readonly inMemory?: readonly string[];
  readonly files?: readonly ContainerFiles[];
}

/** A container of a service with all that hangs on it. */
export interface ServiceContainer {
  readonly id: string;
  readonly container: RunningContainer;
  readonly shells: ContainerShells;
  /** Variables of what the service depends on, as programs of this machine use them. */
  readonly needs: Readonly<Record<string, string>>;
  /** Whether it runs, and so does what it depends on. */
  isAlive(): boolean;
  /** Takes it away; where the engine is gone, later. */
  remove(): Promise<void>;
}

/** Starts the containers of one service. */
export class ServiceContainers {
  readonly #opening: Opening;
  readonly #tools: ContainerTools;
  readonly #running = new Map<string, RunningContainer>();
  readonly #stopListening: () => void;
  #image: Image;
  #hasMoved = false;

  private constructor(opening: Opening, tools: ContainerTools, image: Image) {
    this.#opening = opening;
    this.#tools = tools;
    this.#image = image;
    this.#stopListening = tools.engine.onImages(() => void this.#look());
  }

  /** @throws PacelineError E_SERVICE_START, E_NO_ENGINE */
  static async open(opening: Opening, tools: ContainerTools): Promise<ServiceContainers> {
    return new ServiceContainers(opening, tools, await imageOf(opening, tools));
  }

  /** Whether what it starts is what the name of its image means: not when the engine has another one of that name by now. */
  get isCurrent(): boolean {
    return !this.#hasMoved;
  }

  get image(): Image {
    return this.#image;
  }

  get servers(): readonly ServerState[] {
    return [...this.#running].map(([id, {startedAt}]) => ({
      id,
      name: this.#opening.service.name,
      what: this.#image.what,
      backend: 'docker',
      startedAt,
      restarts: 0,
    }));
  }

  /**
   * @param signal nobody wants it any more
   * @throws PacelineError E_SERVICE_START, E_NO_ENGINE: nothing is left then
   */
  async start(order: ContainerOrder, signal?: AbortSignal): Promise<ServiceContainer> {
    const needs = await this.#opening.leaseNeeds(signal);
    let reachable: ReachableNeeds | undefined;
    try {
      if (Object.keys(needs.env).length > 0) reachable = await this.#tools.relays.reach(needs.env);
      const container = await this.#run(order, reachable?.env);
      return this.#withAll(container, needs, reachable);
    } catch (error) {
      reachable?.close();
      await needs.release();
      throw error;
    }
  }

  /** How long one may take to be ready. @param what the same for what should take the same */
  limit(what: string): StartLimit {
    const {startTimeoutMs} = this.#opening.service;
    if (startTimeoutMs !== undefined) return {ms: startTimeoutMs, origin: '`start_timeout`'};
    return this.#tools.host.limits.of('start', what);
  }

  /** What is said of one that did not become ready; what it printed is kept. @param failure why not, for people */
  async notReady({id, container}: ServiceContainer, failure: string): Promise<PacelineError> {
    const log = await container.log().catch(() => '');
    const path = join(this.#tools.host.home.logs, `${id}.log`);
    writeFileSync(path, log, {mode: 0o600});
    const end = log.trimEnd().split('\n').slice(-5).join('\n');
    const reason = `it did not become ready: ${failure}\n${end}`.trimEnd();
    return startError(this.#opening.service, reason, `Its log is ${path}.`);
  }

  close(): void {
    this.#stopListening();
  }

  async #look(): Promise<void> {
    const {image = ''} = this.#opening.service;
    const now = await findImage(image, this.#tools.engine).catch(() => undefined);
    this.#hasMoved = now !== undefined && now.id !== this.#image.id;
  }

  #withAll(container: RunningContainer, needs: NeededLeases, reachable: ReachableNeeds | undefined): ServiceContainer {
    const id = this.#tools.nextId(this.#opening.service.name);
    const shells = new ContainerShells(container);
    this.#running.set(id, container);
    return {
      id,
      container,
      shells,
      needs: needs.env,
      isAlive: () => container.end === undefined && !container.engine.isLost && needs.isAlive?.() !== false,
      remove: async () => {
        this.#running.delete(id);
        shells.close();
        try {
          await container.remove();
        } catch {
          await this.#tools.abandon(container);
        }
        reachable?.close();
        await needs.release();
      },
    };
  }

  async #run(
    order: ContainerOrder,
    needs: Readonly<Record<string, string>> | undefined,
    isAgain = false,
  ): Promise<RunningContainer> {
    const {engine, host, ownership, abandon} = this.#tools;
    const {service, files, ...parts} = order;
    const name = ownership.newName();
    const options = containerOptions(service, {
      ...parts,
      image: this.#image.id,
      imageVolumes: this.#image.volumes,
      name,
      labels: ownership.labels(service.name),
      needs: needs ?? {},
      host: engine.host,
      hostName: needs === undefined ? undefined : HOST_NAME,
    });
    try {
      return await RunningContainer.start(engine, host.ledger, {...options, name}, abandon, files);
    } catch (error) {
      if (error instanceof PacelineError) throw error;
      if (isUnknown(error) && !isAgain) {
        // somebody has removed the image
        this.#image = await imageOf(this.#opening, this.#tools);
        return this.#run(order, needs, true);
      }
      throw startError(service, `its container could not be started: ${engineMessage(error)}`, 'Correct its settings.');
    }
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
