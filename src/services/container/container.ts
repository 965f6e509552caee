import type {Host} from '../host.ts';
import type {Opening, Plugin, Source} from '../plugin.ts';
import {ContainerSource} from './container-source.ts';
import {Engine} from './engine.ts';
import {HostRelays} from './host-relays.ts';
import {Ownership} from './ownership.ts';
import type {RunningContainer} from './running-container.ts';

/** An engine with what is kept for all services on it. */
interface Workshop {
  readonly engine: Engine;
  readonly relays: HostRelays;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Containers of any image. */
export class ContainerPlugin implements Plugin {
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

  async open(opening: Opening): Promise<Source> {
    const env = Object.keys(opening.env).length > 0 ? opening.env : this.#host.env;
    const {engine, relays} = await this.#workshop(env);
    return ContainerSource.open(opening, {
      host: this.#host,
      engine,
      ownership: this.#ownership,
      relays,
      nextId: (service) => `${service}-${++this.#serial}`,
      abandon: (container) => this.#abandon(container),
    });
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
