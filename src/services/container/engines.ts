import type {Host} from '../host.ts';
import {Engine} from './engine.ts';
import {HostRelays} from './host-relays.ts';
import {Ownership} from './ownership.ts';
import type {RunningContainer} from './running-container.ts';

/** What containers of services are made with. */
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

/** An engine with what is kept for all services on it. */
interface Workshop {
  readonly engine: Engine;
  readonly relays: HostRelays;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The engines that a broker uses: one set for all kinds of services, as what is ours on an engine is told by one mark. */
export class Engines {
  readonly #host: Host;
  readonly #ownership: Ownership;
  /** By the settings that name an engine. */
  readonly #workshops = new Map<string, Promise<Workshop>>();
  /** The engine was not there to remove them. */
  readonly #abandoned = new Set<RunningContainer>();
  #serial = 0;

  constructor(host: Host) {
    this.#host = host;
    this.#ownership = new Ownership(host.home);
  }

  /**
   * Of the engine that programs of this environment use; of an empty one, those of the broker.
   * @throws PacelineError E_NO_ENGINE
   */
  async tools(env: Readonly<Record<string, string>>): Promise<ContainerTools> {
    const {engine, relays} = await this.#workshop(Object.keys(env).length > 0 ? env : this.#host.env);
    return {
      host: this.#host,
      engine,
      ownership: this.#ownership,
      relays,
      nextId: (service) => `${service}-${++this.#serial}`,
      abandon: (container) => this.#abandon(container),
    };
  }

  async #workshop(env: Environment): Promise<Workshop> {
    const key = JSON.stringify(
      Object.entries(env).filter(
        ([name]) => name.startsWith('DOCKER_') || name === 'XDG_RUNTIME_DIR' || name === 'HOME',
      ),
    );
    for (let known = this.#workshops.get(key); known !== undefined; known = this.#workshops.get(key)) {
      const workshop = await known.catch(() => undefined);
      if (workshop !== undefined && !workshop.engine.isLost) return workshop;
      // of all who notice, one connects anew
      if (this.#workshops.get(key) === known) this.#workshops.delete(key);
    }
    const opening = this.#connect(env);
    this.#workshops.set(key, opening);
    return opening;
  }

  async #connect(env: Environment): Promise<Workshop> {
    const engine = await Engine.connect(env, this.#ownership.label);
    await this.#ownership.sweep(engine);
    for (const container of this.#abandoned) await this.#removeBy(engine, container);
    return {engine, relays: new HostRelays(engine, this.#host.report)};
  }

  async #abandon(container: RunningContainer): Promise<void> {
    this.#abandoned.add(container);
    // somebody may have found the engine again meanwhile
    for (const opening of this.#workshops.values()) {
      const engine = (await opening.catch(() => undefined))?.engine;
      if (engine !== undefined && !engine.isLost) await this.#removeBy(engine, container);
    }
  }

  async #removeBy(engine: Engine, container: RunningContainer): Promise<void> {
    if (container.engine.address !== engine.address || !this.#abandoned.has(container)) return;
    container.moveTo(engine);
    try {
      await container.remove();
      this.#abandoned.delete(container);
    } catch (error) {
      this.#host.report(`${container.id} could not be removed: ${(error as Error).message}`);
    }
  }
}
