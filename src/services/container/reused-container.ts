import {setTimeout as sleep} from 'node:timers/promises';
import type {Service} from '../../project/service.ts';
import type {StartLimit, StartLimits} from '../start-limits.ts';
import {UncleanError} from '../unclean.ts';
import type {ContainerShells} from './container-shells.ts';
import {type ContainerState, differences, type Look, settledState, stateOf} from './container-state.ts';
import type {RunningContainer} from './running-container.ts';

/** A container that may serve again. */
export interface Reusable {
  readonly id: string;
  readonly service: Service;
  readonly container: RunningContainer;
  readonly shells: ContainerShells;
  readonly depth: 'verified' | 'reset';
  /** @returns what is wrong, for people; undefined when it is ready */
  readonly isReady: (limit: StartLimit) => Promise<string | undefined>;
}

/** What ends with the last user's connections may take a moment to end, ms. */
const LINGER_MS = 1000;
const PAUSE_MS = 20;
const LOOKING = 'inspection of a container';

/** Makes a used container clean by the service's own means, and compares it with what it was before its first user. */
export class ReusedContainer {
  readonly #parts: Reusable;
  readonly #limits: StartLimits;
  readonly #first: ContainerState;
  #isRevoked = true;

  private constructor(parts: Reusable, limits: StartLimits, first: ContainerState) {
    this.#parts = parts;
    this.#limits = limits;
    this.#first = first;
  }

  /** Remembers what it is like now. @throws when its image lacks what that takes */
  static async first(parts: Reusable, limits: StartLimits): Promise<ReusedContainer> {
    return new ReusedContainer(parts, limits, await settledState(await lookOf(parts, limits)));
  }

  /** Cuts its network: it keeps running. */
  async revoke(): Promise<void> {
    this.#isRevoked = false;
    await this.#parts.container.disconnect();
    this.#isRevoked = true;
  }

  /** @throws UncleanError when it is not what it was */
  async recycle(): Promise<void> {
    const {id, service, container, isReady} = this.#parts;
    if (!this.#isRevoked) throw new Error(`${id} is still connected to its last user`);
    await this.#reset();
    await this.#prove();
    await container.connect();
    const what = `${service.image} after a reset`;
    const since = performance.now();
    const failure = await isReady(this.#limits.of('start', what));
    if (failure !== undefined) throw new Error(`${id} was not ready after its reset: ${failure}`);
    this.#limits.learn('start', what, performance.now() - since);
  }

  async #reset(): Promise<void> {
    const {id, service, shells} = this.#parts;
    const {reset} = service;
    if (reset === undefined) return;
    const limit = this.#limits.of('command', reset);
    const since = performance.now();
    const session = await shells.of(limit);
    const {exitCode, stdout, stderr} = await session.run(reset, limit);
    this.#limits.learn('command', reset, performance.now() - since);
    if (exitCode !== 0)
      throw new Error(`\`${reset}\` failed in ${id} (exit code ${exitCode})\n${stdout}${stderr}`.trimEnd());
  }

  async #prove(): Promise<void> {
    const {id} = this.#parts;
    const look = await lookOf(this.#parts, this.#limits);
    const deadline = performance.now() + LINGER_MS;
    for (;;) {
      const found = differences(this.#first, await stateOf(look, this.#first));
      if (found.length === 0) return;
      if (performance.now() > deadline) throw new UncleanError(id, found);
      await sleep(PAUSE_MS);
    }
  }
}

async function lookOf({container, shells, depth}: Reusable, limits: StartLimits): Promise<Look> {
  const limit = limits.of('command', LOOKING);
  const session = await shells.of(limit, 'root');
  return {container, session, ownPids: await shells.pids(), depth, limit};
}
