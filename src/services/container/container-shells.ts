import type {StartLimit} from '../start-limits.ts';
import {ExecSession} from './exec-session.ts';
import type {RunningContainer} from './running-container.ts';

/** Shells in a container, started when they are needed, and again when one ended. */
export class ContainerShells {
  readonly #container: RunningContainer;
  readonly #open = new Map<string | undefined, Promise<ExecSession>>();

  constructor(container: RunningContainer) {
    this.#container = container;
  }

  /**
   * @param user undefined: the user of the image
   * @throws when the image has no shell
   */
  async of(limit: StartLimit, user?: string): Promise<ExecSession> {
    for (let known = this.#open.get(user); known !== undefined; known = this.#open.get(user)) {
      const session = await known.catch(() => undefined);
      if (session?.isOpen === true) return session;
      // of all who wait for it, one opens another
      if (this.#open.get(user) === known) break;
    }
    const opening = ExecSession.open(this.#container.engine, this.#container.id, limit, user);
    this.#open.set(user, opening);
    return opening;
  }

  /** On the machine of the engine. */
  async pids(): Promise<readonly number[]> {
    const sessions = await Promise.allSettled(this.#open.values());
    return sessions.flatMap((one) => (one.status === 'fulfilled' ? [one.value.pid] : []));
  }

  close(): void {
    for (const opening of this.#open.values()) void opening.then((session) => session.close()).catch(() => {});
    this.#open.clear();
  }
}
